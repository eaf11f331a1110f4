/* cache_desk.c - what is kept of what upstreams said: shown, counted, forgotten. */
#include "daemon/cache_desk.h"

#include <inttypes.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "daemon/context.h"
#include "daemon/forwarding.h"
#include "dns/cache.h"
#include "dns/inbox.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/resolver.h"
#include "dns/wire.h"
#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/steer.h"
#include "ops/visit.h"

/* Entries in one reply: about a millisecond of the loop. */
#define PAGE_MAX 500
/* Entries passed over in one reply when names are looked for. */
#define LOOK_MAX 20000

struct cache_desk {
	struct rollcall *rollcall;
	struct inbox *done;             /* flushes, from the resolver's thread */
};

/* ---- a page ---- */

static const char *
kind_of(const struct cache_seen *seen)
{
	if (seen->rcode == DNS_NXDOMAIN)
		return "NXDOMAIN";
	return seen->rcode == DNS_NOERROR ? "NOERROR" : "SERVFAIL";
}

/* false: no memory. */
static bool
show(const struct cache_seen *seen, const char *name, json_t *list, struct strbuf *text)
{
	char *type = ldns_rr_type2str((ldns_rr_type)seen->asked.type);
	const char *shown = seen->all_types ? "all" : type != NULL ? type : "?";
	bool kept;

	strbuf_addf(text, "%-44s %-8s %-9s %6us%s %3u%s hits\n", name, shown, kind_of(seen),
	    seen->left_s, seen->stale ? " stale" : "", seen->hits, seen->hits == 255 ? "+" : "");
	kept = json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i, s:b, s:i, s:i}", "name",
	    name, "type", shown, "rcode", kind_of(seen), "leftSeconds", (int)seen->left_s, "stale",
	    seen->stale, "hits", seen->hits, "octets", (int)seen->octets)) == 0;
	LDNS_FREE(type);
	return kept;
}

/* The entries from *at on, whose names contain `part`; *at 0: there are no more. */
static json_t *
page(struct cache_desk *desk, size_t *at, const char *part, struct strbuf *text)
{
	const struct cache *cache = desk->rollcall->cache;
	uint64_t now_ms = clock_now_ms(desk->rollcall->clock);
	json_t *list = json_array();
	struct cache_seen seen;
	bool more = true, kept = list != NULL;
	char name[NAME_TEXT_SIZE];

	index_reader_begin();
	for (size_t looked = 0; kept && looked < LOOK_MAX && json_array_size(list) < PAGE_MAX;
	    looked++) {
		more = cache_next(cache, now_ms, at, &seen);
		if (!more)
			break;
		name_to_text(seen.asked.name, name);
		if (part == NULL || strstr(name, part) != NULL)
			kept = show(&seen, name, list, text);
	}
	index_reader_end();
	if (!more)
		*at = 0;
	if (kept)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
counts_of(const struct cache *cache, struct strbuf *text)
{
	struct cache_counts counts;

	cache_count(cache, &counts);
	strbuf_addf(text, "%" PRIu64 " answers, %" PRIu64 " negative, %" PRIu64 " octets; hits %" PRIu64
	    " (negative %" PRIu64 "), misses %" PRIu64 ", stale %" PRIu64 ", renewed %" PRIu64
	    ", thrown out %" PRIu64 "\n", counts.entries, counts.negative_entries, counts.octets,
	    counts.hits, counts.negative_hits, counts.misses, counts.stale, counts.prefetches,
	    counts.evictions);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "octets",
	    (json_int_t)counts.octets, "entries", (json_int_t)counts.entries, "negativeEntries",
	    (json_int_t)counts.negative_entries, "hits", (json_int_t)counts.hits, "negativeHits",
	    (json_int_t)counts.negative_hits, "misses", (json_int_t)counts.misses, "stale",
	    (json_int_t)counts.stale, "prefetches", (json_int_t)counts.prefetches, "evictions",
	    (json_int_t)counts.evictions);
}

static void
serve_page(struct cache_desk *desk, struct visit *visit)
{
	struct strbuf text = STRBUF_INIT, counted = STRBUF_INIT;
	const char *token = visit_query(visit, "at");
	uint64_t start = 0;
	size_t at;
	json_t *list, *counts;
	json_t *root = NULL;

	if (token != NULL && !text_to_u64(token, SIZE_MAX, &start)) {
		status_say(visit, 400, "at is what the page before gave");
		return;
	}
	at = (size_t)start;
	list = visit_query(visit, "counts") != NULL ? json_array() :
	    page(desk, &at, visit_query(visit, "name"), &text);
	counts = counts_of(desk->rollcall->cache, &counted);
	if (list != NULL && counts != NULL && text.err == 0 && counted.err == 0)
		root = json_pack("{s:O, s:O, s:s, s:s, s:o}", "entries", list, "counts", counts, "text",
		    text.text, "countsText", counted.text, "next",
		    at != 0 ? json_sprintf("%zu", at) : json_null());
	json_decref(list);
	json_decref(counts);
	strbuf_release(&text);
	strbuf_release(&counted);
	steer_reply(visit, 200, root);
}

/* ---- forgetting ---- */

/* Of one visit, over to the resolver's thread and back. */
struct flush {
	struct resolver_order order;
	struct inbox_item item;
	struct cache_desk *desk;
	struct visit *visit;            /* control's; NULL: gone */
	uint8_t name[DNS_NAME_MAX];
	size_t len;
	bool below;
	size_t count;
};

/* On the resolver's thread. */
static void
run_flush(void *arg)
{
	struct flush *flush = arg;

	flush->count = cache_flush(flush->desk->rollcall->cache, flush->name, flush->len, flush->below);
	inbox_put(flush->desk->done, &flush->item);
}

static struct flush *
flush_of(struct inbox_item *item)
{
	return (struct flush *)(void *)((char *)item - offsetof(struct flush, item));
}

static void
on_done(void *arg, struct inbox_item *items)
{
	(void)arg;
	while (items != NULL) {
		struct flush *flush = flush_of(items);

		items = items->next;
		if (flush->visit != NULL) {
			visit_set_flow(flush->visit, NULL, NULL, NULL);
			steer_reply(flush->visit, 200, json_pack("{s:I, s:o}", "flushed",
			    (json_int_t)flush->count, "text", json_sprintf("%zu %s forgotten",
			    flush->count, flush->count == 1 ? "entry" : "entries")));
		}
		free(flush);
	}
}

static void
on_gone(void *arg)
{
	((struct flush *)arg)->visit = NULL;
}

/* false: the body is none of ours. */
static bool
read_flush(struct visit *visit, struct flush *flush)
{
	size_t len;
	const char *octets = visit_body(visit, &len);
	json_t *body = json_loadb(octets != NULL ? octets : "", len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = NULL;
	int below = 0;
	bool read = json_is_object(body) && json_unpack(body, "{s:s, s?b !}", "flush", &name, "below",
	    &below) == 0;

	if (read) {
		bool all = strcmp(name, "all") == 0;

		flush->below = all || below != 0;
		read = name_from_text(all ? "." : name, flush->name, &flush->len) == 0;
		if (read)
			name_fold(flush->name, flush->len);
	}
	json_decref(body);
	return read;
}

static void
serve_flush(struct cache_desk *desk, struct visit *visit)
{
	struct resolver *resolver = forwarding_resolver(desk->rollcall->forwarding);
	struct flush *flush = calloc(1, sizeof(*flush));

	if (flush == NULL || resolver == NULL) {
		status_say(visit, 503, "nothing can be forgotten just now");
		free(flush);
		return;
	}
	if (!read_flush(visit, flush)) {
		status_say(visit, 400, "the body is {\"flush\": NAME or \"all\", \"below\": true or false}");
		free(flush);
		return;
	}
	flush->desk = desk;
	flush->visit = visit;
	flush->order = (struct resolver_order){ .fn = run_flush, .arg = flush };
	visit_set_flow(visit, NULL, on_gone, flush);
	resolver_post(resolver, &flush->order);
}

/* ---- life ---- */

static void
serve(void *arg, struct visit *visit)
{
	struct cache_desk *desk = arg;

	if (!status_allows(visit, 1u << VISIT_GET | 1u << VISIT_HEAD | 1u << VISIT_POST))
		return;
	if (desk->rollcall->cache == NULL)
		status_say(visit, 404, "there is no cache");
	else if (visit_method(visit) != VISIT_POST)
		serve_page(desk, visit);
	else if (!visit_may_write(visit))
		status_say(visit, 403, "flushing needs the Unix socket, or TLS and a token");
	else
		serve_flush(desk, visit);
}

int
cache_desk_new(struct rollcall *rollcall, struct cache_desk **out)
{
	struct cache_desk *desk = calloc(1, sizeof(*desk));
	int err;

	if (desk == NULL)
		return ERR_NOMEM;
	desk->rollcall = rollcall;
	err = inbox_new(rollcall->loop, on_done, desk, &desk->done);
	if (err == 0)
		err = httpd_route(rollcall->httpd, "/rollcall/v1/cache", serve, desk);
	if (err == 0)
		*out = desk;
	else
		cache_desk_free(desk);
	return err;
}

void
cache_desk_free(struct cache_desk *desk)
{
	struct inbox_item *items;

	if (desk == NULL)
		return;
	items = desk->done == NULL ? NULL : inbox_free(desk->done);
	while (items != NULL) {
		struct flush *flush = flush_of(items);

		items = items->next;
		free(flush);
	}
	free(desk);
}
