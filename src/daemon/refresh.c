/* refresh.c - what changed in the store to what is answered and probed, a run at a time. */
#include "daemon/refresh.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/handover.h"
#include "daemon/refresh_parts.h"
#include "dns/catalog.h"
#include "model/allot.h"

/* A full disk is asked again this often (RELIABILITY C4: within 10 s); so is a pool without a free
 * address. */
#define RETRY_MS 2000
#define EXPIRE_MS 60000
/* Forgotten verdicts make Services dirty again; whatever cycles for longer waits for the next
 * run. */
#define ROUNDS_MAX 8
/* So many between two looks at the clock. */
#define PODS_MAX 64
#define INGRESSES_MAX 16
#define SERVICES_MAX 16
#define VERDICTS_MAX 64

/* ---- failures ---- */

/* All may fail, and again with each try. */
void
refresh_failed(struct refresh *refresh, const char *kind, const char *ns, const char *name, int err)
{
	if (refresh->failures++ == 0)
		log_error("%s %s%s%s: not refreshed: %s; trying again", kind, ns,
		    *name != '\0' ? "/" : "", name, err_text(err));
}

static void
say_more_failures(struct refresh *refresh)
{
	if (refresh->failures > 1)
		log_error("%zu more are not refreshed either", refresh->failures - 1);
	refresh->failures = 0;
}

/* ---- Services ---- */

/*
 * Is it time to pause?  Not before something of the batch, or of what comes before the next one, is
 * done: verdicts, which come first, may take up each turn for as long as probes flap.
 */
static bool
must_pause(const struct refresh *refresh)
{
	return refresh->moved && refresh->ops->pause(refresh->arg);
}

/* False: paused. */
static bool
work_off_stage(struct refresh *refresh,
    void (*work)(struct refresh *refresh, const struct store_key *key))
{
	struct batch *batch = &refresh->batch;
	struct store_key key;

	while (batch->at < batch->count) {
		if (batch->at % SERVICES_MAX == 0) {
			if (must_pause(refresh))
				return false;
			refresh->moved = true;
		}
		if (store_renew_key(&batch->keys[batch->at++], &key))
			work(refresh, &key);
	}
	return true;
}

static bool
work_off_batch(struct refresh *refresh)
{
	struct batch *batch = &refresh->batch;
	bool done = true;

	for (; done && batch->stage != STAGE_DONE; batch->stage += done) {
		switch (batch->stage) {
		case STAGE_RELEASE:
			done = work_off_stage(refresh, refresh_release);
			break;
		case STAGE_RESERVE:
			done = work_off_stage(refresh, refresh_reserve);
			break;
		case STAGE_ASSIGN:
			done = work_off_stage(refresh, refresh_assign);
			break;
		case STAGE_SAVE:
			refresh_save(refresh);
			break;
		case STAGE_PUBLISH:
			done = work_off_stage(refresh, refresh_publish);
			break;
		case STAGE_DONE:
			break;
		}
		if (done)
			batch->at = 0;
	}
	return done;
}

static size_t
begin_batch(struct refresh *refresh)
{
	struct batch *batch = &refresh->batch;

	batch->at = 0;
	batch->count = store_take_dirty_services(refresh->store, SIZE_MAX, &batch->keys);
	batch->stage = batch->count > 0 ? STAGE_RELEASE : STAGE_DONE;
	return batch->count;
}

/* ---- Pods, Ingresses, namespaces ---- */

static size_t
refresh_pods(struct refresh *refresh)
{
	const struct store_key *keys;
	size_t count = store_take_dirty_pods(refresh->store, PODS_MAX, &keys);

	for (size_t i = 0; i < count; i++)
		refresh_pod(refresh, &keys[i]);
	return count;
}

static size_t
refresh_ingresses(struct refresh *refresh)
{
	const struct store_key *keys;
	size_t count = store_take_dirty_ingresses(refresh->store, INGRESSES_MAX, &keys);

	for (size_t i = 0; i < count; i++)
		refresh_ingress(refresh, &keys[i]);
	return count;
}

static size_t
refresh_namespaces(struct refresh *refresh)
{
	const char *const *names;
	size_t count = store_take_dirty_namespaces(refresh->store, &names);

	for (size_t i = 0; i < count; i++)
		refresh_namespace(refresh, names[i]);
	return count;
}

/* ---- running ---- */

static int
touch_if_waiting(void *arg, const struct store_key *key)
{
	struct refresh *refresh = arg;
	const struct slot *slot = slot_of(key);

	if (!slot->again)
		return 0;
	store_set_mark(refresh->store, slot->mark);
	store_touch_service(refresh->store, key->ns, key->name);
	return 0;
}

/* Mark dirty what waits, so that the next run tries it again. */
static void
touch_waiting(struct refresh *refresh)
{
	if (refresh->slots.again > 0)
		store_each_laden(refresh->store, touch_if_waiting, refresh);
	store_set_mark(refresh->store, 0);
}

static void
expire(struct refresh *refresh)
{
	if (refresh->expire_ms == 0)
		refresh->expire_ms = refresh->now_ms + EXPIRE_MS;
	if (refresh->now_ms < refresh->expire_ms)
		return;
	allot_expire(refresh->allot, refresh->now_ms);
	/* What was let go without a Service being dirty is dropped from the disk too. */
	refresh_save(refresh);
	refresh->expire_ms = refresh->now_ms + EXPIRE_MS;
}

/* What was given before and could not be saved: now? */
static void
retry(struct refresh *refresh)
{
	if (refresh->now_ms < refresh->retry_ms)
		return;
	if (refresh->unsaved)
		refresh_save(refresh);
	touch_waiting(refresh);
}

static void
begin_run(struct refresh *refresh)
{
	uint64_t now_ms = refresh->now_ms;

	expire(refresh);
	retry(refresh);
	/* Runs for other reasons, which may come many times a second, must not put it off. */
	refresh->again_ms = now_ms + RETRY_MS;
	if (now_ms < refresh->retry_ms && refresh->retry_ms < refresh->again_ms)
		refresh->again_ms = refresh->retry_ms;
	refresh->retry_ms = UINT64_MAX;
	refresh->starved = false;
	refresh->round = 0;
}

static size_t
publish_verdicts(struct refresh *refresh)
{
	struct store_key key;
	size_t taken = 0;

	/* One may be of thousands of endpoints, and take a ms by itself. */
	while (taken < VERDICTS_MAX && store_take_dirty_verdict(refresh->store, &key)) {
		refresh_publish_verdict(refresh, &key);
		taken++;
		if (refresh->ops->pause(refresh->arg))
			break;
	}
	return taken;
}

/* False: paused. */
static bool
work_off(struct refresh *refresh)
{
	if (refresh->batch.stage != STAGE_DONE)
		publish_verdicts(refresh);
	while (work_off_batch(refresh)) {
		size_t taken;

		if (refresh->starved || refresh->round == ROUNDS_MAX ||
		    !store_is_dirty(refresh->store))
			return true;
		if (must_pause(refresh))
			return false;
		refresh->moved = true;
		taken = publish_verdicts(refresh);
		taken += refresh_namespaces(refresh);
		taken += refresh_pods(refresh);
		if (taken >= PODS_MAX)
			continue;
		taken += refresh_ingresses(refresh);
		if (taken >= INGRESSES_MAX)
			continue;
		taken += begin_batch(refresh);
		refresh->round++;
		/*
		 * Without memory even the list of what is dirty is not to be had.  What a
		 * load under way touched after it was listed is no want of it: that is, once
		 * looked at, kept back until the load ends.
		 */
		if (taken == 0)
			refresh->starved = store_is_dirty(refresh->store);
	}
	return false;
}

static void
end_run(struct refresh *refresh)
{
	store_return_dirty(refresh->store);
	say_more_failures(refresh);
	if (refresh->starved)
		refresh->retry_ms = refresh->again_ms;
	else if (store_is_dirty(refresh->store))
		refresh->retry_ms = refresh->now_ms;
	else if (refresh->retry_ms == UINT64_MAX &&
	    (refresh->unsaved || refresh->slots.again > 0))
		refresh->retry_ms = refresh->again_ms;
}

size_t
refresh_run(struct refresh *refresh, uint64_t now_ms)
{
	uint64_t before = refresh->published;

	refresh->now_ms = now_ms;
	refresh->moved = false;
	if (!refresh->paused)
		begin_run(refresh);
	refresh->paused = !work_off(refresh);
	if (!refresh->paused)
		end_run(refresh);
	return (size_t)(refresh->published - before);
}

bool
refresh_is_paused(const struct refresh *refresh)
{
	return refresh->paused;
}

/* ---- life ---- */

int
refresh_set_catalog(struct refresh *refresh, struct catalog *catalog, bool pods_verified)
{
	int err = handover_fill(catalog, refresh->store, pods_verified);

	if (err == 0) {
		refresh->catalog = catalog;
		refresh->pods_verified = pods_verified;
	}
	return err;
}

uint64_t
refresh_next_ms(const struct refresh *refresh)
{
	if (refresh->paused)
		return refresh->now_ms;
	return refresh->retry_ms < refresh->expire_ms ? refresh->retry_ms : refresh->expire_ms;
}

void
refresh_set_witness(struct refresh *refresh, const struct witness *witness, void *arg)
{
	refresh->witness = witness;
	refresh->witness_arg = arg;
}

const struct roster_entry *
refresh_entry(const struct refresh *refresh, const char *ns, const char *name)
{
	struct store_key key;

	if (!store_find_key(refresh->store, ns, name, &key) || slot_of(&key) == NULL)
		return NULL;
	return slot_of(&key)->entry;
}

void
refresh_counts(const struct refresh *refresh, struct refresh_counts *counts)
{
	counts->services = refresh->slots.count;
	counts->pending = refresh->slots.again;
	counts->panicking = refresh->slots.panicking;
	counts->endpoints = refresh->slots.endpoints;
	counts->endpoints_ready = refresh->slots.ready;
	counts->endpoints_answered = refresh->slots.answered;
	counts->published = refresh->published;
}

struct refresh *
refresh_new(const struct refresh_settings *settings)
{
	struct refresh *refresh = calloc(1, sizeof(*refresh));

	if (refresh == NULL)
		return NULL;
	refresh->store = settings->store;
	refresh->allot = settings->allot;
	refresh->catalog = settings->catalog;
	refresh->schedule = settings->schedule;
	refresh->ops = settings->ops;
	refresh->arg = settings->arg;
	refresh->pods_verified = settings->pods_verified;
	refresh->retry_ms = UINT64_MAX;
	refresh->batch.stage = STAGE_DONE;
	refresh->diag = diag_new();
	if (refresh->diag == NULL) {
		free(refresh);
		return NULL;
	}
	return refresh;
}

static int
drop_slot(void *arg, const struct store_key *key)
{
	struct refresh *refresh = arg;

	slot_drop(&refresh->slots, key);
	return 0;
}

void
refresh_free(struct refresh *refresh)
{
	if (refresh == NULL)
		return;
	store_each_laden(refresh->store, drop_slot, refresh);
	diag_free(refresh->diag);
	free(refresh);
}
