/* autopath.c - a client's walk along its search list, done here in one query. */
#include "dns/autopath.h"

#include <string.h>

#include "dns/answer.h"
#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
#include "dns/errand.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/query.h"
#include "dns/reply.h"
#include "dns/respond.h"
#include "dns/tenants.h"
#include "dns/zone_table.h"

#define OWN_STEPS 2                     /* svc.Z and Z, behind which the host's list begins */

/* The namespace a client is in, as a label; NULL: not known. */
static const uint8_t *
find_namespace(const struct reply *reply, const struct autopath *autopath)
{
	const struct autopath_network *best = NULL;
	const uint8_t *ns = NULL;

	if (autopath->pods)
		ns = tenants_find(reply->responder->index, reply->client);
	for (size_t i = 0; ns == NULL && i < autopath->network_count; i++) {
		const struct autopath_network *network = &autopath->networks[i];

		if (cidr_contains(&network->network, reply->client) &&
		    (best == NULL || network->network.bits > best->network.bits))
			best = network;
	}
	return best != NULL ? best->ns : ns;
}

/*
 * Octets of the folded question in front of ns.svc.Z; 0: it does not end so, or there is nothing.
 */
static size_t
find_prefix(const struct reply *reply, const uint8_t *name, const uint8_t *ns)
{
	static const uint8_t svc[] = { 3, 's', 'v', 'c' };
	const char *domain = reply->responder->settings->cluster_domain;
	size_t len = reply->query->name_len;
	size_t zone_len = strlen(domain) + 2;
	size_t end_len = 1u + ns[0] + sizeof(svc) + zone_len;

	if (len <= end_len || !name_is_under_text(name, len, domain))
		return 0;
	size_t at = 0;
	while (at < len - end_len)
		at += 1u + name[at];
	return at == len - end_len && memcmp(name + at, ns, 1u + ns[0]) == 0 &&
	    memcmp(name + at + 1 + ns[0], svc, sizeof(svc)) == 0 ? at : 0;
}

/* The name of a step; its length, 0: it would be too long. */
static size_t
name_step(const struct reply *reply, const struct autopath *autopath, size_t prefix,
    size_t step, uint8_t name[DNS_NAME_MAX])
{
	uint8_t asked[DNS_NAME_MAX];
	const uint8_t *rest = (const uint8_t *)"";
	size_t len = reply->query->name_len;

	memcpy(asked, reply_asked(reply), len);
	name_fold(asked, len);
	if (step < OWN_STEPS)
		rest = name_parent(asked + prefix);
	if (step == 1)
		rest = name_parent(rest);
	if (step >= OWN_STEPS && step - OWN_STEPS < autopath->search_count)
		rest = autopath->search[step - OWN_STEPS];
	len = name_len(rest);
	if (prefix + len > DNS_NAME_MAX)
		return 0;
	memcpy(name, asked, prefix);
	memcpy(name + prefix, rest, len);
	return prefix + len;
}

/* Does the reply, or the errand that it has become, decide what the client is told? */
static bool
try_name(struct reply *reply, const uint8_t *name, size_t len)
{
	reply_clear(reply);
	reply->composing = false;
	reply->rcode = DNS_NOERROR;
	reply->authoritative = true;
	uint16_t owner = (uint16_t)(DNS_POINTER | (reply->writer.len + ENTRY_RECORD_HEAD));
	reply_add_record(reply, REPLY_OWN_NAME, DNS_TYPE_CNAME, name, (uint16_t)len);
	if (reply->truncated)
		return true;
	reply->hops = 1;
	respond_chase(reply, name, len, owner);
	if (reply->errand != NULL && reply->errand->wanted)
		return true;
	/* A CNAME with nothing behind it: nobody knows the name. */
	return reply->rcode != DNS_NXDOMAIN && (reply->truncated || reply->answers > 1 ||
	    reply->authorities > 0 || reply->rcode != DNS_NOERROR);
}

static void
count_help(const struct autopath *autopath)
{
	if (autopath->helped != NULL)
		atomic_fetch_add_explicit(autopath->helped, 1, memory_order_relaxed);
}

/* All are missing: the reply that was given to the first of them. */
static void
give_up(struct reply *reply)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len = reply->query->name_len;

	memcpy(name, reply_asked(reply), len);
	name_fold(name, len);
	const struct zone *zone = zone_table_above(index_zones(reply->responder->index), name, len);
	reply_clear(reply);
	reply->composing = false;
	reply->zone = zone;
	reply->authoritative = zone != NULL;
	const struct entry *entry = answer_find(reply, name, len);
	if (entry != NULL && entry->kind == ENTRY_EMPTY_HEADLESS)
		reply_explain(reply, entry);
	if (zone != NULL)
		answer_negative(reply, zone, DNS_NXDOMAIN);
}

/* From this step on. */
static void
walk(struct reply *reply, const struct autopath *autopath, size_t prefix, size_t step)
{
	struct errand *errand = reply->errand;
	uint8_t name[DNS_NAME_MAX];

	for (; step <= OWN_STEPS + autopath->search_count; step++) {
		size_t len = name_step(reply, autopath, prefix, step, name);

		if (len == 0 || !try_name(reply, name, len))
			continue;
		if (errand != NULL && errand->wanted) {
			errand->walk_prefix = (uint8_t)prefix;
			errand->walk = (uint8_t)(step + 1);
		} else {
			count_help(autopath);
		}
		return;
	}
	give_up(reply);
}

void
autopath_walk(struct reply *reply)
{
	const struct autopath *autopath = reply->responder->settings->autopath;
	uint8_t name[DNS_NAME_MAX];
	size_t len = reply->query->name_len;

	/* Who asks for the CNAME itself does not walk. */
	if (reply->hops > 0 || reply->query->type == DNS_TYPE_CNAME)
		return;
	const uint8_t *ns = find_namespace(reply, autopath);
	if (ns == NULL)
		return;
	memcpy(name, reply_asked(reply), len);
	name_fold(name, len);
	size_t prefix = find_prefix(reply, name, ns);
	if (prefix == 0)
		return;
	walk(reply, autopath, prefix, 0);
}

void
autopath_settle(struct reply *reply, struct errand *errand)
{
	const struct autopath *autopath = reply->responder->settings->autopath;

	if (autopath == NULL)
		return;
	if (reply->rcode != DNS_NXDOMAIN) {
		count_help(autopath);
		return;
	}
	reply->errand = errand;
	walk(reply, autopath, errand->walk_prefix, errand->walk);
}
