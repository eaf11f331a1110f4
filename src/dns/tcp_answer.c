/* tcp_answer.c - a query of a stream to its reply: at once, later, or as a long one. */
#include "dns/tcp_answer.h"

#include "dns/dns_settings.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "dns/tcp_client.h"
#include "dns/tcp_source.h"
#include "dns/wire.h"

/* A transfer, where somebody makes one for this client. */
static struct tcp_source *
begin_transfer(struct tcp_stream *stream, const struct query *query, const struct addr *client,
    size_t len)
{
	const struct tcp_transfers *transfers = stream->transfers;
	const struct dns_settings *settings = stream->responder.settings;

	if (transfers == NULL || (query->state != QUERY_GOOD && query->state != QUERY_SIGNED))
		return NULL;
	if (query->type != DNS_TYPE_AXFR && query->type != DNS_TYPE_IXFR)
		return NULL;
	if (!dns_settings_admit(settings->allow_from, settings->allow_from_count, client))
		return NULL;
	return transfers->begin(transfers->arg, &stream->responder, client, stream->work, len);
}

struct tcp_ending
tcp_answer(struct tcp_stream *stream, const struct addr *client, uint64_t number, size_t len)
{
	struct tcp_ending ending = { .len = 0 };
	struct errand *errand = stream->errands.courier.resolver != NULL ?
	    &stream->errands.errand : NULL;

	respond_begin(&stream->responder, stream->work, len, &ending.query);
	ending.source = begin_transfer(stream, &ending.query, client, len);
	if (ending.source != NULL)
		return ending;
	ending.len = respond_finish(&stream->responder,
	    stream->tls != NULL ? TRANSPORT_TLS : TRANSPORT_TCP, client, &ending.query, stream->work,
	    UINT16_MAX, errand);
	if (ending.len == 0 && errand != NULL && errand->wanted) {
		ending.len = tcp_errand_go(stream, number);
		ending.later = ending.len == 0;
	}
	return ending;
}
