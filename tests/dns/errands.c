/* errands.c - a small world of ours with a forwarder, and errands in words. */
#include "tests/dns/errands.h"

#include <string.h>

#include "dns/forward.h"
#include "dns/index.h"
#include "dns/respond.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

static const struct sample_name world[] = {
	{ .name = IN_SVC, .zone = ZONE },
	{ .name = "web." IN_SVC, .zone = ZONE, .records = { "5 A 10.96.0.1" } },
	{ .name = "empty." IN_SVC, .zone = ZONE, .kind = ENTRY_EMPTY_HEADLESS,
	  .ede = "0 of 3 endpoints ready" },
	{ .name = "away." IN_SVC, .zone = ZONE, .records = { "5 CNAME db.example.com." } },
	{ .name = "alias." IN_SVC, .zone = ZONE, .records = { "5 CNAME away." IN_SVC "." } },
	{ .name = "lost." IN_SVC, .zone = ZONE, .records = { "5 CNAME 9.9.in-addr.arpa." } },
	{ .name = "unasked." IN_SVC, .zone = ZONE, .records = { "5 CNAME db.example.org." } },
};

struct asking *asking;
struct errand errand;
static struct forward *forward;
static const char *const fallthrough[] = { "in-addr.arpa" };

/* All of com, and the reverse names. */
void
errands_start(void)
{
	static const char *const names[] = { "com", "in-addr.arpa" };
	struct forward_zone zones[2] = { 0 };

	asking = asking_new();
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *name = sample_name(names[i], zones[i].name);

		zones[i].name_len = (uint8_t)(strlen((const char *)name) + 1);
		ck_assert_int_eq(addr_port_parse("127.0.0.1:53", &zones[i].upstreams[0]), 0);
		zones[i].upstream_count = 1;
	}
	ck_assert_int_eq(forward_new(zones, 2, &forward), 0);
	asking->responder.keepalive_ds = 100;
	asking->settings.forward = forward;
	asking->settings.fallthrough = fallthrough;
	asking->settings.fallthrough_count = 1;
	sample_put_zone(asking->index, "in-addr.arpa", 5);
	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++)
		sample_put(asking->index, &world[i]);
}

void
errands_end(void)
{
	asking_free(asking);
	forward_free(forward);
}

bool
send_or_drop(const char *question)
{
	enum transport transport = strstr(question, " tcp") != NULL ? TRANSPORT_TCP :
	    TRANSPORT_UDP;
	struct query query;

	memset(&errand, 0, sizeof(errand));
	asking_write(asking, question);
	respond_begin(&asking->responder, asking->buf, asking->query_len, &query);
	asking->len = respond_finish(&asking->responder, transport, &asking->client, &query,
	    asking->buf, 4096, &errand);
	return errand.wanted;
}

bool
send_on(const char *question)
{
	bool wanted = send_or_drop(question);

	ck_assert(wanted == (asking->len == 0));
	return wanted;
}

unsigned
rcode(void)
{
	return asking->buf[3] & 15;
}
