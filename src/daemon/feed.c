/*
 * feed.c - from the folders of manifests into the world, and what is wrong with them into the
 * log.
 */
#include "daemon/feed.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "daemon/managed.h"
#include "daemon/world.h"
#include "daemon/zone_feed.h"
#include "model/object.h"
#include "model/store.h"
#include "source/source_dir.h"

void
feed_say(struct rollcall *rollcall, const struct diag *diag)
{
	if (diag == NULL)
		return;
	rollcall->manifest_errors += diag_count(diag, SEVERITY_ERROR);
	diag_log(diag);
	ledger_feed_note_file(rollcall->ledger_feed, diag);
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct rollcall *rollcall = arg;
	int err;

	/* An object may be between two files: nobody sees it before all of them are in. */
	world_hold(rollcall->world);
	err = world_replace_file(rollcall->world, path,
	    source_dir_noticed_us(rollcall->source), objects->items, objects->count, diag);

	objects->count = 0;             /* they are the store's now */
	feed_say(rollcall, diag);
	if (err != 0)
		log_error("%s: not taken: %s; what it stated before holds", path, err_text(err));
	return err;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	struct rollcall *rollcall = arg;
	size_t held = store_count_file(world_store(rollcall->world), path);

	feed_say(rollcall, diag);
	if (held > 0)
		log_error("%s: is broken; its %zu object%s of before go on", path, held,
		    text_plural(held));
}

static void
say_loaded(const struct rollcall *rollcall)
{
	size_t files = source_dir_file_count(rollcall->source);
	char objects[STORE_SUMMARY_SIZE];

	log_info("loaded %s from %zu file%s, %zu of them broken",
	    store_summary(world_store(rollcall->world), objects), files, text_plural(files),
	    source_dir_broken_count(rollcall->source));
}

/* Once nothing is missing, what the state file remembers of others is let go. */
static void
settle(struct rollcall *rollcall)
{
	if (rollcall->settled || source_dir_broken_count(rollcall->source) > 0 ||
	    managed_broken_count(rollcall->managed) > 0)
		return;
	/* A folder that is not there yet may come with what the state file remembers. */
	for (size_t i = 0; i < rollcall->now->config->zone_count; i++)
		if (access(rollcall->now->config->zones[i], F_OK) != 0)
			return;
	world_settle(rollcall->world);
	ledger_feed_settle(rollcall->ledger_feed);
	rollcall->settled = true;
}

void
feed_loaded(struct rollcall *rollcall)
{
	/* What is in of a load that is not over is told with the rest. */
	if (!rollcall->sources_begun || source_dir_is_loading(rollcall->source) ||
	    zone_feed_is_loading(rollcall))
		return;
	if (rollcall->loading) {
		rollcall->loading = false;
		if (!rollcall->loaded)
			rollcall->loaded_ms = clock_now_ms(rollcall->clock);
		rollcall->loaded = true;
		say_loaded(rollcall);
	}
	world_release(rollcall->world);
	settle(rollcall);
}

static void
on_batch_end(void *arg)
{
	struct rollcall *rollcall = arg;

	zone_feed_settle(rollcall);
	feed_loaded(rollcall);
}

static const struct source_dir_ops ops = {
	.file = on_file,
	.broken = on_broken,
	.batch_end = on_batch_end,
};

static void
fill_settings(const struct rollcall *rollcall, struct source_dir_settings *settings)
{
	const struct config *config = rollcall->now->config;

	*settings = (struct source_dir_settings){
		.paths = config->zones,
		.path_count = config->zone_count,
		.exec_enabled = config->probes.exec.enabled,
		.text = &zone_feed_text,
		.squeeze = ledger_feed_squeeze(rollcall->ledger_feed),
	};
}


/* Where nothing is to be read the end of a load comes at once: all sources have begun by then. */
static int
load(struct rollcall *rollcall)
{
	rollcall->loading = true;
	rollcall->sources_begun = false;
	int err = source_dir_load(rollcall->source);
	if (err == 0)
		err = zone_feed_load(rollcall);
	rollcall->sources_begun = true;
	feed_loaded(rollcall);
	return err;
}

int
feed_start(struct rollcall *rollcall)
{
	struct source_dir_settings settings;

	fill_settings(rollcall, &settings);
	rollcall->source = source_dir_new(
	    rollcall->loop, rollcall->clock, &settings, &ops, rollcall);
	int err = rollcall->source == NULL ? ERR_NOMEM : zone_feed_start(rollcall);
	/* First, for what was written was there before whatever a file says now. */
	if (err == 0)
		err = managed_load(rollcall->managed);
	return err != 0 ? err : load(rollcall);
}

int
feed_reload(struct rollcall *rollcall)
{
	struct source_dir_settings settings;
	int err;

	fill_settings(rollcall, &settings);
	err = source_dir_set(rollcall->source, &settings);
	if (err == 0)
		err = zone_feed_set(rollcall);
	return err != 0 ? err : load(rollcall);
}

void
feed_stop(struct rollcall *rollcall)
{
	source_dir_free(rollcall->source);
	rollcall->source = NULL;
	zone_feed_stop(rollcall);
}
