/* refresh_publish.c - what is answered and probed of Services, Pods and namespaces that changed. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/refresh_parts.h"
#include "daemon/witness.h"
#include "dns/catalog.h"
#include "model/allot.h"
#include "model/membership.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/target.h"
#include "probe/schedule.h"

#define OWNER_SIZE 512                  /* a namespace of 63, a name of 253, a prefix */

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
note_panic(const struct roster_entry *before, const struct roster_entry *now,
    const struct service *service)
{
	bool was = before != NULL && before->panic;

	if (was == now->panic)
		return;
	if (now->panic) {
		log_warn("service %s/%s panics: %u of %u endpoints are ready, fewer than %u %%: "
		    "all are answered",
		    roster_ns(now), roster_name(now), now->ready_count, now->endpoint_count,
		    service->panic_percent);
	} else {
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
	int err = catalog_set_service(
	    refresh->catalog, roster_ns(entry), roster_name(entry), entry);

	if (err != 0) {
		roster_entry_unref(entry);
		return err;
	}
	note_panic(slot->entry, entry, service);
	slot_publish(&refresh->slots, slot, entry);
	refresh->published += !same;
	if (!same && !entry->pending)
		refresh->ops->published(refresh->arg, key);
	return 0;
}

static int
show_service(const struct refresh *refresh, const struct store_key *key,
    const struct roster_entry *entry)
{
	return refresh->witness == NULL ? 0 :
	    refresh->witness->service(refresh->witness_arg, key, entry);
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
	char owner[OWNER_SIZE];
	int err = forget_others(refresh, targets, count);

	if (err != 0)
		return err;
	snprintf(owner, sizeof(owner), "%s%s/%s", prefix, ns, name);
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
	return err != 0 ? err : show_service(refresh, key, slot->entry);
}

static int
withdraw_answers(struct refresh *refresh, const struct slot *slot, const struct store_key *key)
{
	int err = 0;

	if (slot->has_targets)
		err = set_targets(refresh, "service/", key->ns, key->name, NULL, 0);
	return err != 0 ? err :
	    catalog_set_service(refresh->catalog, key->ns, key->name, NULL);
}

static void
withdraw_service(struct refresh *refresh, const struct store_key *key)
{
	struct slot *slot = slot_of(key);
	int err = slot != NULL ? withdraw_answers(refresh, slot, key) : 0;

	if (slot == NULL)
		return;
	if (err != 0) {
		refresh_failed(refresh, "service", key->ns, key->name, err);
		store_touch_service(refresh->store, key->ns, key->name);
		refresh->starved = true;
		return;
	}
	refresh->published++;
	refresh->ops->published(refresh->arg, key);
	(void)show_service(refresh, key, NULL);
	slot_drop(&refresh->slots, key);
}

void
refresh_publish(struct refresh *refresh, const struct store_key *key)
{
	const struct service *service = (const void *)key->object;
	struct slot *slot;
	int err;

	if (service == NULL) {
		withdraw_service(refresh, key);
		return;
	}
	slot = slot_need(&refresh->slots, key);
	err = slot == NULL ? ERR_NOMEM : publish_service(refresh, slot, service, key);
	if (err != 0)
		refresh_failed(refresh, "service", key->ns, key->name, err);
	if (slot != NULL) {
		slot_set_again(&refresh->slots, slot, err != 0 || slot->entry->pending);
		slot->mark = key->mark & STORE_MARK_MAX;
	} else {
		store_touch_service(refresh->store, key->ns, key->name);
		refresh->starved = true;
	}
}

/*
 * Only who is present has changed.  What is not answered yet, or cannot be now, goes all the way.
 */
void
refresh_publish_verdict(struct refresh *refresh, const struct store_key *key)
{
	const struct service *service = (const void *)key->object;
	struct slot *slot = slot_of(key);
	struct roster_entry *entry = NULL;
	int err = 0;

	if (slot != NULL && slot->entry != NULL && !slot->entry->pending)
		err = membership_build(
		    refresh->store, service, answerable(refresh, slot, service), &entry);
	if (err == 0 && entry != NULL && !entry->pending) {
		err = publish_entry(refresh, slot, entry, service, key);
		entry = NULL;
		if (err == 0)
			err = show_service(refresh, key, slot->entry);
		if (err == 0)
			return;
	}
	if (err != 0)
		refresh_failed(refresh, "service", key->ns, key->name, err);
	roster_entry_unref(entry);
	store_set_mark(refresh->store, key->mark);
	store_touch_service(refresh->store, key->ns, key->name);
	store_set_mark(refresh->store, 0);
	refresh->starved |= err != 0;
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
	size_t count = pod == NULL || !pod_is_staying(pod) ? 0 : pod_list_addrs(pod, addrs);
	int err = catalog_set_pod(refresh->catalog, ns, name, addrs, count);
	if (err != 0)
		return err;
	return catalog_set_tenant(refresh->catalog, ns, name, addrs,
	    count > 0 && pod->host_network ? 0 : count);
}

void
refresh_pod(struct refresh *refresh, const struct store_key *key)
{
	const struct pod *pod = (const void *)key->object;
	int err = pod != NULL ? set_pod_targets(refresh, pod) :
	    set_targets(refresh, "pod/", key->ns, key->name, NULL, 0);

	if (err == 0)
		err = set_pod_names(refresh, key->ns, key->name, pod);
	if (err == 0 && refresh->witness != NULL)
		err = refresh->witness->pod(refresh->witness_arg, key);
	if (err == 0)
		return;
	refresh_failed(refresh, "pod", key->ns, key->name, err);
	store_touch_pod(refresh->store, key->ns, key->name);
	refresh->starved = true;
}

void
refresh_ingress(struct refresh *refresh, const struct store_key *key)
{
	int err = catalog_set_ingress(refresh->catalog, key->ns, key->name,
	    (const void *)key->object);

	if (err == 0 && refresh->witness != NULL)
		err = refresh->witness->ingress(refresh->witness_arg, key);
	if (err == 0)
		return;
	refresh_failed(refresh, "ingress", key->ns, key->name, err);
	store_touch_ingress(refresh->store, key->ns, key->name);
	refresh->starved = true;
}

void
refresh_namespace(struct refresh *refresh, const char *name)
{
	bool exists = store_has_namespace(refresh->store, name);
	int err = catalog_set_namespace(refresh->catalog, name, exists);

	if (err == 0 && refresh->witness != NULL)
		err = refresh->witness->space(refresh->witness_arg, name, exists);
	if (err == 0)
		return;
	refresh_failed(refresh, "namespace", name, "", err);
	store_touch_namespace(refresh->store, name);
	refresh->starved = true;
}
