/* inquiry.c - what the daemon answers a name with, and from what. */
#include "daemon/inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "daemon/context.h"
#include "daemon/forwarding.h"
#include "daemon/reply_json.h"
#include "dns/cache.h"
#include "dns/courier.h"
#include "dns/forward.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/query.h"
#include "dns/serving.h"
#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/steer.h"
#include "ops/visit.h"

/* Questions that wait for upstreams at once. */
#define PENDING_MAX 64
#define PAYLOAD 1232
/* A Pod's resolv.conf says so, and glibc walks the list for names with fewer dots. */
#define NDOTS 5
#define CANDIDATES_MAX 4

struct inquiry {
	struct rollcall *rollcall;
	struct courier courier;
	struct serving serving;
	struct cache_reader *reader;
	struct inbox *answers;          /* from the resolver's thread */
	unsigned pending;
};

/* One question of one visit. */
struct asking {
	struct inquiry *inquiry;
	struct visit *visit;
	const char *source;
	char names[CANDIDATES_MAX][NAME_TEXT_SIZE];
	size_t count;
	size_t at;                      /* the one that is asked */
	uint16_t type;
	bool dnssec;
	uint64_t began_us;
	char zone[NAME_TEXT_SIZE];      /* that is asked elsewhere; "": none */
};

/*
 * One that waits for the resolver; the reply comes back through the inbox.  It may be moved until
 * then, by a chain that leaves us again; what the visit knows of lies apart, and is control's alone.
 */
struct inquirer {
	struct courier_asker asker;     /* first */
	struct inbox_item item;
	struct asking *asking;
	struct inbox *answers;
	uint8_t *reply;
	size_t len;
};

/* ---- the answer ---- */

static json_t *
tried_list(const struct asking *asking)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i <= asking->at; i++)
		(void)json_array_append_new(list, json_string(asking->names[i]));
	return list;
}

static void
say_head(const struct asking *asking, const char *type, uint64_t took_us, struct strbuf *text)
{
	strbuf_addf(text, "; %s %s from %s%s%s, %u.%03u ms\n", asking->names[asking->at], type,
	    asking->source, *asking->zone != '\0' ? " of zone " : "", asking->zone,
	    (unsigned)(took_us / 1000), (unsigned)(took_us % 1000));
	for (size_t i = 0; i < asking->at; i++)
		strbuf_addf(text, "; %s: NXDOMAIN, so the search list goes on\n", asking->names[i]);
}

static json_t *
make_answer(const struct asking *asking, const uint8_t *reply, size_t len)
{
	uint64_t took_us = clock_now_us(asking->inquiry->rollcall->clock) - asking->began_us;
	struct strbuf text = STRBUF_INIT;
	const char *type = visit_query(asking->visit, "type");
	json_t *root;

	type = type == NULL || *type == '\0' ? "A" : type;
	say_head(asking, type, took_us, &text);
	root = len == 0 ? json_pack("{s:s}", "rcode", "none") : reply_json(reply, len, &text);
	if (root != NULL && (json_object_set_new(root, "name",
	    json_string(asking->names[asking->at])) != 0 ||
	    json_object_set_new(root, "type", json_string(type)) != 0 ||
	    json_object_set_new(root, "source", json_string(asking->source)) != 0 ||
	    json_object_set_new(root, "zone", json_string(asking->zone)) != 0 ||
	    json_object_set_new(root, "tried", tried_list(asking)) != 0 ||
	    json_object_set_new(root, "tookMicroseconds", json_integer((json_int_t)took_us)) != 0 ||
	    json_object_set_new(root, "text", json_string(text.text)) != 0 || text.err != 0)) {
		json_decref(root);
		root = NULL;
	}
	strbuf_release(&text);
	return root;
}

static void
reply_with(const struct asking *asking, const uint8_t *reply, size_t len)
{
	steer_reply(asking->visit, 200, make_answer(asking, reply, len));
}

/* ---- from elsewhere ---- */

/* On the resolver's thread. */
static void
on_reply(struct courier_asker *asker, const uint8_t *reply, size_t len)
{
	struct inquirer *inquirer = (struct inquirer *)(void *)asker;

	inquirer->reply = malloc(len + 1);
	inquirer->len = inquirer->reply == NULL ? 0 : len;
	if (inquirer->reply != NULL)
		memcpy(inquirer->reply, reply, len);
	inbox_put(inquirer->answers, &inquirer->item);
}

static struct inquirer *
inquirer_of(struct inbox_item *item)
{
	return (struct inquirer *)(void *)((char *)item - offsetof(struct inquirer, item));
}

static void
inquirer_free(struct inquirer *inquirer)
{
	free(inquirer->asking);
	free(inquirer->reply);
	free(inquirer);
}

static void
on_answers(void *arg, struct inbox_item *items)
{
	struct inquiry *inquiry = arg;

	while (items != NULL) {
		struct inquirer *inquirer = inquirer_of(items);

		items = items->next;
		inquiry->pending--;
		if (inquirer->asking->visit != NULL) {
			visit_set_flow(inquirer->asking->visit, NULL, NULL, NULL);
			reply_with(inquirer->asking, inquirer->reply, inquirer->len);
		}
		inquirer_free(inquirer);
	}
}

static void
on_gone(void *arg)
{
	((struct asking *)arg)->visit = NULL;
}

/* NULL: too many wait, or no memory. */
static struct inquirer *
inquirer_new(const struct asking *asking, struct errand *errand, const uint8_t *buf)
{
	struct inquiry *inquiry = asking->inquiry;
	struct asking *kept = inquiry->pending < PENDING_MAX ? malloc(sizeof(*kept)) : NULL;
	struct inquirer *inquirer = kept == NULL ? NULL :
	    courier_asker_new(&inquiry->courier, errand, buf, sizeof(*inquirer));

	if (inquirer == NULL) {
		free(kept);
		return NULL;
	}
	*kept = *asking;
	inquirer->asker.reply = on_reply;
	inquirer->asking = kept;
	inquirer->answers = inquiry->answers;
	return inquirer;
}

static void
send_on(struct asking *asking, struct errand *errand, struct responder *responder, uint8_t *buf)
{
	struct inquirer *inquirer;
	size_t len;

	asking->source = "forward";
	inquirer = inquirer_new(asking, errand, buf);
	if (inquirer != NULL) {
		visit_set_flow(asking->visit, NULL, on_gone, inquirer->asking);
		asking->inquiry->pending++;
		if (courier_send(&inquirer->asker))
			return;
		asking->inquiry->pending--;
		visit_set_flow(asking->visit, NULL, NULL, NULL);
		inquirer_free(inquirer);
	}
	len = courier_give_up(responder, errand, buf, DNS_MESSAGE_MAX);
	reply_with(asking, buf, len);
}

/* From the cache if all of it is there; else the resolver's thread will find it. */
static void
go_elsewhere(struct asking *asking, struct errand *errand, struct responder *responder,
    uint8_t *buf)
{
	struct inquiry *inquiry = asking->inquiry;
	const struct forward_zone *zone = forward_find(inquiry->rollcall->now->forward,
	    errand->asked.name, errand->asked.name_len);
	size_t len = 0;

	if (zone != NULL)
		name_to_text(zone->name, asking->zone);
	if (inquiry->reader != NULL) {
		index_reader_begin();
		courier_begin(&inquiry->courier, errand);
		len = courier_look(&inquiry->courier, inquiry->reader, responder, errand,
		    clock_now_ms(inquiry->rollcall->clock), buf, DNS_MESSAGE_MAX);
		index_reader_end();
	}
	if (len == 0) {
		send_on(asking, errand, responder, buf);
		return;
	}
	asking->source = "cache";
	reply_with(asking, buf, len);
}

/* ---- the question ---- */

/* A query for it, as a resolver of today would send it; 0: the name is none. */
static size_t
write_query(const struct asking *asking, uint8_t *buf)
{
	static const uint8_t head[DNS_HEADER_LEN] = { 0, 0, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
	uint8_t opt[DNS_OPT_LEN] = { 0, 0, DNS_TYPE_OPT, PAYLOAD >> 8, PAYLOAD & 255 };
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	if (name_from_text(asking->names[asking->at], name, &len) != 0)
		return 0;
	opt[7] = asking->dnssec ? 0x80 : 0;
	memcpy(buf, head, sizeof(head));
	memcpy(buf + DNS_HEADER_LEN, name, len);
	len += DNS_HEADER_LEN;
	wire_set_u16(buf + len, asking->type);
	wire_set_u16(buf + len + 2, DNS_CLASS_IN);
	memcpy(buf + len + 4, opt, sizeof(opt));
	return len + 4 + sizeof(opt);
}

static void
ask(struct asking *asking)
{
	const struct generation *now = asking->inquiry->rollcall->now;
	struct responder responder = { .index = now->answers->index, .settings = &now->dns,
		.answering = asking->inquiry->rollcall->serving,
		.clock = asking->inquiry->rollcall->clock };
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	struct errand errand = { .wanted = false };
	uint8_t buf[DNS_MESSAGE_MAX];
	struct query query;
	size_t len;

	asking->source = "index";
	for (asking->at = 0;; asking->at++) {
		len = write_query(asking, buf);
		if (len == 0) {
			status_say(asking->visit, 400, "%.300s is no name", asking->names[asking->at]);
			return;
		}
		respond_begin(&responder, buf, len, &query);
		len = respond_finish(&responder, TRANSPORT_TCP, &client, &query, buf, sizeof(buf),
		    asking->inquiry->courier.resolver != NULL ? &errand : NULL);
		if (errand.wanted || len < DNS_HEADER_LEN || asking->at + 1 >= asking->count ||
		    (buf[3] & 15) != DNS_NXDOMAIN)
			break;
	}
	if (!errand.wanted && len >= DNS_HEADER_LEN && (buf[3] & 15) == DNS_REFUSED)
		asking->source = "nobody: it is not ours, and nobody is asked for it";
	if (errand.wanted)
		go_elsewhere(asking, &errand, &responder, buf);
	else
		reply_with(asking, buf, len);
}

static size_t
dots_in(const char *name)
{
	size_t dots = 0;

	for (; *name != '\0'; name++)
		dots += *name == '.';
	return dots;
}

/* The name as it is, or the search list first (resolv.conf(5)).  false: too long. */
static bool
list_names(struct asking *asking, const char *name, const char *ns)
{
	const char *domain = asking->inquiry->rollcall->now->dns.cluster_domain;
	size_t len = strlen(name);

	if (len + strlen(domain) + 80 >= NAME_TEXT_SIZE || (ns != NULL && strlen(ns) > 63))
		return false;
	if (ns != NULL && len > 0 && name[len - 1] != '.' && dots_in(name) < NDOTS) {
		snprintf(asking->names[0], NAME_TEXT_SIZE, "%s.%s.svc.%s", name, ns, domain);
		snprintf(asking->names[1], NAME_TEXT_SIZE, "%s.svc.%s", name, domain);
		snprintf(asking->names[2], NAME_TEXT_SIZE, "%s.%s", name, domain);
		asking->count = 3;
	}
	snprintf(asking->names[asking->count++], NAME_TEXT_SIZE, "%s", name);
	return true;
}

static void
serve(void *arg, struct visit *visit)
{
	struct inquiry *inquiry = arg;
	struct asking asking = { .inquiry = inquiry, .visit = visit,
		.began_us = clock_now_us(inquiry->rollcall->clock) };
	const char *name = visit_query(visit, "name");
	const char *type = visit_query(visit, "type");
	const char *ns = visit_query(visit, "search");

	if (!status_allows(visit, 1u << VISIT_GET | 1u << VISIT_HEAD))
		return;
	asking.type = reply_json_type(type == NULL || *type == '\0' ? "A" : type);
	asking.dnssec = visit_query(visit, "dnssec") != NULL;
	if (name == NULL || *name == '\0')
		status_say(visit, 400, "query needs a name: ?name=web.shop.svc.cluster.local");
	else if (asking.type == 0)
		status_say(visit, 400, "%.64s is no record type", type);
	else if (!list_names(&asking, name, ns != NULL && *ns != '\0' ? ns : NULL))
		status_say(visit, 400, "no name is so long");
	else
		ask(&asking);
}

/* ---- life ---- */

void
inquiry_set(struct inquiry *inquiry)
{
	const struct rollcall *rollcall = inquiry->rollcall;

	serving_set(&inquiry->serving, &rollcall->now->dns, rollcall->now->answers->index);
}

int
inquiry_new(struct rollcall *rollcall, struct inquiry **out)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
	int err;

	if (inquiry == NULL)
		return ERR_NOMEM;
	inquiry->rollcall = rollcall;
	inquiry->courier = (struct courier){ .cache = rollcall->cache,
		.resolver = forwarding_resolver(rollcall->forwarding), .clock = rollcall->clock,
		.serving = &inquiry->serving, .responder = { .answering = true } };
	if (rollcall->cache != NULL)
		inquiry->reader = cache_reader_new(rollcall->cache);
	inquiry_set(inquiry);
	err = inbox_new(rollcall->loop, on_answers, inquiry, &inquiry->answers);
	if (err == 0)
		err = httpd_route(rollcall->httpd, "/rollcall/v1/query", serve, inquiry);
	if (err == 0)
		*out = inquiry;
	else
		inquiry_free(inquiry);
	return err;
}

void
inquiry_free(struct inquiry *inquiry)
{
	struct inbox_item *items;

	if (inquiry == NULL)
		return;
	items = inquiry->answers == NULL ? NULL : inbox_free(inquiry->answers);
	while (items != NULL) {
		struct inquirer *inquirer = inquirer_of(items);

		items = items->next;
		inquirer_free(inquirer);
	}
	free(inquiry);
}
