/*
 * extra.h - addresses of the names that records of a zone file lead to, for the additional section.
 * Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_EXTRA_H
#define ROLLCALL_DNS_EXTRA_H
#include <stdint.h>

struct entry;
struct entry_set;
struct reply;

/*
 * Whatever name of ours an NS, MX or SRV record leads to, in whichever of our zones: its A and
 * AAAA records as long as they fit.  Returns how many.
 */
uint16_t extra_add(struct reply *reply, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records);
#endif
