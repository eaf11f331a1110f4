/*
 * above.h - what an entry answers for names below its own: endpoints and ports of a Service,
 * addresses of a network, Pods, topology zones.  Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_ABOVE_H
#define ROLLCALL_DNS_ABOVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply;
struct zone;

/*
 * There is no entry of this folded name in this zone; `owner` is the pointer to it.  false: no
 * entry above speaks for it, it is missing.
 */
bool above_answer(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner,
    const struct zone *zone);
#endif
