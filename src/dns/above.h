/*
 * above.h - what an entry answers for names below its own: endpoints and ports of a Service,
 * addresses of a network, Pods, topology zones.  Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_ABOVE_H
#define ROLLCALL_DNS_ABOVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct entry;
struct reply;
struct zone;

/* The entry right above a missing name that holds what is below it, or speaks for it. */
struct above {
	const struct entry *entry;      /* NULL: there is none */
	size_t labels_len;              /* octets of the missing name in front of the entry's */
};

/*
 * How many octets of a name, in any case, are the labels of a port, "_http._tcp"; 0: it is none.
 * Such a name has no entry of its own.
 */
size_t above_port_len(const uint8_t *name);

/*
 * Has the entry, to which an address leads, this address?  Then what it is called there: `label`
 * (NULL: none) below the entry's name.
 */
bool above_has_addr(const struct entry *entry, const struct addr *addr, const uint8_t **label,
    uint32_t *ttl_s);

/* Look above this folded name, of which there is no entry. */
void above_find(const struct reply *reply, const uint8_t *name, size_t len, struct above *above);

/*
 * Answer from what was found there; `zone` is the one the name lies in, `owner` the pointer to it.
 * false: nobody speaks for it, it is missing.
 */
bool above_answer(struct reply *reply, const struct above *above, const uint8_t *name, size_t len,
    uint16_t owner, const struct zone *zone);
#endif
