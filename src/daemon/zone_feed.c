/* zone_feed.c - zone files, hosts files and local zones into the zones that are answered. */
#include "daemon/zone_feed.h"

#include <event2/event.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/config.h"
#include "daemon/context.h"
#include "daemon/feed.h"
#include "daemon/forwarding.h"
#include "dns/content.h"
#include "dns/hosts.h"
#include "dns/index.h"
#include "dns/zone_build.h"
#include "dns/zone_set.h"
#include "source/decode.h"
#include "source/source_dir.h"
#include "source/source_text.h"

/* A zone of fewer names is taken up in less time than a turn lasts. */
#define TURN_FROM 512
#define TURN_US 4000

/* ---- texts --------------------------------------------------------------------------------- */

static int
give(int err, struct content *made, void **content, size_t *count)
{
	if (err != 0)
		return err;
	*content = made;
	*count = made->count;
	return 0;
}

static int
read_zone(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, void **content, size_t *count)
{
	struct content *made = NULL;
	int err = zone_build(path, text, len, stop, diag, &made);

	return give(err, made, content, count);
}

static int
read_hosts(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, void **content, size_t *count)
{
	struct content *made = NULL;
	int err = hosts_build(path, text, len, stop, diag, &made);

	return give(err, made, content, count);
}

static void
free_content(void *content)
{
	content_free(content);
}

static bool
is_any(const char *path)
{
	(void)path;
	return true;
}

static int
take(struct rollcall *rollcall, enum zone_origin origin, const char *path, unsigned rank,
    struct content *content, struct diag *diag)
{
	int err = zone_set_take(rollcall->zones, origin, path, rank, content, diag);

	feed_say(rollcall, diag);
	rollcall->names_changed = true;
	if (err != 0)
		log_error("%s: not taken: %s; it is tried again", path, err_text(err));
	return err;
}

static int
take_zone(void *arg, const char *path, void *content, struct diag *diag)
{
	return take(arg, ZONE_OF_FILE, path, 0, content, diag);
}

static int
take_local(void *arg, const char *path, void *content, struct diag *diag)
{
	return take(arg, ZONE_LOCAL, path, 0, content, diag);
}

static int
take_hosts(void *arg, const char *path, void *content, struct diag *diag)
{
	const struct rollcall *rollcall = arg;
	const struct config *config = rollcall->now->config;
	unsigned rank = 0;

	while (rank < config->hosts_count && strcmp(config->hosts[rank], path) != 0)
		rank++;
	return take(arg, ZONE_OF_HOSTS, path, rank, content, diag);
}

const struct source_text zone_feed_text = {
	.is = source_text_is_zone, .read = read_zone, .free = free_content, .take = take_zone,
};
static const struct source_text local_text = {
	.is = source_text_is_zone, .read = read_zone, .free = free_content, .take = take_local,
};
static const struct source_text hosts_text = {
	.is = is_any, .read = read_hosts, .free = free_content, .take = take_hosts,
};

/* ---- turns --------------------------------------------------------------------------------- */

struct turn {
	const struct clock *clock;
	uint64_t began_us;
};

static bool
is_over(void *arg)
{
	const struct turn *turn = arg;

	/* As in world.c: let those who answer go first. */
	(void)sched_yield();
	return clock_now_us(turn->clock) - turn->began_us >= TURN_US;
}

/* After all else that has happened has had its turn. */
static void
take_turn_soon(struct rollcall *rollcall)
{
	static const struct timeval now = { 0, 0 };

	if (zone_set_is_busy(rollcall->zones) && !evtimer_pending(rollcall->zones_due, NULL))
		(void)evtimer_add(rollcall->zones_due, &now);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct rollcall *rollcall = arg;
	struct turn turn = { rollcall->clock, clock_now_us(rollcall->clock) };

	(void)fd, (void)what;
	if (zone_set_work(rollcall->zones, is_over, &turn) != 0)
		rollcall->zones_owed = true;    /* the next tick comes back to it */
	else if (zone_set_is_busy(rollcall->zones))
		take_turn_soon(rollcall);
	else
		rollcall->names_changed = true;
	if (!zone_set_is_busy(rollcall->zones))
		zone_feed_settle(rollcall);
	index_reclaim(rollcall->now->answers->index);
	/* Somebody may wait for the end of it. */
	if (!zone_set_is_busy(rollcall->zones))
		event_active(rollcall->refresh, EV_TIMEOUT, 0);
}

bool
zone_feed_is_busy(const struct rollcall *rollcall)
{
	return zone_set_is_busy(rollcall->zones);
}

int
zone_feed_finish(struct rollcall *rollcall)
{
	return zone_set_work(rollcall->zones, NULL, NULL);
}

/* ---- sources ------------------------------------------------------------------------------- */

/* Manifests are for the folders of zones. */
static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	if (objects->count > 0)
		log_warn("%s: is no zone file: left aside", path);
	feed_say(arg, diag);
	return 0;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	(void)path;
	feed_say(arg, diag);
}

static void
on_batch_end(void *arg)
{
	zone_feed_settle(arg);
	feed_loaded(arg);
}

static const struct source_dir_ops ops = {
	.file = on_file,
	.broken = on_broken,
	.batch_end = on_batch_end,
};

static void
hosts_settings(const struct config *config, struct source_dir_settings *settings)
{
	*settings = (struct source_dir_settings){ .paths = config->hosts,
		.path_count = config->hosts_count, .text = &hosts_text, .what = "hosts" };
}

static void
local_settings(const struct config *config, struct source_dir_settings *settings)
{
	*settings = (struct source_dir_settings){ .paths = &config->local_zones,
		.path_count = config->local_zones != NULL, .text = &local_text,
		.what = "localZones" };
}

void
zone_feed_settings(const struct config *config, const struct dns_settings *dns,
    struct zone_set_settings *settings)
{
	*settings = (struct zone_set_settings){ .dns = dns, .networks = config->service_cidrs,
		.network_count = config->service_cidr_count,
		.forward_zones = config->forward_zones,
		.forward_zone_count = config->forward_count, .turn_from = TURN_FROM };
}

int
zone_feed_start(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	struct source_dir_settings hosts, local;
	struct zone_set_settings settings;

	zone_feed_settings(config, &rollcall->now->dns, &settings);
	hosts_settings(config, &hosts);
	local_settings(config, &local);
	rollcall->zones = zone_set_new(&settings, rollcall->now->answers->index);
	rollcall->zones_due = evtimer_new(rollcall->loop, on_turn, rollcall);
	rollcall->hosts = source_dir_new(rollcall->loop, rollcall->clock, &hosts, &ops, rollcall);
	rollcall->local = source_dir_new(rollcall->loop, rollcall->clock, &local, &ops, rollcall);
	return rollcall->zones == NULL || rollcall->zones_due == NULL || rollcall->hosts == NULL || rollcall->local == NULL ?
	    ERR_NOMEM : 0;
}

int
zone_feed_set(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	struct source_dir_settings hosts, local;

	hosts_settings(config, &hosts);
	local_settings(config, &local);
	int err = source_dir_set(rollcall->hosts, &hosts);
	return err != 0 ? err : source_dir_set(rollcall->local, &local);
}

int
zone_feed_load(struct rollcall *rollcall)
{
	int err = source_dir_load(rollcall->local);

	return err != 0 ? err : source_dir_load(rollcall->hosts);
}

void
zone_feed_stop(struct rollcall *rollcall)
{
	source_dir_free(rollcall->hosts);
	source_dir_free(rollcall->local);
	if (rollcall->zones_due != NULL)
		event_free(rollcall->zones_due);
	rollcall->zones_due = NULL;
	zone_set_free(rollcall->zones);
	rollcall->hosts = rollcall->local = NULL;
	rollcall->zones = NULL;
}

bool
zone_feed_is_loading(const struct rollcall *rollcall)
{
	return source_dir_is_loading(rollcall->hosts) || source_dir_is_loading(rollcall->local);
}

void
zone_feed_settle(struct rollcall *rollcall)
{
	rollcall->zones_owed = zone_set_settle(rollcall->zones) != 0;
	if (rollcall->names_changed)
		forwarding_names_changed(rollcall->forwarding);
	rollcall->names_changed = false;
	take_turn_soon(rollcall);
	/* Nobody else may have anything to do: what was replaced goes now. */
	index_reclaim(rollcall->now->answers->index);
}
