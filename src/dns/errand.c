/* errand.c - a query whose answer lies elsewhere: asked for, and finished when it is known. */
#include "dns/errand.h"

#include "dns/dns_settings.h"
#include "dns/forward.h"
#include "dns/reply.h"
#include "dns/respond.h"

#define FLAG_RD 0x01            /* octet 2 of the header */
#define FLAG_CD 0x10            /* octet 3 */
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

	if (!may_ask(reply) || forward_find(settings->forward, name, len) == NULL)
		return false;
	errand->wanted = true;
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
