/* above.c - what an entry answers for names below its own. */
#include "dns/above.h"

#include <string.h>

#include "base/addr.h"
#include "dns/answer.h"
#include "dns/below.h"
#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/page.h"
#include "dns/pod_name.h"
#include "dns/query.h"
#include "dns/reply.h"
#include "dns/reverse.h"
#include "dns/zone_table.h"

/*
 * n.pod.Z: the label below it is an address to be answered, dashes for dots or colons (DNS.md
 * 2.5).
 */
static bool
answer_pod(struct reply *reply, const uint8_t *name, uint16_t owner, const struct zone *zone)
{
	struct addr addr;

	if (!pod_name_read(name + 1, *name, &addr))
		return false;
	uint16_t type = addr.family == ADDR_IP4 ? DNS_TYPE_A : DNS_TYPE_AAAA;
	if (reply->query->type == type)
		reply_add_record(reply, owner, type, addr.octets, addr.family == ADDR_IP4 ? 4 : 16);
	else
		answer_negative(reply, zone, DNS_NOERROR);
	return true;
}

/* The Service two labels above prefer._zone answers. */
static bool
answer_preferred(struct reply *reply, const struct entry *prefer, uint16_t owner,
    const struct zone *zone)
{
	const uint8_t *service = name_parent(name_parent(entry_key(prefer)));
	const struct entry *entry = answer_find(reply, service, name_len(service));

	if (entry == NULL || entry->kind != ENTRY_NAME)
		return false;
	struct hop hop = { .entry = entry, .owner = owner };
	if (!answer_type(reply, &hop))
		answer_negative(reply, zone, DNS_NOERROR);
	return true;
}

/* An endpoint's name. */
static void
answer_member(struct reply *reply, const struct below_member *member, uint32_t ttl_s,
    uint16_t owner, const struct zone *zone)
{
	uint16_t type = reply->query->type;

	if (type == DNS_TYPE_A && member->count4 > 0)
		reply_add_addrs(reply, owner, type, ttl_s, member->addrs4, member->count4);
	else if (type == DNS_TYPE_AAAA && member->count6 > 0)
		reply_add_addrs(reply, owner, type, ttl_s, member->addrs6, member->count6);
	else if (!answer_some(reply, owner))
		answer_negative(reply, zone, DNS_NOERROR);
}

/* _port._proto, or the empty _proto above it. */
static void
answer_port(struct reply *reply, const struct entry *entry, const struct below_port *port,
    uint16_t owner, const struct zone *zone)
{
	const struct entry_set set = { .type = DNS_TYPE_SRV, .count = port->count,
	    .len = port->len };
	const struct hop hop = { .entry = entry, .owner = owner };

	if (port->count > 0 && reply->query->type == DNS_TYPE_SRV)
		reply_add_set(reply, &hop, &set, (const uint8_t *)entry + port->at);
	else if (port->count == 0 || !answer_some(reply, owner))
		answer_negative(reply, zone, DNS_NOERROR);
}

/* One label or two in front of a Service's name; false: the Service knows nothing of them. */
static bool
answer_below(struct reply *reply, const struct entry *entry, const uint8_t *name, size_t labels_len,
    uint16_t owner, const struct zone *zone)
{
	const struct below *below = entry_below(entry);
	struct below_member member;
	struct below_port port;

	if (labels_len == 1u + *name && below_find_label(below, name, &member)) {
		answer_member(reply, &member, below_ttl_s(below), owner, zone);
		return true;
	}
	if (!below_find_port(below, name, labels_len, &port))
		return false;
	answer_port(reply, entry, &port, owner, zone);
	return true;
}

bool
above_has_addr(const struct entry *entry, const struct addr *addr, const uint8_t **label,
    uint32_t *ttl_s)
{
	const struct below *below = entry_below(entry);
	struct below_member member;

	*label = NULL;
	if (below == NULL || !below_find_addr(below, addr, &member))
		return entry_has_addr(entry, addr, ttl_s);
	*label = member.label;
	*ttl_s = below_ttl_s(below);
	return true;
}

/* An address of a network: one Service has it, at an endpoint or as its own. */
static bool
answer_address(struct reply *reply, const struct page_root *root, const uint8_t *label,
    uint16_t owner, const struct zone *zone)
{
	unsigned place;
	const uint8_t *endpoint;
	uint32_t ttl_s;

	if (!reverse_label(label, root->network.base.family, &place))
		return false;
	struct addr addr = page_addr(root, place);
	const struct entry *entry = page_find(root, place);
	/* It may just have gone from there. */
	if (entry == NULL || !above_has_addr(entry, &addr, &endpoint, &ttl_s))
		return false;
	if (reply->query->type == DNS_TYPE_PTR)
		reply_add_pointer(reply, owner, entry, endpoint, ttl_s);
	else if (!answer_some(reply, owner))
		answer_negative(reply, zone, DNS_NOERROR);
	return true;
}

/* Kinds of entries that speak for whatever is below them, however deep. */
static bool
answer_special(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner,
    const struct zone *zone)
{
	const uint8_t *above = name;
	size_t left = len;

	while (left > zone->name_len) {
		left -= 1u + *above;
		above = name_parent(above);
		const struct entry *entry = answer_find(reply, above, left);
		if (entry == NULL)
			continue;
		if (entry->kind == ENTRY_POD_NAMESPACE && above == name_parent(name))
			return answer_pod(reply, name, owner, zone);
		if (entry->kind == ENTRY_ZONE_PREFER)
			return answer_preferred(reply, entry, owner, zone);
		if (entry->kind != ENTRY_ZONE_PIN)
			return false;
		answer_negative(reply, zone, DNS_NOERROR);
		return true;
	}
	return false;
}

size_t
above_port_len(const uint8_t *name)
{
	const uint8_t *next;

	if (*name == 0 || name[1] != '_')
		return 0;
	next = name_parent(name);
	return *next == 0 || next[1] != '_' ? 0 : 2u + *name + *next;
}

/*
 * A Service is two labels above its ports, one above all else; between there is no entry.  (An
 * endpoint's name does not begin with an underscore: that of a port alone does.)
 */
void
above_find(const struct reply *reply, const uint8_t *name, size_t len, struct above *above)
{
	size_t port_len = above_port_len(name);
	unsigned labels = 0;

	*above = (struct above){ .labels_len = port_len > 0 ? port_len : 1u + *name };
	if (*name == 0)
		return;
	const uint8_t *at = name + above->labels_len;
	for (const uint8_t *label = at; *label != 0; label += 1 + *label)
		labels++;
	if (!index_has_below(reply->responder->index, labels))
		return;
	above->entry = answer_find(reply, at, len - above->labels_len);
}

bool
above_answer(struct reply *reply, const struct above *above, const uint8_t *name, size_t len,
    uint16_t owner, const struct zone *zone)
{
	const struct entry *entry = above->entry;

	if (entry != NULL && entry_root(entry) != NULL)
		return answer_address(reply, entry_root(entry), name, owner, zone);
	if (entry != NULL && entry_below(entry) != NULL)
		return answer_below(reply, entry, name, above->labels_len, owner, zone);
	return (zone->flags & ZONE_STATED) == 0 && index_has_specials(reply->responder->index) &&
	    answer_special(reply, name, len, owner, zone);
}
