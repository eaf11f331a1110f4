/* dns_metrics.c - what is counted of queries and replies, under the names that CoreDNS made known. */
#include "daemon/dns_metrics.h"

#include <stdio.h>

#include "daemon/context.h"
#include "daemon/teller.h"
#include "dns/dns_counts.h"
#include "dns/tcp.h"
#include "dns/udp.h"

#define LABELS_SIZE 96

enum { PROTO_UDP, PROTO_TCP, PROTO_TLS, PROTOS };

static const struct {
	uint8_t family;
	const char *label;
} families[] = { { ADDR_IP4, "1" }, { ADDR_IP6, "2" } };        /* as IANA numbers them */
static const char *const proto_labels[PROTOS] = { "udp", "tcp", "tls" };

static void
add_stream(struct dns_counts *sum, const struct tcp_server *server, bool started)
{
	struct dns_counts counts;

	if (!started)
		return;
	tcp_server_counts(server, &counts);
	dns_counts_add(sum, &counts);
}

static void
sum_of(const struct rollcall *rollcall, unsigned proto, struct dns_counts *sum)
{
	*sum = (struct dns_counts){ 0 };
	if (proto == PROTO_UDP && rollcall->udp_started)
		udp_server_counts(rollcall->udp, sum);
	if (proto == PROTO_TCP)
		add_stream(sum, rollcall->tcp, rollcall->tcp_started);
	if (proto == PROTO_TLS)
		add_stream(sum, rollcall->tls, rollcall->tls_started);
}

static void
sum_of_family(const struct rollcall *rollcall, unsigned proto, uint8_t family,
    struct dns_counts *sum)
{
	*sum = (struct dns_counts){ 0 };
	if (proto == PROTO_UDP && rollcall->udp_started)
		udp_server_counts_of(rollcall->udp, family, sum);
	if (proto == PROTO_TCP && rollcall->tcp_started)
		tcp_server_counts_of(rollcall->tcp, family, sum);
	if (proto == PROTO_TLS && rollcall->tls_started)
		tcp_server_counts_of(rollcall->tls, family, sum);
}

void
dns_metrics_sum(const struct rollcall *rollcall, struct dns_counts *sum)
{
	struct dns_counts counts;

	*sum = (struct dns_counts){ 0 };
	for (unsigned proto = 0; proto < PROTOS; proto++) {
		sum_of(rollcall, proto, &counts);
		dns_counts_add(sum, &counts);
	}
}

/* What nobody has asked for has no sample: 19 types by 6 ways would be mostly zeros. */
static void
requests(void *arg, struct health_sampler *sampler)
{
	char labels[LABELS_SIZE];
	struct dns_counts counts;

	for (unsigned proto = 0; proto < PROTOS; proto++) {
		for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
			sum_of_family(arg, proto, families[f].family, &counts);
			for (size_t i = 0; i < DNS_COUNTED_TYPES; i++) {
				if (counts.type[i] == 0)
					continue;
				snprintf(labels, sizeof(labels),
				    "proto=\"%s\",family=\"%s\",type=\"%s\"", proto_labels[proto],
				    families[f].label, dns_counts_type_text(i));
				health_say(sampler, labels, (double)counts.type[i]);
			}
		}
	}
}

static void
responses(void *arg, struct health_sampler *sampler)
{
	static const char *const rcodes[16] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
		"NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
		"RCODE11", "RCODE12", "RCODE13", "RCODE14", "RCODE15" };
	char labels[LABELS_SIZE];
	struct dns_counts sum;

	dns_metrics_sum(arg, &sum);
	for (unsigned i = 0; i < 16; i++) {
		/* Those that everybody watches are there from the beginning. */
		if (sum.rcode[i] == 0 && i > 5)
			continue;
		snprintf(labels, sizeof(labels), "rcode=\"%s\"", rcodes[i]);
		health_say(sampler, labels, (double)sum.rcode[i]);
	}
}

static void
dnssec_ok(void *arg, struct health_sampler *sampler)
{
	char labels[LABELS_SIZE];
	struct dns_counts counts;

	for (unsigned proto = 0; proto < PROTOS; proto++) {
		sum_of(arg, proto, &counts);
		snprintf(labels, sizeof(labels), "proto=\"%s\"", proto_labels[proto]);
		health_say(sampler, labels, (double)counts.dnssec_ok);
	}
}

static void
say_sizes(void *arg, struct health_sampler *sampler, bool replies)
{
	uint32_t limits[DNS_COUNTED_SIZES];
	char labels[LABELS_SIZE];
	struct dns_counts counts;

	for (size_t i = 0; i < DNS_COUNTED_SIZES; i++)
		limits[i] = dns_counts_size_limit(i);
	for (unsigned proto = 0; proto < PROTOS; proto++) {
		sum_of(arg, proto, &counts);
		struct health_sizes sizes = { .limits = limits, .count = DNS_COUNTED_SIZES,
			.counts = replies ? counts.reply_size : counts.query_size,
			.sum = replies ? counts.reply_octets : counts.query_octets };

		snprintf(labels, sizeof(labels), "proto=\"%s\"", proto_labels[proto]);
		health_say_sizes(sampler, labels, &sizes);
	}
}

static void
query_sizes(void *arg, struct health_sampler *sampler)
{
	say_sizes(arg, sampler, false);
}

static void
reply_sizes(void *arg, struct health_sampler *sampler)
{
	say_sizes(arg, sampler, true);
}

static void
told(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;
	struct teller_counts counts = { .lines = 0 };

	if (rollcall->teller != NULL)
		teller_count(rollcall->teller, &counts);
	health_say(sampler, "as=\"line\"", (double)counts.lines);
	health_say(sampler, "as=\"dnstap\"", (double)counts.frames);
	health_say(sampler, "as=\"lost\"", (double)counts.lost);
}

const struct health_family dns_metrics[] = {
	{ "rollcall_dns_requests_total", "counter",
	    "Queries that could be read, by transport, family (1: IPv4, 2: IPv6) and type",
	    requests },
	{ "rollcall_dns_responses_total", "counter", "Replies, by response code", responses },
	{ "rollcall_dns_do_requests_total", "counter", "Queries that want DNSSEC records (DO)",
	    dnssec_ok },
	{ "rollcall_dns_request_size_bytes", "histogram", "Sizes of queries", query_sizes },
	{ "rollcall_dns_response_size_bytes", "histogram", "Sizes of replies", reply_sizes },
	{ "rollcall_dns_told_total", "counter",
	    "Answers told in the query log or to a dnstap collector, or lost on the way", told },
};
const size_t dns_metric_count = sizeof(dns_metrics) / sizeof(dns_metrics[0]);
