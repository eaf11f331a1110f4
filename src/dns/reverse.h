/*
 * reverse.h - addresses and networks as names below in-addr.arpa and ip6.arpa.  Thread: any;
 * pure.
 */
#ifndef ROLLCALL_DNS_REVERSE_H
#define ROLLCALL_DNS_REVERSE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/entry.h"

/*
 * One label of a reverse name: an octet of an IPv4 address, a nibble of an IPv6 one (RFC 1035,
 * 3.5; 3596, 2.5).
 */
unsigned reverse_step(uint8_t family);
/* Bits of an address of the family. */
unsigned reverse_bits(uint8_t family);

/* The network of `bits` bits around an address. */
struct cidr reverse_prefix(const struct addr *addr, unsigned bits);

/* The name of a network whose bits are a multiple of the step; returns its length. */
size_t reverse_name(const struct cidr *prefix, uint8_t name[DNS_NAME_MAX]);

/*
 * One label of a folded reverse name (length octet first) to its number: "0".."255" without leading
 * zeros, or one hexadecimal digit.  false: it is none.
 */
bool reverse_label(const uint8_t *label, uint8_t family, unsigned *number);

/* "10.in-addr.arpa", with or without the last dot, in any case: the network.  ERR_SYNTAX. */
int reverse_parse(const char *name, struct cidr *prefix);

/*
 * A zone given as a name or as a network.  A network that does not end at a label becomes the up
 * to 128 zones of the next longer ones.  Calls `found` for each; stops at and returns what is not
 * 0.  ERR_SYNTAX.
 */
typedef int reverse_zone_fn(void *arg, const struct cidr *zone);
int reverse_expand(const char *text, reverse_zone_fn *found, void *arg);
#endif
