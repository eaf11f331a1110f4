/* difference.c - which records go and which come when one entry takes another's place. */
#include "dns/difference.h"

#include <string.h>

#include "base/addr.h"
#include "dns/below.h"
#include "dns/entry_layout.h"
#include "dns/expand.h"
#include "dns/zone_record.h"

#define SRV_FIXED 6

struct walk {
	const struct difference_ops *ops;
	void *arg;
	int sign;
	bool addresses;                 /* tell of those in records, too */
};

/* Records of one owner and type in their stored form. */
struct run {
	const struct entry *entry;
	const uint8_t *labels;
	size_t labels_len;
	const uint8_t *at;
	unsigned count;
};

static int
tell_address(const struct walk *walk, uint16_t type, const uint8_t *octets)
{
	struct addr addr = { .family = type == DNS_TYPE_A ? ADDR_IP4 : ADDR_IP6 };

	if (walk->ops->address == NULL)
		return 0;
	memcpy(addr.octets, octets, addr_len(&addr));
	return walk->ops->address(walk->arg, &addr);
}

static int
tell(void *arg, const struct zone_record *record)
{
	const struct walk *walk = arg;
	int err = walk->ops->record(walk->arg, walk->sign, record);

	if (err == 0 && walk->addresses &&
	    (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA))
		err = tell_address(walk, record->type, record->rdata);
	return err;
}

/* The first record of the run, which is left behind. */
static int
tell_first(struct walk *walk, int sign, struct run *run)
{
	walk->sign = sign;
	int err = expand_stored(run->entry, run->labels, run->labels_len, run->at, 1, tell, walk);

	run->at += expand_stored_len(run->at);
	run->count--;
	return err;
}

static int
compare_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* In the order that sets have: addresses as numbers, targets as names and then ports (rrset.h). */
static int
compare_stored(const uint8_t *a, const uint8_t *b)
{
	size_t a_len = wire_get_u16(a + 10), b_len = wire_get_u16(b + 10);
	size_t skip = wire_get_u16(a + 2) == DNS_TYPE_SRV ? SRV_FIXED : 0;

	a += ENTRY_RECORD_HEAD;
	b += ENTRY_RECORD_HEAD;
	int order = compare_octets(a + skip, a_len - skip, b + skip, b_len - skip);
	return order != 0 || skip == 0 ? order : memcmp(a + 4, b + 4, 2);
}

static int
merge_runs(struct walk *walk, struct run *old, struct run *new)
{
	int err = 0;

	while (err == 0 && (old->count > 0 || new->count > 0)) {
		int order = old->count == 0 ? 1 : new->count == 0 ? -1 :
		    compare_stored(old->at, new->at);
		size_t len = order == 0 ? expand_stored_len(old->at) : 0;

		if (order == 0 && memcmp(old->at, new->at, len) == 0) {
			old->at += len;
			new->at += len;
			old->count--;
			new->count--;
			continue;
		}
		if (order <= 0)
			err = tell_first(walk, -1, old);
		if (err == 0 && order >= 0)
			err = tell_first(walk, 1, new);
	}
	return err;
}

/* The set of a type at an entry's own name; entry NULL or no such set: empty. */
static struct run
own_run(const struct entry *entry, uint16_t type)
{
	struct run run = { .entry = entry };
	const struct entry_set *set = entry == NULL ? NULL : entry_find_set(entry, type, &run.at);

	run.count = set == NULL ? 0 : set->count;
	return run;
}

static int
merge_sets(struct walk *walk, const struct entry *old, const struct entry *new)
{
	int err = 0;

	for (unsigned i = 0; err == 0 && old != NULL && i < old->set_count; i++) {
		struct run before = own_run(old, old->sets[i].type);
		struct run after = own_run(new, old->sets[i].type);

		err = merge_runs(walk, &before, &after);
	}
	for (unsigned i = 0; err == 0 && new != NULL && i < new->set_count; i++) {
		struct run before = own_run(old, new->sets[i].type);
		struct run after = own_run(new, new->sets[i].type);

		if (before.count == 0)
			err = merge_runs(walk, &before, &after);
	}
	return err;
}

static const struct below *
below_of(const struct entry *entry)
{
	return entry == NULL ? NULL : entry_below(entry);
}

static struct run
port_run(const struct entry *entry, const struct below_port *port)
{
	const struct below *below = below_of(entry);
	struct run run = { .entry = entry, .labels = port->name, .labels_len = port->name_len };
	struct below_port found;

	if (below == NULL || !below_find_port(below, port->name, port->name_len, &found))
		return run;
	run.at = (const uint8_t *)entry + found.at;
	run.count = found.count;
	return run;
}

static int
merge_ports(struct walk *walk, const struct entry *old, const struct entry *new)
{
	struct below_port port = { .name = NULL };
	const struct below *below = below_of(old);
	int err = 0;

	for (size_t i = 0; err == 0 && below != NULL && below_port_next(below, i, &port); i++) {
		struct run before = port_run(old, &port), after = port_run(new, &port);

		err = merge_runs(walk, &before, &after);
	}
	below = below_of(new);
	for (size_t i = 0; err == 0 && below != NULL && below_port_next(below, i, &port); i++) {
		struct run before = port_run(old, &port), after = port_run(new, &port);

		if (before.count == 0)
			err = merge_runs(walk, &before, &after);
	}
	return err;
}

static bool
same_addrs(const struct below_member *a, const struct below_member *b)
{
	return a->count4 == b->count4 && a->count6 == b->count6 &&
	    memcmp(a->addrs4, b->addrs4, 4u * a->count4) == 0 &&
	    memcmp(a->addrs6, b->addrs6, 16u * a->count6) == 0;
}

static int
tell_member(struct walk *walk, int sign, const struct entry *entry,
    const struct below_member *member)
{
	walk->sign = sign;
	return expand_member(entry, member, tell, walk);
}

/* Length octets first, as the builder sorts them. */
static int
compare_labels(const struct below_member *a, const struct below_member *b)
{
	return *a->label != *b->label ? *a->label - *b->label :
	    memcmp(a->label + 1, b->label + 1, *a->label);
}

static int
merge_members(struct walk *walk, const struct entry *old, const struct entry *new)
{
	const struct below *before = below_of(old), *after = below_of(new);
	bool same_ttl = before != NULL && after != NULL &&
	    below_ttl_s(before) == below_ttl_s(after);
	struct below_member a, b;
	size_t i = 0, j = 0;
	int err = 0;

	while (err == 0) {
		bool has_a = before != NULL && below_member_at(before, i, &a);
		bool has_b = after != NULL && below_member_at(after, j, &b);
		if (!has_a && !has_b)
			break;
		int order = !has_a ? 1 : !has_b ? -1 : compare_labels(&a, &b);
		bool same = order == 0 && same_ttl && same_addrs(&a, &b);

		if (order <= 0 && !same)
			err = tell_member(walk, -1, old, &a);
		if (err == 0 && order >= 0 && !same)
			err = tell_member(walk, 1, new, &b);
		i += order <= 0;
		j += order >= 0;
	}
	return err;
}

int
difference_entries(const struct entry *old, const struct entry *new,
    const struct difference_ops *ops, void *arg)
{
	struct walk walk = { .ops = ops, .arg = arg, .addresses = true };
	int err = merge_sets(&walk, old, new);

	if (err == 0)
		err = merge_members(&walk, old, new);
	walk.addresses = false;
	if (err == 0)
		err = merge_ports(&walk, old, new);
	/* What stays goes and comes. */
	walk.sign = -1;
	if (err == 0 && old != NULL)
		err = expand_glue(old, tell, &walk);
	walk.sign = 1;
	return err != 0 || new == NULL ? err : expand_glue(new, tell, &walk);
}
