/* forwarding.c - the resolver in the daemon. */
#include "daemon/forwarding.h"

#include <event2/event.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/config_forward.h"
#include "daemon/context.h"
#include "daemon/forward_table.h"
#include "dns/cache.h"
#include "dns/forward.h"
#include "dns/host.h"
#include "dns/name.h"
#include "dns/resolver.h"
#include "dns/respond.h"
#include "dns/serving.h"
#include "dns/udp.h"
#include "net/watch.h"

/* Files are written in several steps: looked at when nothing has moved for so long. */
#define REST_MS 50
/* What no event tells of (watch.h): mounts, links behind links, no inotify at all. */
#define LOOK_MS 10000
#define OWN_MAX 64

struct forwarding {
	struct rollcall *rollcall;
	struct resolver *resolver;
	struct serving serving;         /* the index by which the resolver knows names of ours */
	struct watch *watch;            /* NULL: no file is named yet, or none can be watched */
	struct event *rest;
	uint64_t look_ms;
	struct forward *table;          /* a copy of what the resolver has, to see what changes */
	bool started;
};

/* ---- names of ours ---- */

static bool
is_ours(void *arg, const uint8_t *name, size_t len)
{
	struct forwarding *forwarding = arg;
	struct responder responder;

	serving_get(&forwarding->serving, &responder);
	return responder.index != NULL && host_or_zone_is_ours(responder.index, name, len);
}

/* On the resolver's thread, the writer of the cache. */
static void
forget_ours(void *arg)
{
	struct forwarding *forwarding = arg;

	(void)cache_forget_ours(forwarding->rollcall->cache, is_ours, forwarding);
}

static void
set_serving(struct forwarding *forwarding)
{
	const struct generation *now = forwarding->rollcall->now;

	serving_set(&forwarding->serving, &now->dns, now->answers->index);
}

/* ---- upstreams ---- */

static size_t
own_addresses(const struct rollcall *rollcall, struct addr_port own[OWN_MAX])
{
	const struct generation *now = rollcall->now;
	const struct addr_port *bound;
	size_t count = 0;

	for (size_t i = 0; (bound = udp_server_bound(rollcall->udp, i)) != NULL; i++) {
		if (!addr_is_unspecified(&bound->addr) && count < OWN_MAX)
			own[count++] = *bound;
		/* A wildcard is all addresses of the host's. */
		for (size_t j = 0; addr_is_unspecified(&bound->addr) && j < now->own.all_count; j++)
			if (count < OWN_MAX && now->own.all[j].family == bound->addr.family)
				own[count++] = (struct addr_port){ now->own.all[j], bound->port };
	}
	return count;
}

static int
build(const struct forwarding *forwarding, struct forward **table)
{
	struct addr_port own[OWN_MAX];
	struct forward_table_sources sources = { .own = own, .stub_path = FORWARD_TABLE_STUB };

	sources.own_count = own_addresses(forwarding->rollcall, own);
	return forward_table_new(forwarding->rollcall->now->config, &sources, table);
}

static void
say_zone(const struct forward_zone *zone)
{
	char name[NAME_TEXT_SIZE], upstream[ADDR_PORT_TEXT_SIZE];
	struct strbuf text = STRBUF_INIT;

	name_to_text(zone->name, name);
	if (zone->lack != NULL) {
		log_error("forward: nobody can be asked for %s: %s", name, zone->lack);
		return;
	}
	for (size_t i = 0; i < zone->upstream_count; i++)
		strbuf_addf(&text, "%s%s", i == 0 ? "" : ", ",
		    addr_port_text(&zone->upstreams[i], upstream));
	log_info("forward: %s is asked of %s", name, text.text);
	strbuf_release(&text);
}

/* Only what is new: zones whose upstreams are as they were are not said again. */
static void
say_changes(const struct forward *before, const struct forward *now)
{
	for (size_t i = 0; i < forward_count(now); i++) {
		const struct forward_zone *zone = forward_at(now, i);
		const struct forward_zone *old = forward_find(before, zone->name, zone->name_len);

		if (old == NULL || old->name_len != zone->name_len ||
		    !forward_table_same_upstreams(old, zone))
			say_zone(zone);
	}
}

static void
on_watch(void *arg, enum watch_event event, const char *path, const char *name)
{
	static const struct timeval rest = { .tv_usec = REST_MS * 1000 };
	struct forwarding *forwarding = arg;

	(void)event, (void)path, (void)name;
	(void)evtimer_add(forwarding->rest, &rest);
}

/* Files may be links: what they lead to is watched as well. */
static void
watch_path(struct forwarding *forwarding, const char *path)
{
	char real[PATH_MAX];

	/* Without it the files are looked at every ten seconds. */
	if (forwarding->watch == NULL && watch_new(forwarding->rollcall->loop, on_watch,
	    forwarding, &forwarding->watch) != 0) {
		forwarding->watch = NULL;
		return;
	}
	(void)watch_file(forwarding->watch, path);
	if (realpath(path, real) != NULL && strcmp(real, path) != 0)
		(void)watch_file(forwarding->watch, real);
}

static void
watch_files(struct forwarding *forwarding)
{
	const struct config *config = forwarding->rollcall->now->config;
	bool files = false;

	for (size_t i = 0; i < config->forward_count; i++)
		for (size_t j = 0; j < config->forward[i].upstream_count; j++)
			if (config->forward[i].upstreams[j][0] == '/') {
				watch_path(forwarding, config->forward[i].upstreams[j]);
				files = true;
			}
	if (files)
		watch_path(forwarding, FORWARD_TABLE_STUB);
}

/* Take what settings and files say now, if that is anything new. */
static int
look(struct forwarding *forwarding)
{
	struct forward *table = NULL, *copy = NULL;
	int err = build(forwarding, &table);

	forwarding->look_ms = clock_now_ms(forwarding->rollcall->clock) + LOOK_MS;
	if (err == 0 && forwarding->table != NULL &&
	    forward_table_equal(table, forwarding->table)) {
		forward_free(table);
		return 0;
	}
	if (err == 0)
		err = forward_new(forward_at(table, 0), forward_count(table), &copy);
	if (err == 0)
		err = resolver_set_forward(forwarding->resolver, copy);
	if (err != 0) {
		forward_free(table);
		return err;
	}
	say_changes(forwarding->table, table);
	forward_free(forwarding->table);
	forwarding->table = table;
	return 0;
}

static void
look_again(struct forwarding *forwarding)
{
	int err = look(forwarding);

	if (err != 0)
		log_error("forward: upstreams stay as they were: %s", err_text(err));
	watch_files(forwarding);
}

static void
on_rest(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	look_again(arg);
}

/* ---- settings ---- */

static void
resize(void *arg)
{
	const struct rollcall *rollcall = arg;

	if (cache_resize(rollcall->cache, rollcall->now->config->cache.size) != 0)
		log_error("cache: its size stays as it was: %s", err_text(ERR_NOMEM));
}

int
forwarding_set(struct forwarding *forwarding)
{
	int err;

	if (forwarding == NULL)
		return 0;
	set_serving(forwarding);
	if (!forwarding->started)
		return 0;
	resolver_call(forwarding->resolver, resize, forwarding->rollcall);
	err = look(forwarding);
	watch_files(forwarding);
	return err;
}

void
forwarding_names_changed(struct forwarding *forwarding)
{
	if (forwarding != NULL && forwarding->started)
		resolver_call(forwarding->resolver, forget_ours, forwarding);
}

void
forwarding_tick(struct forwarding *forwarding)
{
	if (forwarding != NULL && forwarding->started &&
	    clock_now_ms(forwarding->rollcall->clock) >= forwarding->look_ms)
		look_again(forwarding);
}

/* ---- life ---- */

int
forwarding_new(struct rollcall *rollcall, struct forwarding **out)
{
	struct forwarding *forwarding = calloc(1, sizeof(*forwarding));
	struct resolver_settings settings = { .clock = rollcall->clock, .is_ours = is_ours };
	int err = ERR_NOMEM;

	if (forwarding == NULL)
		return ERR_NOMEM;
	settings.arg = forwarding;
	forwarding->rollcall = rollcall;
	forwarding->rest = evtimer_new(rollcall->loop, on_rest, forwarding);
	settings.cache = rollcall->cache;
	if (forwarding->rest != NULL)
		err = resolver_new(&settings, &forwarding->resolver);
	if (err != 0) {
		forwarding_free(forwarding);
		return err;
	}
	*out = forwarding;
	return 0;
}

int
forwarding_start(struct forwarding *forwarding)
{
	int err;

	if (forwarding == NULL)
		return 0;
	set_serving(forwarding);
	err = look(forwarding);
	if (err == 0)
		err = resolver_start(forwarding->resolver);
	if (err != 0)
		return err;
	forwarding->started = true;
	watch_files(forwarding);
	return 0;
}

void
forwarding_stop(struct forwarding *forwarding)
{
	if (forwarding == NULL)
		return;
	forwarding->started = false;
	resolver_stop(forwarding->resolver);
}

void
forwarding_free(struct forwarding *forwarding)
{
	if (forwarding == NULL)
		return;
	resolver_free(forwarding->resolver);
	watch_free(forwarding->watch);
	if (forwarding->rest != NULL)
		event_free(forwarding->rest);
	forward_free(forwarding->table);
	free(forwarding);
}

struct resolver *
forwarding_resolver(const struct forwarding *forwarding)
{
	return forwarding == NULL ? NULL : forwarding->resolver;
}
