/* addr.h - IP addresses, networks, and their text forms.  Thread: any; pure. */
#ifndef ROLLCALL_BASE_ADDR_H
#define ROLLCALL_BASE_ADDR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_family { ADDR_NONE = 0, ADDR_IP4 = 4, ADDR_IP6 = 6 };

/* Network byte order; the octets behind an IPv4 address are zero, so that memcmp compares. */
struct addr {
	uint8_t family;         /* enum addr_family */
	uint8_t octets[16];
};

struct addr_port {
	struct addr addr;
	uint16_t port;          /* host byte order */
};

struct cidr {
	struct addr base;       /* host bits are zero */
	uint8_t bits;
};

#define ADDR_TEXT_SIZE 46       /* INET6_ADDRSTRLEN */
#define ADDR_PORT_TEXT_SIZE 56
#define CIDR_TEXT_SIZE 50

/*
 * Strict: no leading zeros, no zone id, no spaces; an IPv4-mapped IPv6 address stays IPv6.  0
 * or ERR_SYNTAX.
 */
int addr_parse(const char *text, struct addr *addr);
/* Canonical text (RFC 5952); returns buf. */
char *addr_text(const struct addr *addr, char buf[ADDR_TEXT_SIZE]);

/* 4, 16 or 0. */
size_t addr_len(const struct addr *addr);
/* Orders by family, then octets; 0 when equal. */
int addr_compare(const struct addr *a, const struct addr *b);
bool addr_is_loopback(const struct addr *addr);
bool addr_is_link_local(const struct addr *addr);
bool addr_is_multicast(const struct addr *addr);
bool addr_is_unspecified(const struct addr *addr);

/* addr + n, carrying through all octets; ERR_RANGE past the last address of the family. */
int addr_add(const struct addr *addr, uint64_t n, struct addr *sum);

/* "192.0.2.1:53", "[2001:db8::1]:53".  0 or ERR_SYNTAX. */
int addr_port_parse(const char *text, struct addr_port *addr_port);
char *addr_port_text(const struct addr_port *addr_port, char buf[ADDR_PORT_TEXT_SIZE]);

/* "10.96.0.0/12"; ERR_SYNTAX, or ERR_INVALID where host bits are set. */
int cidr_parse(const char *text, struct cidr *cidr);
char *cidr_text(const struct cidr *cidr, char buf[CIDR_TEXT_SIZE]);
bool cidr_contains(const struct cidr *cidr, const struct addr *addr);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);
/* Number of addresses, UINT64_MAX where it does not fit. */
uint64_t cidr_size(const struct cidr *cidr);
#endif
