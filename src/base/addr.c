/* addr.c - IP addresses, networks, and their text forms. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

int
addr_parse(const char *text, struct addr *addr)
{
	struct addr parsed = { .family = ADDR_IP4 };

	/* glibc's inet_pton is strict: no leading zeros, no short forms, no zone id. */
	if (inet_pton(AF_INET, text, parsed.octets) == 1) {
		*addr = parsed;
		return 0;
	}
	parsed = (struct addr){ .family = ADDR_IP6 };
	if (inet_pton(AF_INET6, text, parsed.octets) != 1)
		return ERR_SYNTAX;
	*addr = parsed;
	return 0;
}

static bool
is_mapped(const struct addr *addr)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return addr->family == ADDR_IP6 && memcmp(addr->octets, prefix, sizeof(prefix)) == 0;
}

static unsigned
word_at(const struct addr *addr, unsigned i)
{
	return (unsigned)addr->octets[2 * i] << 8 | addr->octets[2 * i + 1];
}

/* The first of the longest runs of two or more zero words: what "::" stands for (RFC 5952, 4.2). */
static unsigned
zero_run(const struct addr *addr, unsigned *run_len)
{
	unsigned best = 8, best_len = 1;

	for (unsigned i = 0; i < 8; i++) {
		unsigned end = i;

		while (end < 8 && word_at(addr, end) == 0)
			end++;
		if (end - i > best_len) {
			best = i;
			best_len = end - i;
		}
	}
	*run_len = best == 8 ? 0 : best_len;
	return best;
}

/*
 * inet_ntop writes all of ::/96 with a dotted tail (::0.1.0.2), Kubernetes does not (::1:2);
 * only the mapped form keeps the dots (RFC 5952, 5).
 */
static void
ip6_text(const struct addr *addr, char buf[ADDR_TEXT_SIZE])
{
	const uint8_t *v4 = addr->octets + 12;
	unsigned run_len, run = zero_run(addr, &run_len);
	size_t len = 0;

	if (is_mapped(addr)) {
		(void)snprintf(buf, ADDR_TEXT_SIZE, "::ffff:%u.%u.%u.%u", v4[0], v4[1], v4[2],
		    v4[3]);
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		int n;

		if (i == run) {
			n = snprintf(buf + len, ADDR_TEXT_SIZE - len, "::");
			i += run_len - 1;
		} else {
			bool first = i == 0 || i == run + run_len;

			n = snprintf(buf + len, ADDR_TEXT_SIZE - len, first ? "%x" : ":%x",
			    word_at(addr, i));
		}
		len += (size_t)n;
	}
}

/* Without printf: addresses are in the names of targets, which are made for every change. */
static char *
put_number(char *at, unsigned number)
{
	if (number >= 10)
		at = put_number(at, number / 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

static void
ip4_text(const uint8_t octets[4], char *at)
{
	for (unsigned i = 0; i < 4; i++) {
		at = put_number(at, octets[i]);
		*at++ = i < 3 ? '.' : '\0';
	}
}

char *
addr_text(const struct addr *addr, char buf[ADDR_TEXT_SIZE])
{
	if (addr->family == ADDR_IP4)
		ip4_text(addr->octets, buf);
	else if (addr->family == ADDR_IP6)
		ip6_text(addr, buf);
	else
		(void)snprintf(buf, ADDR_TEXT_SIZE, "none");
	return buf;
}

size_t
addr_len(const struct addr *addr)
{
	if (addr->family == ADDR_IP4)
		return 4;
	return addr->family == ADDR_IP6 ? 16 : 0;
}

int
addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

/*
 * The IPv4 octets of an IPv4 or IPv4-mapped address: connecting to either reaches the same
 * host.  NULL: none.
 */
static const uint8_t *
ip4_octets(const struct addr *addr)
{
	if (addr->family == ADDR_IP4)
		return addr->octets;
	return is_mapped(addr) ? addr->octets + 12 : NULL;
}

bool
addr_is_loopback(const struct addr *addr)
{
	static const struct addr ip6_loopback = { .family = ADDR_IP6, .octets = { [15] = 1 } };
	const uint8_t *v4 = ip4_octets(addr);

	return v4 != NULL ? v4[0] == 127 : addr_compare(addr, &ip6_loopback) == 0;
}

bool
addr_is_link_local(const struct addr *addr)
{
	const uint8_t *v4 = ip4_octets(addr);

	if (v4 != NULL)
		return v4[0] == 169 && v4[1] == 254;
	return addr->family == ADDR_IP6 && addr->octets[0] == 0xfe &&
	    (addr->octets[1] & 0xc0) == 0x80;
}

bool
addr_is_multicast(const struct addr *addr)
{
	const uint8_t *v4 = ip4_octets(addr);

	if (v4 != NULL)
		return (v4[0] & 0xf0) == 0xe0;
	return addr->family == ADDR_IP6 && addr->octets[0] == 0xff;
}

bool
addr_is_unspecified(const struct addr *addr)
{
	static const uint8_t zero[16];
	const uint8_t *v4 = ip4_octets(addr);

	if (v4 != NULL)
		return memcmp(v4, zero, 4) == 0;
	return addr->family == ADDR_IP6 && memcmp(addr->octets, zero, 16) == 0;
}

int
addr_add(const struct addr *addr, uint64_t n, struct addr *sum)
{
	struct addr result = *addr;

	for (size_t i = addr_len(addr); i-- > 0 && n != 0;) {
		/* n stays below 2^64: the octet is added to its lowest one only. */
		unsigned octet = (unsigned)result.octets[i] + (unsigned)(n & 0xff);

		result.octets[i] = (uint8_t)octet;
		n = (n >> 8) + (octet >> 8);
	}
	if (n != 0)
		return ERR_RANGE;
	*sum = result;
	return 0;
}

/* A decimal number as people write it: no leading zeros. */
static bool
parse_number(const char *text, uint64_t max, uint64_t *value)
{
	if (text[0] == '0' && text[1] != '\0')
		return false;
	return text_to_u64(text, max, value);
}

/* Copy text[0..len) as a C string and parse it. */
static int
parse_addr_n(const char *text, size_t len, struct addr *addr)
{
	char buf[ADDR_TEXT_SIZE];

	if (len >= sizeof(buf))
		return ERR_SYNTAX;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return addr_parse(buf, addr);
}

int
addr_port_parse(const char *text, struct addr_port *addr_port)
{
	const char *colon = strrchr(text, ':');
	struct addr_port parsed = { .port = 0 };
	uint64_t port;

	if (colon == NULL || !parse_number(colon + 1, UINT16_MAX, &port))
		return ERR_SYNTAX;

	bool brackets = text[0] == '[';
	size_t len = (size_t)(colon - text);

	if (brackets && (len < 2 || text[len - 1] != ']'))
		return ERR_SYNTAX;

	int err = brackets ? parse_addr_n(text + 1, len - 2, &parsed.addr) :
	    parse_addr_n(text, len, &parsed.addr);

	/* "::1:53" is an address without a port (RFC 5952, 6). */
	if (err != 0 || brackets != (parsed.addr.family == ADDR_IP6))
		return ERR_SYNTAX;
	parsed.port = (uint16_t)port;
	*addr_port = parsed;
	return 0;
}

char *
addr_port_text(const struct addr_port *addr_port, char buf[ADDR_PORT_TEXT_SIZE])
{
	bool brackets = addr_port->addr.family == ADDR_IP6;
	char *at = buf;

	if (brackets)
		*at++ = '[';
	addr_text(&addr_port->addr, at);
	at += strlen(at);
	if (brackets)
		*at++ = ']';
	*at++ = ':';
	*put_number(at, addr_port->port) = '\0';
	return buf;
}

/* The address with all bits behind the first `bits` cleared. */
static struct addr
masked(const struct addr *addr, unsigned bits)
{
	struct addr base = *addr;

	for (unsigned i = 0; i < sizeof(base.octets); i++) {
		if (bits < 8 * i)
			base.octets[i] = 0;
		else if (bits - 8 * i < 8)
			base.octets[i] &= (uint8_t)(0xff00 >> (bits - 8 * i));
	}
	return base;
}

int
cidr_parse(const char *text, struct cidr *cidr)
{
	const char *slash = strchr(text, '/');
	struct addr addr;
	uint64_t bits;

	if (slash == NULL || parse_addr_n(text, (size_t)(slash - text), &addr) != 0)
		return ERR_SYNTAX;
	if (!parse_number(slash + 1, 8 * addr_len(&addr), &bits))
		return ERR_SYNTAX;

	struct addr base = masked(&addr, (unsigned)bits);

	if (addr_compare(&addr, &base) != 0)
		return ERR_INVALID;
	*cidr = (struct cidr){ .base = base, .bits = (uint8_t)bits };
	return 0;
}

char *
cidr_text(const struct cidr *cidr, char buf[CIDR_TEXT_SIZE])
{
	char addr[ADDR_TEXT_SIZE];

	(void)snprintf(buf, CIDR_TEXT_SIZE, "%s/%u", addr_text(&cidr->base, addr),
	    (unsigned)cidr->bits);
	return buf;
}

bool
cidr_contains(const struct cidr *cidr, const struct addr *addr)
{
	size_t whole = cidr->bits / 8;
	unsigned rest = cidr->bits % 8;

	/*
	 * Asked for each entry of an access list at each DNS query: the whole octets first,
	 * then the bits left.
	 */
	if (cidr->base.family != addr->family ||
	    memcmp(cidr->base.octets, addr->octets, whole) != 0)
		return false;
	return rest == 0 || (cidr->base.octets[whole] ^ addr->octets[whole]) >> (8 - rest) == 0;
}

bool
cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
	return cidr_contains(a, &b->base) || cidr_contains(b, &a->base);
}

uint64_t
cidr_size(const struct cidr *cidr)
{
	size_t host_bits = 8 * addr_len(&cidr->base) - cidr->bits;

	return host_bits >= 64 ? UINT64_MAX : (uint64_t)1 << host_bits;
}
