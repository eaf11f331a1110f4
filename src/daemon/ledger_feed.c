/* ledger_feed.c - what becomes of the world, into the ledger. */
#include "daemon/ledger_feed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/squeeze.h"
#include "daemon/ages.h"
#include "daemon/context.h"
#include "daemon/ledger_events.h"
#include "daemon/witness.h"
#include "daemon/world.h"
#include "model/store.h"
#include "ops/clerk.h"
#include "ops/ledger.h"
#include "ops/lookout.h"
#include "ops/recorder.h"
#include "ops/view.h"

struct ledger_feed {
	struct rollcall *rollcall;
	struct squeeze *squeeze;
	struct ledger *ledger;
	struct ages *ages;
	struct clerk *clerk;
	struct recorder *recorder;
	struct view *view;
	bool settling;                  /* ages of what is not there are to be let go */
	char node_name[256];            /* as the settings had it at the start */
};

/* ---- what the world tells ---- */

static int
on_service(void *arg, const struct store_key *key, const struct roster_entry *entry)
{
	struct ledger_feed *feed = arg;

	lookout_touch(feed->rollcall->lookout, key->ns, key->name);
	return clerk_service(feed->clerk, key->ns, key->name, entry);
}

static int
on_pod(void *arg, const struct store_key *key)
{
	struct ledger_feed *feed = arg;

	return clerk_object(feed->clerk, KIND_POD, key->ns, key->name, key->object);
}

static int
on_ingress(void *arg, const struct store_key *key)
{
	struct ledger_feed *feed = arg;

	return clerk_object(feed->clerk, KIND_INGRESS, key->ns, key->name, key->object);
}

static int
on_space(void *arg, const char *name, bool exists)
{
	struct ledger_feed *feed = arg;

	return clerk_space(feed->clerk, name, exists);
}

static void
on_object(void *arg, enum object_kind kind, const char *ns, const char *name,
    const struct object *object)
{
	struct ledger_feed *feed = arg;

	if (clerk_object(feed->clerk, kind, ns, name, object) != 0)
		log_error("%s %s/%s: not shown: no memory", object_kind_text(kind), ns, name);
}

static void
on_verdict(void *arg, const char *id, const struct schedule_report *report, bool changed)
{
	struct ledger_feed *feed = arg;

	if (report != NULL && changed)
		ledger_events_verdict(feed->recorder, report);
	if (clerk_target(feed->clerk, id) != 0)
		log_error("target %s: its verdict is not shown: no memory", id);
}

static void
on_problem(void *arg, const struct service *service, const struct diag_entry *entry)
{
	ledger_events_problem(((struct ledger_feed *)arg)->recorder, service, entry);
}

static const struct witness witness = {
	.service = on_service,
	.pod = on_pod,
	.ingress = on_ingress,
	.space = on_space,
	.object = on_object,
	.verdict = on_verdict,
	.problem = on_problem,
};

/* ---- what the view asks ---- */

static const struct roster_entry *
find_roster(void *arg, const char *ns, const char *name)
{
	return world_entry(((struct ledger_feed *)arg)->rollcall->world, ns, name);
}

static const struct allotment *
find_allotment(void *arg, const char *ns, const char *name)
{
	return world_allotment(((struct ledger_feed *)arg)->rollcall->world, ns, name);
}

static const struct view_ops view_table = { find_roster, find_allotment };

/* ---- life ---- */

static int
make_parts(struct ledger_feed *feed)
{
	struct rollcall *rollcall = feed->rollcall;
	const struct ledger_settings ledger = { .clock = rollcall->clock };
	struct view_settings view = {
		.store = world_store(rollcall->world), .clock = rollcall->clock,
		.node_name = feed->node_name, .ops = &view_table, .arg = feed,
	};

	snprintf(feed->node_name, sizeof(feed->node_name), "%s", rollcall->now->config->node_name);
	feed->squeeze = squeeze_new();
	feed->ledger = ledger_new(&ledger);
	if (feed->ledger == NULL || feed->squeeze == NULL)
		return ERR_NOMEM;
	feed->ages = ages_new(rollcall->now->config->state_dir, feed->ledger, rollcall->clock);
	feed->clerk = clerk_new(feed->ledger, view.store);
	feed->recorder = recorder_new(feed->ledger, rollcall->clock);
	view.ledger = feed->ledger;
	view.recorder = feed->recorder;
	view.squeeze = feed->squeeze;
	feed->view = view_new(&view);
	return feed->ages == NULL || feed->clerk == NULL || feed->recorder == NULL || feed->view == NULL ? ERR_NOMEM : 0;
}

struct ledger_feed *
ledger_feed_new(struct rollcall *rollcall)
{
	struct ledger_feed *feed = calloc(1, sizeof(*feed));

	if (feed == NULL)
		return NULL;
	feed->rollcall = rollcall;
	if (make_parts(feed) != 0) {
		ledger_feed_free(feed);
		return NULL;
	}
	world_set_witness(rollcall->world, &witness, feed);
	return feed;
}

void
ledger_feed_free(struct ledger_feed *feed)
{
	if (feed == NULL)
		return;
	world_set_witness(feed->rollcall->world, NULL, NULL);
	view_free(feed->view);
	recorder_free(feed->recorder);
	clerk_free(feed->clerk);
	ages_free(feed->ages);
	ledger_free(feed->ledger);
	squeeze_free(feed->squeeze);
	free(feed);
}

struct ledger *
ledger_feed_ledger(struct ledger_feed *feed)
{
	return feed->ledger;
}

struct view *
ledger_feed_view(struct ledger_feed *feed)
{
	return feed->view;
}

struct recorder *
ledger_feed_recorder(struct ledger_feed *feed)
{
	return feed->recorder;
}

struct squeeze *
ledger_feed_squeeze(struct ledger_feed *feed)
{
	return feed != NULL ? feed->squeeze : NULL;
}

void
ledger_feed_note_file(struct ledger_feed *feed, const struct diag *diag)
{
	if (feed != NULL)
		ledger_events_file(feed->recorder, feed->node_name, diag);
}

void
ledger_feed_tick(struct ledger_feed *feed)
{
	if (feed == NULL)
		return;
	recorder_expire(feed->recorder);
	/* What was stated is not in the ledger before it is worked off. */
	if (feed->settling && !world_is_busy(feed->rollcall->world) &&
	    !store_is_dirty(world_store(feed->rollcall->world))) {
		feed->settling = false;
		ages_settle(feed->ages);
	}
	ages_tick(feed->ages);
}

void
ledger_feed_settle(struct ledger_feed *feed)
{
	if (feed != NULL)
		feed->settling = true;
}
