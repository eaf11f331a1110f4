/* errand.c - a query whose answer lies elsewhere: asked for, and finished when it is known. */
#include "dns/errand.h"

#include "dns/answer.h"
#include "dns/autopath.h"
#include "dns/dns_settings.h"
#include "dns/forward.h"
#include "dns/host.h"
#include "dns/name.h"
#include "dns/parcel.h"
#include "dns/reply.h"
#include "dns/respond.h"

#define FLAG_RD 0x01            /* octet 2 of the header */
#define FLAG_CD 0x10            /* octet 3 */
#define FLAG_AD 0x20
#define POINTER_MAX 0x3FFF      /* what a compression pointer reaches (RFC 1035, 4.1.4) */

/*
 * Without RD a client wants what we know ourselves, and must not learn what others have asked
 * (RFC 1034, 4.3.1).  Until all is loaded nobody knows what is ours.
 */
static bool
may_ask(struct reply *reply)
{
	const struct dns_settings *settings = reply->responder->settings;

	if (reply->errand == NULL || settings->forward == NULL || !reply->responder->answering)
		return false;
	if ((reply->buf[2] & FLAG_RD) == 0 || reply->hops >= ERRAND_CHAIN_MAX)
		return false;
	/* A reply that goes on has been let in before. */
	if (reply->client == NULL || dns_settings_admit(settings->allow_forward_from,
	    settings->allow_forward_from_count, reply->client))
		return true;
	reply_prohibit(reply);
	return false;
}

bool
errand_begin(struct reply *reply, const uint8_t *name, size_t len, uint16_t owner)
{
	const struct dns_settings *settings = reply->responder->settings;
	struct errand *errand = reply->errand;
	const struct forward_zone *zone = may_ask(reply) ?
	    forward_find(settings->forward, name, len) : NULL;

	if (zone == NULL)
		return false;
	/* Nobody is asked for everything (RFC 8482): what is there to be had is had by type. */
	if (answer_some(reply, owner)) {
		reply->authoritative = false;
		return true;
	}
	errand->wanted = true;
	if (reply->client != NULL) {
		errand->barred = false;
		errand->walk = 0;
	}
	errand->zone_len = zone->name_len;
	errand->authoritative = reply->hops > 0 && reply->authoritative;
	errand->transport = reply->transport;
	errand->hops = reply->hops;
	errand->name_at = owner & POINTER_MAX;
	errand->len = (uint16_t)reply->writer.len;
	errand->answers = reply->answers;
	errand->query = *reply->query;
	errand->query.options.kinds = 0;
	errand->due = reply->due;
	errand->asked.type = reply->query->type;
	errand->asked.name_len = (uint8_t)len;
	errand->asked.dnssec_ok = reply->query->dnssec_ok;
	errand->asked.checking_disabled = (reply->buf[3] & FLAG_CD) != 0;
	memcpy(errand->asked.name, name, len);
	return true;
}

/*
 * An upstream's word that its data is authentic is passed on to who asks for it (RFC 6840, 5.7 and
 * 5.8), and only where it speaks for all of the answer.
 */
static bool
is_authentic(const struct errand *errand, const struct parcel *parcel, const uint8_t *query)
{
	return errand->hops == 0 && parcel_is_authentic(parcel) && !parcel_leads_to_us(parcel) &&
	    (errand->asked.dnssec_ok || (query[3] & FLAG_AD) != 0);
}

/*
 * The chain goes on from its last name: one of ours, about which no upstream is believed, or one
 * that the upstream left to us without a word (some know their own zones only).
 */
static bool
goes_on(const struct parcel *parcel, const struct parcel_fit *fit)
{
	if (fit->truncated || fit->links == 0)
		return false;
	return parcel_leads_to_us(parcel) || (parcel_is_negative(parcel) &&
	    parcel_rcode(parcel) == DNS_NOERROR && fit->authorities == 0);
}

static void
go_on(struct reply *reply, struct errand *errand, const struct parcel *parcel,
    const struct parcel_fit *fit)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len = parcel_last_name(parcel, name);

	reply->hops = (uint8_t)(reply->hops + fit->links);
	name_fold(name, len);
	if (fit->last_name_at == 0 || reply->hops >= ERRAND_CHAIN_MAX)
		return;
	if (errand->barred && host_or_zone_is_ours(reply->responder->index, name, len))
		return;
	reply->errand = errand;
	respond_chase(reply, name, len, (uint16_t)(DNS_POINTER | fit->last_name_at));
}

size_t
errand_answer(struct responder *responder, struct errand *errand, const struct parcel *parcel,
    uint32_t age_s, bool stale, uint8_t *buf, size_t size)
{
	static const uint8_t stale_error[] = EDNS_ERROR_OCTETS(EDNS_ERROR_STALE);
	struct parcel_placing placing = { .name_at = errand->name_at, .stale = stale,
		.age_s = age_s, .rotation = responder->rotation++ };
	struct parcel_fit fit;
	struct reply reply;

	errand->wanted = false;
	/* A failure that is remembered; CNAMEs in front of it would be believed. */
	if (parcel_rcode(parcel) != DNS_NOERROR && parcel_rcode(parcel) != DNS_NXDOMAIN)
		return errand_fail(responder, errand, (enum dns_rcode)parcel_rcode(parcel),
		    EDNS_ERROR_CACHED, NULL, buf, size);
	reply_resume(&reply, responder, errand, buf, size);
	if (is_authentic(errand, parcel, buf))
		reply.marks |= REPLY_AD;
	parcel_write(parcel, &placing, &reply.writer, &fit);
	reply.answers = (uint16_t)(reply.answers + fit.answers);
	reply.authorities = fit.authorities;
	reply.truncated = fit.truncated;
	reply.rcode = parcel_rcode(parcel);
	if (stale) {
		reply.error = stale_error;
		reply.error_len = sizeof(stale_error);
	}
	if (goes_on(parcel, &fit))
		go_on(&reply, errand, parcel, &fit);
	if (errand->walk != 0 && !errand->wanted)
		autopath_settle(&reply, errand);
	return errand->wanted ? 0 : reply_finish(&reply);
}

size_t
errand_fail(struct responder *responder, const struct errand *errand, enum dns_rcode rcode,
    uint16_t ede, const char *text, uint8_t *buf, size_t size)
{
	uint8_t option[EDNS_ERROR_MAX];
	struct wire_writer writer;
	struct reply reply;

	reply_resume(&reply, responder, errand, buf, size);
	reply_clear(&reply);
	reply.rcode = (uint8_t)rcode;
	wire_writer_init(&writer, option, sizeof(option));
	edns_write_error(&writer, (enum edns_error)ede, text == NULL ? "" : text);
	reply.error = option;
	reply.error_len = (uint16_t)writer.len;
	return reply_finish(&reply);
}
