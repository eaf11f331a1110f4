/* respond.c - query bytes to reply bytes. */
#include "dns/respond.h"

#include <string.h>

#include "base/clock.h"
#include "dns/above.h"
#include "dns/answer.h"
#include "dns/autopath.h"
#include "dns/chaos.h"
#include "dns/dns_settings.h"
#include "dns/entry_layout.h"
#include "dns/errand.h"
#include "dns/host.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/proof.h"
#include "dns/query.h"
#include "dns/referral.h"
#include "dns/reply.h"
#include "dns/rrl.h"
#include "dns/signed.h"
#include "dns/stand_in.h"
#include "dns/transfer.h"
#include "dns/wire.h"
#include "dns/zone_table.h"

/* Are missing names of this one somebody else's? */
static bool
falls_through(const struct reply *reply, const uint8_t *name, size_t len)
{
	const struct dns_settings *settings = reply->responder->settings;

	for (size_t i = 0; i < settings->fallthrough_count; i++) {
		const char *zone = settings->fallthrough[i];

		if (strcmp(zone, "*") == 0 || name_is_under_text(name, len, zone))
			return true;
	}
	return false;
}

static void
refuse(struct reply *reply)
{
	reply->rcode = DNS_REFUSED;
	reply->authoritative = false;
}

/*
 * A name of no zone of ours: a host's entry, with which to go on, or NULL, and it is left to others,
 * if anybody knows it.  A CNAME that leaves our zones may be all we know.
 */
static const struct entry *
answer_foreign(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner)
{
	const struct entry *host = host_find(reply->responder->index, name, len);

	if (host == NULL && !errand_begin(reply, name, len, owner) && reply->hops == 0)
		refuse(reply);
	return host;
}

/*
 * The name is missing.  At the end of a chain the CNAMEs stay, with the last name's rcode (RFC
 * 6604).  Returns as answer_foreign() does.
 */
static const struct entry *
answer_missing(struct reply *reply, const struct zone *zone, const struct entry *entry,
    const uint8_t *name, size_t len, uint16_t owner)
{
	/*
	 * Loaded or not comes before anything else: a name that is not there yet is nobody
	 * else's.
	 */
	if (!reply->responder->answering) {
		answer_negative(reply, zone, DNS_SERVFAIL);
		return NULL;
	}
	if ((zone->flags & ZONE_FINAL) == 0 && falls_through(reply, name, len))
		return answer_foreign(reply, name, len, owner);
	reply_explain(reply, entry);
	answer_negative(reply, zone, DNS_NXDOMAIN);
	return NULL;
}

static const struct entry *step_to(struct reply *reply, const uint8_t *name, size_t len,
    uint16_t *owner);

/* Below a DNAME: its target is gone on with. */
static const struct entry *
redirect(struct reply *reply, const struct entry *entry, const uint8_t *name, size_t len,
    uint16_t *owner)
{
	struct referral_target target;

	if (reply->hops >= ERRAND_CHAIN_MAX ||
	    !referral_redirect(reply, entry, name, len, *owner, &target) ||
	    reply->query->type == DNS_TYPE_CNAME)
		return NULL;
	*owner = target.owner;
	return step_to(reply, target.name, target.len, owner);
}

/*
 * An entry speaks for this folded name at *owner: it is the name's, or stands in for it.  What to
 * go on with, and at which owner; NULL: what there is to say has been said.
 */
static const struct entry *
enter(struct reply *reply, const struct entry *entry, const uint8_t *name, size_t len,
    uint16_t *owner)
{
	const struct zone *zone;
	const struct entry *host;

	switch (entry->kind) {
	case ENTRY_EMPTY_HEADLESS:
		zone = answer_zone(reply, entry);
		return zone == NULL ? NULL :
		    answer_missing(reply, zone, entry, name, len, *owner);
	case ENTRY_CUT:
		/* DS is the upper side's to answer (RFC 4035, 3.1.4.1). */
		if (reply->query->type == DNS_TYPE_DS && entry->name_len == len)
			return entry;
		/* Who wants an answer, not a referral, gets one where there is whom to ask. */
		if (!errand_begin(reply, name, len, *owner))
			referral_answer(reply, entry);
		return NULL;
	case ENTRY_DNAME:
		return entry->name_len == len ? entry : redirect(reply, entry, name, len, owner);
	case ENTRY_HOST:
		/* An Ingress is heard before a hosts file. */
		host = host_find(reply->responder->index, name, len);
		return host != NULL ? host : entry;
	}
	return entry;
}

/*
 * No entry of this folded name, but maybe one above, or one that stands in for it.  Returns as
 * enter() does.
 */
static const struct entry *
find_instead(struct reply *reply, const struct above *above, const uint8_t *name, size_t len,
    uint16_t *owner)
{
	const struct zone *zone = NULL;

	/* Between a network and its addresses a zone out of a file may begin. */
	if (above->entry != NULL && above->entry->kind != ENTRY_NETWORK)
		zone = answer_zone(reply, above->entry);
	if (zone == NULL)
		zone = zone_table_above(index_zones(reply->responder->index), name, len);
	if (reply->hops == 0)
		reply->zone = zone;
	if (zone != NULL && (zone->flags & ZONE_COMING) != 0) {
		answer_negative(reply, zone, DNS_SERVFAIL);
		return NULL;
	}
	if (zone != NULL && above_answer(reply, above, name, len, *owner, zone))
		return NULL;
	const struct entry *entry = !stand_in_may_be(zone, name, len) ? NULL :
	    stand_in_find(reply, zone, name, len);
	if (entry != NULL)
		return enter(reply, entry, name, len, owner);
	return zone == NULL ? answer_foreign(reply, name, len, *owner) :
	    answer_missing(reply, zone, NULL, name, len, *owner);
}

static bool
was_here(const struct hop *hops, unsigned count, const struct entry *entry)
{
	for (unsigned i = 0; i < count; i++)
		if (hops[i].entry == entry)
			return true;
	return false;
}

/* The entry of a CNAME's target.  Returns as enter() does. */
static const struct entry *
step_to(struct reply *reply, const uint8_t *name, size_t len, uint16_t *owner)
{
	const struct entry *entry = answer_find(reply, name, len);
	struct above above;

	if (entry != NULL)
		return enter(reply, entry, name, len, owner);
	above_find(reply, name, len, &above);
	return find_instead(reply, &above, name, len, owner);
}

/*
 * Add the CNAME of a hop and step to its target; false: the answer is complete as it stands,
 * because the chain ends, turns back on itself or is too long.
 */
static bool
follow(struct reply *reply, struct hop *hops, unsigned *count, const struct entry_set *set,
    const uint8_t *records)
{
	struct hop *hop = &hops[*count - 1];
	uint8_t name[DNS_NAME_MAX];
	size_t used;
	size_t rdata_at = reply->writer.len + ENTRY_RECORD_HEAD;

	reply_add_set(reply, hop, set, records);
	if (reply->truncated)
		return false;
	size_t len = entry_expand(hop->entry, records + ENTRY_RECORD_HEAD, name, &used);
	uint16_t owner = (uint16_t)(DNS_POINTER | rdata_at);
	reply->hops++;
	const struct entry *entry = step_to(reply, name, len, &owner);
	if (entry == NULL || reply->hops >= ERRAND_CHAIN_MAX || was_here(hops, *count, entry))
		return false;
	hops[(*count)++] = (struct hop){ .entry = entry, .owner = owner };
	return true;
}

/*
 * The entry has nothing of what is asked, and no alias: where it has nothing at all, what a file
 * states below it is looked at.  false: there is no such thing, and that there is no data is said.
 */
static bool
descend(struct reply *reply, struct hop *hop)
{
	const struct entry *under = hop->entry->set_count > 0 ? NULL :
	    stand_in_under(reply, hop->entry);

	if (under == NULL) {
		answer_no_data(reply, hop->entry);
		return false;
	}
	hop->entry = enter(reply, under, entry_key(under), under->name_len, &hop->owner);
	return hop->entry != NULL;
}

/* The name that stands at `owner`; `own`: it is the question's, and the entry's. */
static void
answer_entry(struct reply *reply, const struct entry *entry, uint16_t owner, bool own)
{
	struct hop hops[ERRAND_CHAIN_MAX] = { { .entry = entry, .owner = owner, .own = own } };
	unsigned count = 1;

	for (;;) {
		const struct hop *hop = &hops[count - 1];
		const uint8_t *records;

		if (answer_type(reply, hop))
			return;
		const struct entry_set *set = entry_find_set(hop->entry, DNS_TYPE_CNAME, &records);
		if (set == NULL && descend(reply, &hops[count - 1]))
			continue;
		if (set == NULL || !follow(reply, hops, &count, set, records))
			return;
	}
}

static void
answer_found(struct reply *reply, const struct entry *entry)
{
	uint16_t owner = REPLY_OWN_NAME;

	reply->zone = answer_zone(reply, entry);
	if (reply->zone == NULL && entry->kind != ENTRY_HOST) {
		refuse(reply);
		return;
	}
	if (entry->kind != ENTRY_NAME)
		entry = enter(reply, entry, entry_key(entry), entry->name_len, &owner);
	if (entry != NULL)
		answer_entry(reply, entry, owner, owner == REPLY_OWN_NAME);
}

static void
answer_not_found(struct reply *reply, const struct above *above, const uint8_t *name)
{
	size_t len = reply->query->name_len;
	uint16_t owner = REPLY_OWN_NAME;
	const struct entry *entry = find_instead(reply, above, name, len, &owner);

	/* What stands in for a name is stored for another question. */
	if (entry != NULL)
		answer_entry(reply, entry, owner, owner == REPLY_OWN_NAME &&
		    entry->name_len == len && memcmp(entry_key(entry), name, len) == 0);
}

/* A port's name: its Service has been fetched, and is asked first. */
static void
answer_port(struct reply *reply, const uint8_t *name)
{
	const struct query *query = reply->query;
	size_t at = query->labels_len;
	struct above above = { .labels_len = at };

	above.entry = index_find(reply->responder->index, query->hash, name + at,
	    query->name_len - at);
	const struct entry *entry = above.entry != NULL && entry_below(above.entry) != NULL ? NULL :
	    answer_find(reply, name, query->name_len);
	if (entry != NULL)
		answer_found(reply, entry);
	else
		answer_not_found(reply, &above, name);
}

static void
answer_name(struct reply *reply)
{
	const struct query *query = reply->query;
	const uint8_t *asked = reply_asked(reply);
	const struct entry *entry = query->labels_len > 0 ? NULL :
	    index_find(reply->responder->index, query->hash, asked, query->name_len);
	uint8_t name[DNS_NAME_MAX];
	struct above above;

	reply->authoritative = true;
	if (entry != NULL) {
		answer_found(reply, entry);
		return;
	}
	memcpy(name, asked, query->name_len);
	name_fold(name, query->name_len);
	if (query->labels_len > 0) {
		answer_port(reply, name);
		return;
	}
	above_find(reply, name, query->name_len, &above);
	answer_not_found(reply, &above, name);
}

void
respond_chase(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner)
{
	const struct entry *entry = step_to(reply, name, len, &owner);

	if (entry != NULL)
		answer_entry(reply, entry, owner, false);
}

/*
 * Here none is made: an IXFR over UDP is told the SOA, so that it is asked again over TCP if that is
 * newer (RFC 1995, 2).
 */
static void
answer_transfer(struct reply *reply)
{
	const struct responder *responder = reply->responder;
	uint8_t name[DNS_NAME_MAX];
	size_t len = reply->query->name_len;

	if (reply->transport != TRANSPORT_UDP || reply->query->type != DNS_TYPE_IXFR ||
	    !transfer_admits(responder->settings->transfer, reply->client)) {
		reply->rcode = DNS_REFUSED;
		return;
	}
	memcpy(name, reply_asked(reply), len);
	name_fold(name, len);
	reply->zone = zone_table_at(index_zones(responder->index), name, len);
	if (reply->zone == NULL) {
		reply->rcode = DNS_NOTAUTH;
		return;
	}
	reply->authoritative = true;
	reply_add_soa(reply, reply->zone, &reply->answers);
}

/*
 * Types that are no data: transfers are refused, the rest has no meaning in a question (RFC
 * 6895, 3.1).
 */
static bool
answer_meta(struct reply *reply)
{
	switch (reply->query->type) {
	case DNS_TYPE_AXFR:
	case DNS_TYPE_IXFR:
		answer_transfer(reply);
		return true;
	case DNS_TYPE_MAILA:
	case DNS_TYPE_MAILB:
		reply->rcode = DNS_NOTIMP;
		return true;
	case DNS_TYPE_OPT:
	case DNS_TYPE_TKEY:
	case DNS_TYPE_TSIG:
		reply->rcode = DNS_FORMERR;
		return true;
	}
	return false;
}

/*
 * To a client who may not ask for our own names nothing of them is shown; others may be asked for
 * it all the same (dns.allowForwardFrom), so it is the name that decides.
 */
static void
withhold(struct reply *reply)
{
	struct errand *errand = reply->errand;

	if (errand != NULL && errand->wanted && reply->hops == 0) {
		errand->barred = true;
		return;
	}
	/* An answer that is not ours: to ANY, in the place of others. */
	if (reply->hops == 0 && reply->answers > 0 && !reply->authoritative)
		return;
	if (errand != NULL)
		errand->wanted = false;
	reply_clear(reply);
	refuse(reply);
	reply_prohibit(reply);
}

static void
decide(struct reply *reply)
{
	const struct dns_settings *settings = reply->responder->settings;

	if (reply->query->state == QUERY_ERROR)
		return;
	bool barred = !dns_settings_admit(settings->allow_from, settings->allow_from_count,
	    reply->client);
	if (reply->query->state == QUERY_CHAOS)
		chaos_answer(reply);
	else if (!answer_meta(reply) && !(barred && settings->forward == NULL))
		answer_name(reply);
	if (barred)
		withhold(reply);
	else if (reply->rcode == DNS_NXDOMAIN && settings->autopath != NULL)
		autopath_walk(reply);
}

void
respond_begin(const struct responder *responder, const uint8_t *buf, size_t query_len,
    struct query *query)
{
	query_read(query, buf, query_len);
	if (query->state != QUERY_GOOD)
		return;
	const uint8_t *name = buf + DNS_HEADER_LEN;
	bool mixed = false;
	/* Most SRV queries ask for a port: what is needed is its Service. */
	query->labels_len = name[1] == '_' ? (uint8_t)above_port_len(name) : 0;
	if (query->labels_len > 0)
		(void)index_hash(responder->index, name, query->labels_len, &mixed);
	query->hash = index_hash(responder->index, name + query->labels_len,
	    (size_t)query->name_len - query->labels_len, &query->mixed);
	query->mixed |= mixed;
	index_prefetch(responder->index, query->hash);
}

void
respond_fetch(const struct responder *responder, const struct query *query)
{
	if (query->state == QUERY_GOOD)
		index_prefetch_entry(responder->index, query->hash);
}

static bool
is_error(const struct reply *reply)
{
	return reply->query->state <= QUERY_NO_QUESTION ||
	    (reply->rcode != DNS_NOERROR && reply->rcode != DNS_NXDOMAIN);
}

/*
 * Over UDP an address may be forged, unless a cookie proves it.  Who is held back hears now and
 * then that it may come over TCP, where nobody is; errors are no longer than that themselves.
 * `len` is the reply's, 0 where its answer lies elsewhere.
 */
__attribute__((noinline))
static size_t
limit(struct reply *reply, size_t len)
{
	const struct responder *responder = reply->responder;
	bool error = is_error(reply);
	enum rrl_verdict verdict = reply->proven ? RRL_PASS :
	    rrl_judge(responder->settings->rrl, reply->client, error,
	    clock_now_us(responder->clock));

	if (verdict == RRL_PASS)
		return len;
	/* Nobody else is asked for its sake, either. */
	if (reply->errand != NULL)
		reply->errand->wanted = false;
	if (verdict == RRL_DROP || error)
		return verdict == RRL_DROP ? 0 : len;
	reply_clear(reply);
	reply->rcode = DNS_NOERROR;
	reply->truncated = true;
	return reply_finish(reply);
}

static size_t
finish_bare(struct reply *reply)
{
	if (reply->query->state == QUERY_COOKIE)
		proof_answer(reply);
	return reply_finish_bare(reply);
}

size_t
respond_finish(struct responder *responder, enum transport transport, const struct addr *client,
    const struct query *query, uint8_t *buf, size_t size, struct errand *errand)
{
	struct reply reply;
	size_t len = 0;

	if (query->state == QUERY_SILENT)
		return 0;
	reply_init(&reply, responder, query, transport, buf, size);
	reply.client = client;
	reply.errand = errand;
	if (query->state <= QUERY_NO_QUESTION) {
		if (query->state == QUERY_SIGNED)
			return signed_answer(responder, transport, client, query, buf, size);
		len = finish_bare(&reply);
	} else if ((query->options.kinds & EDNS_COOKIE) != 0 && !proof_settle(&reply)) {
		len = reply_finish(&reply);
	} else {
		responder->rotation++;
		decide(&reply);
		if (errand == NULL || !errand->wanted)
			len = reply_finish(&reply);
	}
	if (responder->settings->rrl != NULL && transport == TRANSPORT_UDP)
		len = limit(&reply, len);
	return len;
}

size_t
respond(struct responder *responder, enum transport transport, const struct addr *client,
    uint8_t *buf,
    size_t query_len, size_t size)
{
	struct query query;

	respond_begin(responder, buf, query_len, &query);
	return respond_finish(responder, transport, client, &query, buf, size, NULL);
}
