/* below.c - the names below a Service's that its entry holds. */
#include "dns/below.h"

#include <string.h>

#include "base/addr.h"
#include "dns/wire.h"

#define ONE_IP4 0x80000000u     /* in a place: the label is followed by one IPv4 address */
#define COUNTS_LEN 4            /* else by two counts of 16 bits and the addresses */
#define PORT_FIXED 9            /* length of the labels, count, octets, place */

/*
 * Places are octets from the beginning of this.  Behind them come the ports, each its labels and
 * where its records are; then the members, each its label and its addresses.
 */
struct below {
	uint32_t ttl_s;
	uint32_t member_count;
	uint32_t order4;        /* IPv4 addresses in the order by address; 0 with few members */
	uint32_t order6;        /* then IPv6 */
	uint32_t port_count;
	uint32_t places[];      /* of the members by label, then of addresses in their order */
};

static bool
same_label(const uint8_t *a, const uint8_t *b)
{
	return *a == *b && memcmp(a + 1, b + 1, *a) == 0;
}

/* The members of one label: items[first..end - 1]. */
static size_t
run_end(const struct entry_spec *spec, size_t first)
{
	const struct entry_member *items = spec->members;
	size_t end = first + 1;

	while (end < spec->member_count && (items[end].label == items[first].label ||
	    same_label(items[end].label, items[first].label)))
		end++;
	return end;
}

static bool
is_one_ip4(const struct entry_spec *spec, size_t first, size_t end)
{
	return end - first == 1 && spec->members[first].addr->family == ADDR_IP4;
}

static size_t
count_labels(const struct entry_spec *spec)
{
	size_t count = 0;

	for (size_t first = 0; first < spec->member_count; first = run_end(spec, first))
		count++;
	return count;
}

size_t
below_size(const struct entry_spec *spec, size_t labels)
{
	size_t size = sizeof(struct below) + labels + spec->port_count * PORT_FIXED;

	if (spec->member_count > BELOW_FEW)
		size += spec->member_count * sizeof(uint32_t);
	for (size_t first = 0, end; first < spec->member_count; first = end) {
		end = run_end(spec, first);
		if (end - first > UINT16_MAX)
			return 0;
		size += sizeof(uint32_t) + 1u + spec->members[first].label[0];
		if (!is_one_ip4(spec, first, end))
			size += COUNTS_LEN;
		for (size_t i = first; i < end; i++)
			size += addr_len(spec->members[i].addr);
	}
	return size;
}

/* Label and addresses of one run; what was written before ends at *used. */
static void
write_run(struct below *below, const struct entry_spec *spec, size_t first, size_t end,
    uint32_t *order, size_t *used)
{
	uint8_t *base = (uint8_t *)below;
	const uint8_t *label = spec->members[first].label;
	uint16_t counts[2] = { 0, 0 };

	below->places[below->member_count++] = (uint32_t)*used |
	    (is_one_ip4(spec, first, end) ? ONE_IP4 : 0);
	memcpy(base + *used, label, 1u + label[0]);
	*used += 1u + label[0];
	for (size_t i = first; i < end; i++)
		counts[spec->members[i].addr->family == ADDR_IP6]++;
	if (!is_one_ip4(spec, first, end)) {
		wire_set_u16(base + *used, counts[0]);
		wire_set_u16(base + *used + 2, counts[1]);
		*used += COUNTS_LEN;
	}
	for (size_t i = first; i < end; i++) {
		const struct addr *addr = spec->members[i].addr;

		if (order != NULL)
			order[spec->members[i].rank] = (uint32_t)*used;
		memcpy(base + *used, addr->octets, addr_len(addr));
		*used += addr_len(addr);
	}
	if (order != NULL) {
		below->order4 += counts[0];
		below->order6 += counts[1];
	}
}

void
below_write_members(struct below *below, const struct entry_spec *spec, size_t labels)
{
	size_t count = count_labels(spec);
	uint32_t *order = spec->member_count > BELOW_FEW ? below->places + count : NULL;
	size_t used = sizeof(*below) + labels + spec->port_count * PORT_FIXED +
	    (count + (order != NULL ? spec->member_count : 0)) * sizeof(uint32_t);

	*below = (struct below){ .ttl_s = spec->member_ttl_s };
	for (size_t first = 0, end; first < spec->member_count; first = end) {
		end = run_end(spec, first);
		write_run(below, spec, first, end, order, &used);
	}
}

uint8_t *
below_ports(struct below *below)
{
	return (uint8_t *)&below->places[below->member_count + below->order4 + below->order6];
}

void
below_write_port(struct below *below, uint8_t **at, const struct below_port *port)
{
	uint8_t *to = *at;

	*to++ = port->name_len;
	memcpy(to, port->name, port->name_len);
	to += port->name_len;
	wire_set_u16(to, port->count);
	wire_set_u16(to + 2, port->len);
	wire_set_u16(to + 4, (uint16_t)(port->at >> 16));
	wire_set_u16(to + 6, (uint16_t)port->at);
	below->port_count++;
	*at = to + PORT_FIXED - 1;
}

static const uint8_t *
at_place(const struct below *below, uint32_t place)
{
	return (const uint8_t *)below + (place & ~ONE_IP4);
}

static void
read_member(const struct below *below, uint32_t place, struct below_member *member)
{
	const uint8_t *at = at_place(below, place);

	member->label = at;
	at += 1 + *at;
	member->count4 = 1;
	member->count6 = 0;
	if ((place & ONE_IP4) == 0) {
		member->count4 = wire_get_u16(at);
		member->count6 = wire_get_u16(at + 2);
		at += COUNTS_LEN;
	}
	member->addrs4 = at;
	member->addrs6 = at + 4u * member->count4;
}

/* Length octets first, as the builder sorts them. */
static int
compare_labels(const uint8_t *a, const uint8_t *b)
{
	return *a != *b ? *a - *b : memcmp(a + 1, b + 1, *a);
}

bool
below_find_label(const struct below *below, const uint8_t *label, struct below_member *member)
{
	size_t low = 0, high = below->member_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_labels(at_place(below, below->places[middle]), label);

		if (order == 0) {
			read_member(below, below->places[middle], member);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
has_addr(const struct below_member *member, const struct addr *addr)
{
	bool ip4 = addr->family == ADDR_IP4;
	const uint8_t *at = ip4 ? member->addrs4 : member->addrs6;
	size_t len = ip4 ? 4 : 16;

	for (unsigned i = ip4 ? member->count4 : member->count6; i > 0; i--, at += len)
		if (memcmp(at, addr->octets, len) == 0)
			return true;
	return false;
}

/* Whose octets lie at this place: the last member that begins before it. */
static void
read_owner(const struct below *below, uint32_t place, struct below_member *member)
{
	size_t low = 0, high = below->member_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if ((below->places[middle] & ~ONE_IP4) <= place)
			low = middle;
		else
			high = middle;
	}
	read_member(below, below->places[low], member);
}

static bool
search_order(const struct below *below, const struct addr *addr, struct below_member *member)
{
	bool ip4 = addr->family == ADDR_IP4;
	const uint32_t *order = below->places + below->member_count + (ip4 ? 0 : below->order4);
	size_t low = 0, high = ip4 ? below->order4 : below->order6, len = ip4 ? 4 : 16;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int side = memcmp(at_place(below, order[middle]), addr->octets, len);

		if (side == 0) {
			read_owner(below, order[middle], member);
			return true;
		}
		if (side < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool
below_find_addr(const struct below *below, const struct addr *addr, struct below_member *member)
{
	if (below->order4 + below->order6 > 0)
		return search_order(below, addr, member);
	for (size_t i = 0; i < below->member_count; i++) {
		read_member(below, below->places[i], member);
		if (has_addr(member, addr))
			return true;
	}
	return false;
}

static void
read_port(const uint8_t *at, struct below_port *port)
{
	const uint8_t *fixed = at + 1 + *at;

	*port = (struct below_port){ .name = at + 1, .name_len = *at,
	    .count = wire_get_u16(fixed), .len = wire_get_u16(fixed + 2),
	    .at = (uint32_t)wire_get_u16(fixed + 4) << 16 | wire_get_u16(fixed + 6) };
}

static const uint8_t *
first_port(const struct below *below)
{
	return (const uint8_t *)&below->places[below->member_count + below->order4 +
	    below->order6];
}

bool
below_find_port(const struct below *below, const uint8_t *labels, size_t len,
    struct below_port *port)
{
	const uint8_t *at = first_port(below);

	for (unsigned i = 0; i < below->port_count; i++, at += *at + PORT_FIXED) {
		if (*at != len || memcmp(at + 1, labels, len) != 0)
			continue;
		read_port(at, port);
		return true;
	}
	return false;
}

bool
below_member_at(const struct below *below, size_t number, struct below_member *member)
{
	if (number >= below->member_count)
		return false;
	read_member(below, below->places[number], member);
	return true;
}

bool
below_port_next(const struct below *below, size_t number, struct below_port *port)
{
	if (number >= below->port_count)
		return false;
	read_port(number == 0 ? first_port(below) :
	    port->name + port->name_len + PORT_FIXED - 1, port);
	return true;
}

uint32_t
below_ttl_s(const struct below *below)
{
	return below->ttl_s;
}

size_t
below_count(const struct below *below)
{
	return (size_t)below->member_count + below->port_count;
}
