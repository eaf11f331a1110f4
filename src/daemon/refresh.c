/* refresh.c - what changed in the store to what is answered and probed. */
#include "daemon/refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/handover.h"
#include "daemon/slot.h"
#include "dns/catalog.h"
#include "model/allot.h"
#include "model/membership.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/store.h"
#include "model/target.h"
#include "probe/schedule.h"

/* A full disk is asked again this often (RELIABILITY C4: within 10 s); so is a pool without a free
 * address. */
#define RETRY_MS 2000
#define EXPIRE_MS 60000
/* Forgotten verdicts make Services dirty again; whatever cycles for longer waits for the next
 * run. */
#define ROUNDS_MAX 8

struct refresh {
	struct store *store;
	struct allot *allot;
	struct catalog *catalog;
	struct schedule *schedule;
	const struct refresh_ops *ops;
	void *arg;
	struct diag *diag;
	struct slot_table slots;
	uint64_t published;
	uint64_t now_ms;
	uint64_t retry_ms;              /* UINT64_MAX: nothing waits */
	uint64_t expire_ms;
	bool pods_verified;
	bool unsaved;                   /* the last attempt to save failed */
	size_t failures;                /* of this run */
	bool starved;                   /* some of them are dirty again, for the next run */
};

/* ---- failures ---- */

/* The first one is said, the others are counted: all may fail, and again with each try. */
static void
say_failure(struct refresh *refresh, const char *kind, const char *ns, const char *name, int err)
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

/* ---- addresses ---- */

/* Mark dirty what waits, so that the next run tries it again. */
static void
touch_waiting(struct refresh *refresh)
{
	for (struct slot *slot = refresh->slots.first; slot != NULL; slot = slot->hh.next) {
		char *slash = strchr(slot->key, '/');

		if (!slot->again)
			continue;
		*slash = '\0';
		store_set_mark(refresh->store, slot->mark);
		store_touch_service(refresh->store, slot->key, slash + 1);
		*slash = '/';
	}
	store_set_mark(refresh->store, 0);
}

static uint64_t
hash_of_diag(const struct diag *diag)
{
	uint64_t hash = TEXT_HASH_SEED;
	const struct diag_entry *entry;

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++)
		hash = text_hash(hash, entry->text, strlen(entry->text));
	return diag_at(diag, 0) == NULL ? 0 : hash;
}

/* A Service that waits for an address is looked at often; what is wrong with it is said once. */
static void
say_once(struct refresh *refresh, uint64_t *problem)
{
	uint64_t hash = hash_of_diag(refresh->diag);

	if (*problem != hash)
		diag_log(refresh->diag);
	*problem = hash;
	diag_clear(refresh->diag);
}

static void
release_gone(struct refresh *refresh, const struct store_key *keys, size_t count)
{
	bool gone = false;

	for (size_t i = 0; i < count; i++) {
		if (store_service(refresh->store, keys[i].ns, keys[i].name) != NULL)
			continue;
		allot_remove(refresh->allot, keys[i].ns, keys[i].name, refresh->now_ms);
		gone = true;
	}
	/* Somebody may wait for just this address. */
	if (gone && refresh->slots.again > 0)
		refresh->retry_ms = refresh->now_ms;
}

static void
give_addresses(struct refresh *refresh, const struct store_key *keys, size_t count)
{
	const struct allotment *allotment;

	for (size_t i = 0; i < count; i++) {
		const struct service *service = store_service(
		    refresh->store, keys[i].ns, keys[i].name);
		struct slot *slot;

		if (service == NULL)
			continue;
		slot = slot_need(&refresh->slots, keys[i].ns, keys[i].name);
		if (slot == NULL)
			continue;
		allot_reserve(refresh->allot, service, refresh->diag);
		say_once(refresh, &slot->problems[0]);
	}
	for (size_t i = 0; i < count; i++) {
		const struct service *service = store_service(
		    refresh->store, keys[i].ns, keys[i].name);
		struct slot *slot = slot_find(&refresh->slots, keys[i].ns, keys[i].name);

		if (service == NULL || slot == NULL)
			continue;
		allot_assign(refresh->allot, service, refresh->ops->random(refresh->arg),
		    refresh->diag, &allotment);
		say_once(refresh, &slot->problems[1]);
	}
}

static int
save_one(void *arg, const struct allotment *allotment)
{
	struct refresh *refresh = arg;

	return refresh->ops->save(refresh->arg, allotment);
}

/* allot_take_removed() gives "ns/name". */
static int
drop_removed(struct refresh *refresh)
{
	const char *const *names;
	size_t count = allot_take_removed(refresh->allot, &names);
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		char key[SLOT_KEY_SIZE];
		char *slash;

		snprintf(key, sizeof(key), "%s", names[i]);
		slash = strchr(key, '/');
		if (slash == NULL)
			continue;
		*slash = '\0';
		err = refresh->ops->drop(refresh->arg, key, slash + 1);
	}
	return err;
}

/* An address is on disk before it is first answered: one sync for the whole batch. */
static void
save_addresses(struct refresh *refresh)
{
	int err = drop_removed(refresh);

	if (err == 0)
		err = allot_each_unsaved(refresh->allot, save_one, refresh);
	if (err == 0)
		err = refresh->ops->sync(refresh->arg);
	if (err == 0)
		allot_mark_saved(refresh->allot);
	refresh->unsaved = err != 0;
}

/* ---- publishing ---- */

static bool
same_addresses(const struct allotment *allotment, const struct roster_entry *entry)
{
	return entry->cluster_ip_count == allotment->cluster_ip_count &&
	    memcmp(entry->cluster_ips, allotment->cluster_ips,
	    allotment->cluster_ip_count * sizeof(allotment->cluster_ips[0])) == 0;
}

/* What may be answered: what is on disk, or was answered before and so was on disk. */
static const struct allotment *
answerable(const struct refresh *refresh, const struct slot *slot, const struct service *service)
{
	const struct allotment *allotment = allot_find(
	    refresh->allot, service->object.ns, service->object.name);

	if (allotment == NULL || allotment->saved)
		return allotment;
	if (slot->entry != NULL && !slot->entry->pending && same_addresses(allotment, slot->entry))
		return allotment;
	return NULL;
}

static void
note_panic(struct refresh *refresh, const struct roster_entry *before,
    const struct roster_entry *now, const struct service *service)
{
	bool was = before != NULL && before->panic;

	if (was == now->panic)
		return;
	if (now->panic) {
		refresh->slots.panicking++;
		log_warn(
		    "service %s/%s panics: %u of %u endpoints are ready, fewer than %u %%: all are answered",
		    roster_ns(now), roster_name(now), now->ready_count, now->endpoint_count,
		    service->panic_percent);
	} else {
		refresh->slots.panicking--;
		log_warn("service %s/%s panics no more: %u of %u endpoints are ready",
		    roster_ns(now), roster_name(now), now->ready_count, now->endpoint_count);
	}
}

/* Takes the entry over. */
static int
publish_entry(struct refresh *refresh, struct slot *slot, struct roster_entry *entry,
    const struct service *service, const struct store_key *key)
{
	bool same = slot->entry != NULL && roster_entry_equal(slot->entry, entry);
	/* One that says the same is taken too: the old one holds objects that are out of date. */
	int err = catalog_set_service(refresh->catalog, roster_ns(entry), roster_name(entry), entry);

	if (err != 0) {
		roster_entry_unref(entry);
		return err;
	}
	note_panic(refresh, slot->entry, entry, service);
	roster_entry_unref(slot->entry);
	slot->entry = entry;
	refresh->published += !same;
	if (!same && !entry->pending)
		refresh->ops->published(refresh->arg, key);
	return 0;
}

static enum verdict
restored_verdict(void *arg, const char *id)
{
	const struct refresh *refresh = arg;
	const struct verdict_state *state = store_verdict(refresh->store, id);

	return state != NULL && state->restored ? state->verdict : VERDICT_UNKNOWN;
}

/* What was found before a restart, of another who had this id, says nothing. */
static int
forget_others(struct refresh *refresh, const struct target *targets, size_t count)
{
	static const struct verdict_state unknown = { .verdict = VERDICT_UNKNOWN, .reason = "" };
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		const struct verdict_state *state = store_verdict(refresh->store, targets[i].id);

		if (state != NULL && state->restored && state->mark != target_mark(&targets[i]))
			err = store_set_verdict(refresh->store, targets[i].id, &unknown);
	}
	return err;
}

static int
set_targets(struct refresh *refresh, const char *prefix, const char *ns, const char *name,
    const struct target *targets, size_t count)
{
	char owner[SLOT_KEY_SIZE];
	int err = forget_others(refresh, targets, count);

	if (err != 0)
		return err;
	slot_key(owner, prefix, ns, name);
	return schedule_set(refresh->schedule, owner, targets, count, restored_verdict, refresh,
	    refresh->now_ms);
}

static int
set_service_targets(struct refresh *refresh, struct slot *slot, const struct service *service)
{
	struct target *targets = NULL;
	struct arena *arena;
	size_t count = 0;
	int err;

	if (service->readiness_probe == NULL && !slot->has_targets)
		return 0;
	arena = arena_new(0);
	if (arena == NULL)
		return ERR_NOMEM;
	err = membership_service_targets(refresh->store, service, arena, &targets, &count);
	if (err == 0)
		err = set_targets(
		    refresh, "service/", service->object.ns, service->object.name, targets, count);
	if (err == 0)
		slot->has_targets = count > 0;
	arena_free(arena);
	return err;
}

static int
publish_service(struct refresh *refresh, struct slot *slot, const struct service *service,
    const struct store_key *key)
{
	struct roster_entry *entry;
	int err = set_service_targets(refresh, slot, service);

	if (err == 0)
		err = membership_build(
		    refresh->store, service, answerable(refresh, slot, service), &entry);
	if (err == 0)
		err = publish_entry(refresh, slot, entry, service, key);
	return err;
}

static void
withdraw_service(struct refresh *refresh, const struct store_key *key)
{
	struct slot *slot = slot_find(&refresh->slots, key->ns, key->name);

	if (slot == NULL)
		return;
	if (set_targets(refresh, "service/", key->ns, key->name, NULL, 0) != 0 ||
	    catalog_set_service(refresh->catalog, key->ns, key->name, NULL) != 0) {
		say_failure(refresh, "service", key->ns, key->name, ERR_NOMEM);
		store_touch_service(refresh->store, key->ns, key->name);
		refresh->starved = true;
		return;
	}
	refresh->published++;
	refresh->ops->published(refresh->arg, key);
	slot_drop(&refresh->slots, slot);
}

static void
publish(struct refresh *refresh, const struct store_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct service *service = store_service(
		    refresh->store, keys[i].ns, keys[i].name);
		struct slot *slot;
		int err;

		if (service == NULL) {
			withdraw_service(refresh, &keys[i]);
			continue;
		}
		slot = slot_need(&refresh->slots, keys[i].ns, keys[i].name);
		err = slot == NULL ? ERR_NOMEM : publish_service(refresh, slot, service, &keys[i]);
		if (err != 0)
			say_failure(refresh, "service", keys[i].ns, keys[i].name, err);
		if (slot != NULL) {
			slot_set_again(&refresh->slots, slot, err != 0 || slot->entry->pending);
			slot->mark = keys[i].mark;
		} else {
			store_touch_service(refresh->store, keys[i].ns, keys[i].name);
			refresh->starved = true;
		}
	}
}

/* ---- Pods, namespaces ---- */

static int
set_pod_targets(struct refresh *refresh, const struct pod *pod)
{
	struct arena *arena = arena_new(0);
	struct target *targets = NULL;
	size_t count = 0;
	int err;

	if (arena == NULL)
		return ERR_NOMEM;
	err = membership_pod_targets(refresh->store, pod, arena, &targets, &count);
	if (err == 0)
		err = set_targets(
		    refresh, "pod/", pod->object.ns, pod->object.name, targets, count);
	arena_free(arena);
	return err;
}

static int
set_pod_names(struct refresh *refresh, const char *ns, const char *name, const struct pod *pod)
{
	struct addr addrs[POD_ADDRS_MAX];

	if (!refresh->pods_verified)
		return 0;
	if (pod == NULL || !pod_is_staying(pod))
		return catalog_set_pod(refresh->catalog, ns, name, NULL, 0);
	return catalog_set_pod(refresh->catalog, ns, name, addrs, pod_list_addrs(pod, addrs));
}

static size_t
refresh_pods(struct refresh *refresh)
{
	const struct store_key *keys;
	size_t count = store_take_dirty_pods(refresh->store, SIZE_MAX, &keys);

	for (size_t i = 0; i < count; i++) {
		const struct pod *pod = store_pod(refresh->store, keys[i].ns, keys[i].name);
		int err = pod != NULL ? set_pod_targets(refresh, pod) :
		    set_targets(refresh, "pod/", keys[i].ns, keys[i].name, NULL, 0);

		if (err == 0)
			err = set_pod_names(refresh, keys[i].ns, keys[i].name, pod);
		if (err == 0)
			continue;
		say_failure(refresh, "pod", keys[i].ns, keys[i].name, err);
		store_touch_pod(refresh->store, keys[i].ns, keys[i].name);
		refresh->starved = true;
	}
	return count;
}

static size_t
refresh_namespaces(struct refresh *refresh)
{
	const char *const *names;
	size_t count = store_take_dirty_namespaces(refresh->store, &names);

	for (size_t i = 0; i < count; i++) {
		int err = catalog_set_namespace(refresh->catalog, names[i],
		    store_has_namespace(refresh->store, names[i]));

		if (err == 0)
			continue;
		say_failure(refresh, "namespace", names[i], "", err);
		store_touch_namespace(refresh->store, names[i]);
		refresh->starved = true;
	}
	return count;
}

static size_t
refresh_services(struct refresh *refresh)
{
	const struct store_key *keys;
	size_t count = store_take_dirty_services(refresh->store, SIZE_MAX, &keys);

	if (count == 0)
		return 0;
	release_gone(refresh, keys, count);
	give_addresses(refresh, keys, count);
	save_addresses(refresh);
	publish(refresh, keys, count);
	return count;
}

/* ---- life ---- */

static void
expire(struct refresh *refresh)
{
	if (refresh->expire_ms == 0)
		refresh->expire_ms = refresh->now_ms + EXPIRE_MS;
	if (refresh->now_ms < refresh->expire_ms)
		return;
	allot_expire(refresh->allot, refresh->now_ms);
	/* What was let go without a Service being dirty is dropped from the disk too. */
	save_addresses(refresh);
	refresh->expire_ms = refresh->now_ms + EXPIRE_MS;
}

/* What was given before and could not be saved: now? */
static void
retry(struct refresh *refresh)
{
	if (refresh->now_ms < refresh->retry_ms)
		return;
	if (refresh->unsaved)
		save_addresses(refresh);
	touch_waiting(refresh);
}

size_t
refresh_run(struct refresh *refresh, uint64_t now_ms)
{
	uint64_t before = refresh->published, again_ms = now_ms + RETRY_MS;

	refresh->now_ms = now_ms;
	expire(refresh);
	retry(refresh);
	/* Runs for other reasons, which may come many times a second, must not put it off. */
	if (now_ms < refresh->retry_ms && refresh->retry_ms < again_ms)
		again_ms = refresh->retry_ms;
	refresh->retry_ms = UINT64_MAX;
	refresh->starved = false;
	for (int round = 0; round < ROUNDS_MAX && !refresh->starved &&
	     store_is_dirty(refresh->store); round++) {
		size_t taken = refresh_namespaces(refresh);

		taken += refresh_pods(refresh);
		taken += refresh_services(refresh);
		/* Without memory even the list of what is dirty is not to be had. */
		if (taken == 0)
			refresh->starved = true;
	}
	store_return_dirty(refresh->store);
	say_more_failures(refresh);
	if (refresh->starved)
		refresh->retry_ms = again_ms;
	else if (store_is_dirty(refresh->store))
		refresh->retry_ms = now_ms;
	else if (refresh->retry_ms != now_ms && (refresh->unsaved || refresh->slots.again > 0))
		refresh->retry_ms = again_ms;
	return (size_t)(refresh->published - before);
}

int
refresh_set_catalog(struct refresh *refresh, struct catalog *catalog, bool pods_verified)
{
	int err = handover_fill(catalog, refresh->store, &refresh->slots, pods_verified);

	if (err == 0) {
		refresh->catalog = catalog;
		refresh->pods_verified = pods_verified;
	}
	return err;
}

uint64_t
refresh_next_ms(const struct refresh *refresh)
{
	return refresh->retry_ms < refresh->expire_ms ? refresh->retry_ms : refresh->expire_ms;
}

void
refresh_counts(const struct refresh *refresh, struct refresh_counts *counts)
{
	counts->services = HASH_COUNT(refresh->slots.first);
	counts->pending = refresh->slots.again;
	counts->panicking = refresh->slots.panicking;
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
	refresh->diag = diag_new();
	if (refresh->diag == NULL) {
		free(refresh);
		return NULL;
	}
	return refresh;
}

void
refresh_free(struct refresh *refresh)
{
	if (refresh == NULL)
		return;
	slot_table_release(&refresh->slots);
	diag_free(refresh->diag);
	free(refresh);
}
