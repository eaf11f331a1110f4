/* host.h - look up hosts, which lie in no zone of ours (hosting.h).  Thread: readers; pure. */
#ifndef ROLLCALL_DNS_HOST_H
#define ROLLCALL_DNS_HOST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct index;

/* The entry of an Ingress's host: of this folded name, or of *, which stands for any one label. */
const struct entry *host_find(const struct index *index, const uint8_t *name, size_t len);

/*
 * Is a folded name answered by us, so that nobody else is believed about it: in a zone of ours, or a
 * host?
 */
bool host_or_zone_is_ours(const struct index *index, const uint8_t *name, size_t len);
#endif
