/* reverse.c - addresses and networks as names below in-addr.arpa and ip6.arpa. */
#include "dns/reverse.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/text.h"

unsigned
reverse_step(uint8_t family)
{
	return family == ADDR_IP4 ? 8 : 4;
}

unsigned
reverse_bits(uint8_t family)
{
	return family == ADDR_IP4 ? 32 : 128;
}

struct cidr
reverse_prefix(const struct addr *addr, unsigned bits)
{
	struct cidr prefix = { .base = *addr, .bits = (uint8_t)bits };

	for (unsigned i = 0; i < sizeof(addr->octets); i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;

		if (kept < 8)
			prefix.base.octets[i] &= (uint8_t)(0xff00 >> kept);
	}
	return prefix;
}

/* The i-th label's number, counted from the front of the address. */
static unsigned
digit(const struct addr *addr, unsigned i)
{
	if (addr->family == ADDR_IP4)
		return addr->octets[i];
	return i % 2 == 0 ? addr->octets[i / 2] >> 4 : addr->octets[i / 2] & 15;
}

/*
 * One number as a label; made for every address of the world, and so without printf.  Its length.
 */
static size_t
write_label(uint8_t *label, unsigned number, unsigned base)
{
	static const char digits[] = "0123456789abcdef";
	size_t count = number < base ? 1 : number < base * base ? 2 : 3;

	label[0] = (uint8_t)count;
	for (size_t i = count; i > 0; i--, number /= base)
		label[i] = (uint8_t)digits[number % base];
	return 1 + count;
}

size_t
reverse_name(const struct cidr *prefix, uint8_t name[DNS_NAME_MAX])
{
	static const uint8_t tail4[] = "\7in-addr\4arpa", tail6[] = "\3ip6\4arpa";
	bool ip4 = prefix->base.family == ADDR_IP4;
	size_t len = 0;

	for (unsigned i = prefix->bits / reverse_step(prefix->base.family); i-- > 0;)
		len += write_label(name + len, digit(&prefix->base, i), ip4 ? 10 : 16);
	memcpy(name + len, ip4 ? tail4 : tail6, ip4 ? sizeof(tail4) : sizeof(tail6));
	return len + (ip4 ? sizeof(tail4) : sizeof(tail6));
}

bool
reverse_label(const uint8_t *label, uint8_t family, unsigned *number)
{
	unsigned base = family == ADDR_IP4 ? 10 : 16, value = 0;

	if (*label == 0 || *label > (base == 10 ? 3 : 1) || (*label > 1 && label[1] == '0'))
		return false;
	for (unsigned i = 1; i <= *label; i++) {
		uint8_t c = label[i];
		unsigned found = c >= '0' && c <= '9' ? c - '0' + 0u :
		    c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;

		if (found >= base)
			return false;
		value = value * base + found;
	}
	*number = value;
	return value <= 255;
}

/* One label to its number: "0".."255" without leading zeros, or one hexadecimal digit. */
static int
parse_label(const char *label, size_t len, bool ip4, unsigned *value)
{
	static const char digits[] = "0123456789abcdef";
	char text[4] = "";
	uint64_t number;

	if (len == 0 || len > (ip4 ? 3U : 1U))
		return ERR_SYNTAX;
	memcpy(text, label, len);
	if (!ip4) {
		const char *at = strchr(digits, text[0] >= 'A' && text[0] <= 'F' ? text[0] + 32 :
		    text[0]);

		*value = at != NULL ? (unsigned)(at - digits) : 0;
		return at != NULL ? 0 : ERR_SYNTAX;
	}
	if ((text[0] == '0' && len > 1) || !text_to_u64(text, 255, &number))
		return ERR_SYNTAX;
	*value = (unsigned)number;
	return 0;
}

/* Put a label's number in front of the others. */
static void
shift_in(struct cidr *prefix, unsigned value)
{
	struct addr *addr = &prefix->base;

	if (addr->family == ADDR_IP4) {
		memmove(addr->octets + 1, addr->octets, 3);
		addr->octets[0] = (uint8_t)value;
		prefix->bits = (uint8_t)(prefix->bits + 8);
		return;
	}
	for (size_t i = sizeof(addr->octets); i-- > 0;)
		addr->octets[i] = (uint8_t)((i > 0 ? addr->octets[i - 1] << 4 : (int)value << 4) |
		    addr->octets[i] >> 4);
	prefix->bits = (uint8_t)(prefix->bits + 4);
}

/*
 * Length of `text` without its last dot and without `tail`; 0 and *apex where nothing is left of
 * it.
 */
static bool
cut_tail(const char *text, const char *tail, size_t *len)
{
	size_t text_len = strlen(text), tail_len = strlen(tail);

	if (text_len > 0 && text[text_len - 1] == '.')
		text_len--;
	if (text_len < tail_len || strncasecmp(text + text_len - tail_len, tail, tail_len) != 0)
		return false;
	*len = text_len - tail_len;
	return *len == 0 || text[*len - 1] == '.';
}

int
reverse_parse(const char *name, struct cidr *prefix)
{
	struct cidr parsed = { .base = { .family = ADDR_IP4 } };
	size_t len;

	if (!cut_tail(name, "in-addr.arpa", &len)) {
		parsed.base.family = ADDR_IP6;
		if (!cut_tail(name, "ip6.arpa", &len))
			return ERR_SYNTAX;
	}
	for (const char *at = name; at < name + len;) {
		size_t label = strcspn(at, ".");
		unsigned value;

		if (parsed.bits == reverse_bits(parsed.base.family) ||
		    parse_label(at, label, parsed.base.family == ADDR_IP4, &value) != 0)
			return ERR_SYNTAX;
		shift_in(&parsed, value);
		at += label + 1;
	}
	*prefix = parsed;
	return 0;
}

int
reverse_expand(const char *text, reverse_zone_fn *found, void *arg)
{
	struct cidr cidr;

	if (strchr(text, '/') == NULL) {
		int err = reverse_parse(text, &cidr);
		return err != 0 ? err : found(arg, &cidr);
	}
	if (cidr_parse(text, &cidr) != 0)
		return ERR_SYNTAX;
	unsigned step = reverse_step(cidr.base.family), bits = (cidr.bits + step - 1) / step * step;
	for (unsigned i = 0; i < 1U << (bits - cidr.bits); i++) {
		struct cidr zone = cidr;
		unsigned last = bits > 0 ? (bits - 1) / 8 : 0;

		/* the bits between the network's end and the label's lie in one octet */
		zone.base.octets[last] |= (uint8_t)(i << (8 * (last + 1) - bits));
		zone.bits = (uint8_t)bits;
		int err = found(arg, &zone);
		if (err != 0)
			return err;
	}
	return 0;
}
