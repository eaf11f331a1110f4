/*
 * below.h - the names below a Service's that its entry holds: endpoints with their addresses, and
 * ports.  Thread: any; pure.
 *
 * Endpoints are sorted by label.  One with a single IPv4 address, as nearly all have, costs its
 * label and nine octets.  A few are looked through for an address; of more there is a second order
 * by address.
 */
#ifndef ROLLCALL_DNS_BELOW_H
#define ROLLCALL_DNS_BELOW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

#define BELOW_ALIGN 4
#define BELOW_FEW 32            /* so many members are looked through for an address */

struct below;
struct entry_set;

/* A port's name as it is written: its SRV records lie `at` octets behind the entry's beginning. */
struct below_port {
	const uint8_t *name;            /* the labels in front of the entry's own name */
	uint8_t name_len;
	uint16_t count;                 /* records; 0: an empty non-terminal */
	uint16_t len;                   /* their octets */
	uint32_t at;
};

/* An endpoint's name with its addresses, borrowed from the entry. */
struct below_member {
	const uint8_t *label;           /* length octet first */
	const uint8_t *addrs4;
	const uint8_t *addrs6;
	uint16_t count4;
	uint16_t count6;
};

/*
 * Octets that the members and ports of a spec take; `labels`: all labels of ports together.  0:
 * more addresses at one label than can be counted.
 */
size_t below_size(const struct entry_spec *spec, size_t labels);
/* Write the members, and then one port after the other.  The memory is aligned to BELOW_ALIGN. */
void below_write_members(struct below *below, const struct entry_spec *spec, size_t labels);
void below_write_port(struct below *below, uint8_t **at, const struct below_port *port);
/* Where the first port goes. */
uint8_t *below_ports(struct below *below);

/* What stands at a label, at an address, at the labels of a port; false: nothing. */
bool below_find_label(const struct below *below, const uint8_t *label,
    struct below_member *member);
bool below_find_addr(const struct below *below, const struct addr *addr,
    struct below_member *member);
bool below_find_port(const struct below *below, const uint8_t *labels, size_t len,
    struct below_port *port);

/*
 * One after the other: the members by label from number 0 on; the ports, where `port` is the one
 * before (number 0: none).  false: there are no more.
 */
bool below_member_at(const struct below *below, size_t number, struct below_member *member);
bool below_port_next(const struct below *below, size_t number, struct below_port *port);

/* The TTL of addresses and of PTR records that name an endpoint. */
uint32_t below_ttl_s(const struct below *below);
/* Names of endpoints and ports together. */
size_t below_count(const struct below *below);
#endif
