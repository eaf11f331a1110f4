/* steering.c - what `why`, `query`, `drain` and their kind are answered from. */
#include "daemon/steering.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/cache_desk.h"
#include "daemon/config_show.h"
#include "daemon/context.h"
#include "daemon/inquiry.h"
#include "daemon/ledger_feed.h"
#include "daemon/wiring.h"
#include "daemon/world.h"
#include "dns/udp.h"
#include "model/allot.h"
#include "ops/httpd.h"
#include "ops/insight.h"
#include "ops/ledger.h"
#include "ops/pools.h"
#include "ops/steer.h"
#include "probe/schedule.h"

struct steering {
	struct steer *steer;
	struct inquiry *inquiry;
	struct cache_desk *cache_desk;
};

/* ---- what is handed over ---- */

static const struct roster_entry *
find_roster(void *arg, const char *ns, const char *name)
{
	const struct rollcall *rollcall = arg;

	return world_entry(rollcall->world, ns, name);
}

/* The ledger has them in order, and keeps its place whatever changes meanwhile. */
static const struct service *
next_service(void *arg, const char *ns, const char *after_ns, const char *after_name)
{
	const struct rollcall *rollcall = arg;
	const struct ledger_entry *entry = rollcall->ledger_feed == NULL ? NULL :
	    ledger_next(ledger_feed_ledger(rollcall->ledger_feed), API_SERVICES, ns,
	    after_name != NULL ? after_ns : NULL, after_name);

	return entry == NULL ? NULL : (const void *)entry->object;
}

static bool
look_at(void *arg, const char *target_id, struct insight_look *out)
{
	const struct rollcall *rollcall = arg;
	uint64_t now_ms = clock_now_ms(rollcall->clock);
	struct schedule_look look;

	if (!schedule_find(world_schedule(rollcall->world), target_id, &look))
		return false;
	*out = (struct insight_look){ .target = look.target, .history = look.history,
		.tally = look.tally, .planned = look.next_ms != 0, .in_flight = look.in_flight,
		.held = look.held, .next_ms = look.next_ms > now_ms ? look.next_ms - now_ms : 0 };
	return true;
}

static void
fill_insight(void *arg, struct insight *out)
{
	const struct rollcall *rollcall = arg;
	const struct generation *now = rollcall->now;

	*out = (struct insight){ .store = world_store(rollcall->world), .clock = rollcall->clock,
		.domain = now->dns.cluster_domain, .nodes = now->own.named,
		.node_count = now->own.named_count, .roster = find_roster,
		.next_service = next_service, .look = look_at,
		.arg = arg };
}

static int
drain(void *arg, const char *id, bool drained, const char *reason)
{
	struct rollcall *rollcall = arg;
	int err = world_set_drained(rollcall->world, id, drained,
	    *reason != '\0' ? reason : "by hand");

	if (err == 0) {
		log_info("%s: %s", id, drained ? "drained" : "taken back");
		wiring_save_verdicts(rollcall);
	}
	return err;
}

static json_t *
pools(void *arg)
{
	const struct rollcall *rollcall = arg;
	struct allot_pool found[ALLOT_POOLS_MAX];

	return pools_answer(found, world_pools(rollcall->world, found));
}

/* The addresses that DNS is answered on: what clients are to be told. */
static json_t *
listening(const struct rollcall *rollcall)
{
	json_t *list = json_array();
	char text[ADDR_PORT_TEXT_SIZE];

	for (size_t i = 0; list != NULL && i < udp_server_count(rollcall->udp); i++) {
		addr_port_text(udp_server_bound(rollcall->udp, i), text);
		if (json_array_append_new(list, json_string(text)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
config(void *arg, bool all)
{
	const struct rollcall *rollcall = arg;
	struct strbuf text = STRBUF_INIT;
	json_t *shown = config_show(rollcall->now->config);
	json_t *bound = listening(rollcall);
	json_t *answer = NULL;

	(void)all;
	if (shown != NULL)
		config_show_yaml(shown, &text);
	if (shown != NULL && bound != NULL && text.err == 0)
		answer = json_pack("{s:O, s:O, s:s}", "config", shown, "listening", bound, "text",
		    text.text);
	json_decref(shown);
	json_decref(bound);
	strbuf_release(&text);
	return answer;
}

static void
reload(void *arg)
{
	(void)arg;
	/* By the way that is there, and in a round of the loop of its own. */
	(void)raise(SIGHUP);
}

static const struct steer_ops ops = {
	.insight = fill_insight,
	.drain = drain,
	.pools = pools,
	.config = config,
	.reload = reload,
};

/* ---- life ---- */

static void
say_config(const struct rollcall *rollcall)
{
	json_t *shown = config_show(rollcall->now->config);
	char *line = shown == NULL ? NULL : json_dumps(shown, JSON_COMPACT);

	if (line != NULL)
		log_info("settings: %s", line);
	free(line);
	json_decref(shown);
}

int
steering_start(struct rollcall *rollcall)
{
	struct steering *steering = calloc(1, sizeof(*steering));
	int err;

	say_config(rollcall);
	if (steering == NULL)
		return ERR_NOMEM;
	rollcall->steering = steering;
	err = steer_new(rollcall->loop, rollcall->httpd, &ops, rollcall, &steering->steer);
	if (err == 0)
		err = inquiry_new(rollcall, &steering->inquiry);
	return err != 0 ? err : cache_desk_new(rollcall, &steering->cache_desk);
}

void
steering_update(struct rollcall *rollcall)
{
	say_config(rollcall);
	if (rollcall->steering != NULL)
		inquiry_set(rollcall->steering->inquiry);
}

void
steering_stop(struct rollcall *rollcall)
{
	struct steering *steering = rollcall->steering;

	if (steering == NULL)
		return;
	cache_desk_free(steering->cache_desk);
	inquiry_free(steering->inquiry);
	steer_free(steering->steer);
	free(steering);
	rollcall->steering = NULL;
}
