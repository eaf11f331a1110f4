/* proof.c - what a client's cookie proves, and what its reply says to that. */
#include "dns/proof.h"

#include "base/clock.h"
#include "dns/cookie.h"
#include "dns/dns_settings.h"
#include "dns/query.h"
#include "dns/reply.h"

/* Before anything is written: the query's octets are in the reply's buffer. */
static enum cookie_state
take_cookie(struct reply *reply)
{
	const struct responder *responder = reply->responder;
	const struct edns_asked *asked = &reply->query->options;
	enum cookie_state state = cookie_answer(responder->settings->cookies, reply->client,
	    clock_unix_s(responder->clock), reply->buf + asked->cookie_at, asked->cookie_len,
	    reply->due.cookie);

	reply->due.kinds |= EDNS_COOKIE;
	reply->writer.size = reply->limit - edns_room(&reply->due, responder->settings);
	reply->proven = state == COOKIE_GOOD;
	return state;
}

static bool
has_cookies(const struct reply *reply)
{
	return reply->responder->settings->cookies != NULL && reply->responder->clock != NULL;
}

bool
proof_settle(struct reply *reply)
{
	if (!has_cookies(reply) || take_cookie(reply) == COOKIE_GOOD)
		return true;
	/* Over TCP its address is proven anyway (RFC 7873, 5.2.3). */
	if (!reply->responder->settings->cookies_required ||
	    reply->transport != TRANSPORT_UDP || reply->query->state == QUERY_ERROR)
		return true;
	reply->rcode = DNS_BADCOOKIE;
	return false;
}

void
proof_answer(struct reply *reply)
{
	const struct dns_settings *settings = reply->responder->settings;

	if (!dns_settings_admit(settings->allow_from, settings->allow_from_count, reply->client))
		reply->rcode = DNS_REFUSED;
	else if (has_cookies(reply))
		reply->rcode = take_cookie(reply) == COOKIE_BAD ? DNS_BADCOOKIE : DNS_NOERROR;
}
