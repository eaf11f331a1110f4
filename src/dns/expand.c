/* expand.c - the records that an entry stands for, one after the other. */
#include "dns/expand.h"

#include <string.h>

#include "base/addr.h"
#include "dns/above.h"
#include "dns/below.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/page.h"
#include "dns/reverse.h"
#include "dns/zone_record.h"

#define SRV_FIXED 6
#define PLACES4 256             /* addresses of a network's page */
#define PLACES6 16

/* The entry's name, or one below it. */
static uint8_t
make_owner(const struct entry *entry, const uint8_t *labels, size_t labels_len,
    uint8_t owner[DNS_NAME_MAX])
{
	if (labels_len > 0)
		memcpy(owner, labels, labels_len);
	memcpy(owner + labels_len, entry_key(entry), entry->name_len);
	return (uint8_t)(labels_len + entry->name_len);
}

size_t
expand_stored_len(const uint8_t *at)
{
	return ENTRY_RECORD_HEAD + (size_t)wire_get_u16(at + 10);
}

int
expand_stored(const struct entry *entry, const uint8_t *labels, size_t labels_len,
    const uint8_t *at, unsigned count, expand_fn *visit, void *arg)
{
	uint8_t owner[DNS_NAME_MAX], rdata[SRV_FIXED + DNS_NAME_MAX];
	struct zone_record record = { .owner = owner };
	int err = 0;

	record.owner_len = make_owner(entry, labels, labels_len, owner);
	for (; err == 0 && count > 0; count--, at += expand_stored_len(at)) {
		record.type = wire_get_u16(at + 2);
		record.ttl_s = (uint32_t)wire_get_u16(at + 6) << 16 | wire_get_u16(at + 8);
		record.rdata = at + ENTRY_RECORD_HEAD;
		record.rdata_len = wire_get_u16(at + 10);
		int name_at = entry_name_offset(record.type);
		if (name_at >= 0) {
			size_t used, before = (size_t)name_at;

			memcpy(rdata, record.rdata, before);
			record.rdata_len = (uint16_t)(before +
			    entry_expand(entry, record.rdata + before, rdata + before, &used));
			record.rdata = rdata;
		}
		err = visit(arg, &record);
	}
	return err;
}

static int
expand_addrs(struct zone_record *record, uint16_t type, const uint8_t *addrs, unsigned count,
    expand_fn *visit, void *arg)
{
	int err = 0;

	record->type = type;
	record->rdata_len = type == DNS_TYPE_A ? 4 : 16;
	for (unsigned i = 0; err == 0 && i < count; i++) {
		record->rdata = addrs + (size_t)i * record->rdata_len;
		err = visit(arg, record);
	}
	return err;
}

int
expand_member(const struct entry *entry, const struct below_member *member, expand_fn *visit,
    void *arg)
{
	uint8_t owner[DNS_NAME_MAX];
	struct zone_record record = { .owner = owner, .ttl_s = below_ttl_s(entry_below(entry)) };

	record.owner_len = make_owner(entry, member->label, 1u + member->label[0], owner);
	int err = expand_addrs(&record, DNS_TYPE_A, member->addrs4, member->count4, visit, arg);
	return err != 0 ? err :
	    expand_addrs(&record, DNS_TYPE_AAAA, member->addrs6, member->count6, visit, arg);
}

int
expand_port(const struct entry *entry, const struct below_port *port, expand_fn *visit, void *arg)
{
	return expand_stored(entry, port->name, port->name_len, (const uint8_t *)entry + port->at,
	    port->count, visit, arg);
}

static int
expand_below(const struct entry *entry, const struct below *below, expand_fn *visit, void *arg)
{
	struct below_member member;
	struct below_port port = { .name = NULL };
	int err = 0;

	for (size_t i = 0; err == 0 && below_member_at(below, i, &member); i++)
		err = expand_member(entry, &member, visit, arg);
	for (size_t i = 0; err == 0 && below_port_next(below, i, &port); i++)
		err = expand_port(entry, &port, visit, arg);
	return err;
}

int
expand_glue(const struct entry *entry, expand_fn *visit, void *arg)
{
	const uint8_t *at = entry_more(entry);
	uint8_t owner[DNS_NAME_MAX];
	struct zone_record record = { .owner = owner };
	int err = 0;

	if (entry->kind != ENTRY_CUT)
		return 0;
	for (unsigned i = 0; err == 0 && i < entry->more_count; i++) {
		size_t used;

		record.owner_len = (uint8_t)entry_expand(entry, at, owner, &used);
		at += used;
		record.type = wire_get_u16(at);
		record.ttl_s = (uint32_t)wire_get_u16(at + 4) << 16 | wire_get_u16(at + 6);
		record.rdata_len = wire_get_u16(at + 8);
		record.rdata = at + 10;
		at += 10 + record.rdata_len;
		/* What stands elsewhere in the zone is there by itself. */
		if (name_is_under(owner, entry_key(entry)))
			err = visit(arg, &record);
	}
	return err;
}

int
expand_entry(const struct entry *entry, expand_fn *visit, void *arg)
{
	const uint8_t *at = entry_records(entry);
	int err = 0;

	for (unsigned i = 0; err == 0 && i < entry->set_count; at += entry->sets[i].len, i++)
		err = expand_stored(entry, NULL, 0, at, entry->sets[i].count, visit, arg);
	if (err == 0 && entry_below(entry) != NULL)
		err = expand_below(entry, entry_below(entry), visit, arg);
	return err != 0 ? err : expand_glue(entry, visit, arg);
}

int
expand_pointer(const struct entry *entry, const struct addr *addr, expand_fn *visit, void *arg)
{
	const struct cidr leaf = { *addr, (uint8_t)reverse_bits(addr->family) };
	uint8_t owner[DNS_NAME_MAX], target[DNS_NAME_MAX];
	struct zone_record record = { .owner = owner, .rdata = target, .type = DNS_TYPE_PTR };
	const uint8_t *label;

	if (entry == NULL || !above_has_addr(entry, addr, &label, &record.ttl_s))
		return 0;
	record.owner_len = (uint8_t)reverse_name(&leaf, owner);
	record.rdata_len = make_owner(entry, label, label == NULL ? 0 : 1u + *label, target);
	return visit(arg, &record);
}

int
expand_page(const struct page_root *root, expand_fn *visit, void *arg)
{
	unsigned places = root->network.base.family == ADDR_IP4 ? PLACES4 : PLACES6;
	int err = 0;

	for (unsigned place = 0; err == 0 && place < places; place++) {
		const struct entry *entry = page_find(root, place);
		struct addr addr = page_addr(root, place);

		if (entry != NULL)
			err = expand_pointer(entry, &addr, visit, arg);
	}
	return err;
}
