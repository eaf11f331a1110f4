/* allot.c - who has which addresses and node ports: life cycle, what is on disk, what is held. */
#include "model/allot.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/allot_parts.h"

/* Namespace (63) and name (253); the store lets no longer ones pass. */
#define KEY_SIZE 512

struct allot *
allot_new(const struct allot_settings *settings)
{
	struct allot *allot = calloc(1, sizeof(*allot));

	if (allot == NULL)
		return NULL;
	TAILQ_INIT(&allot->unsaved);
	TAILQ_INIT(&allot->held);
	TAILQ_INIT(&allot->removed);
	allot->hold_ms = settings->hold_ms;
	allot->node_port_first = settings->node_port_first;
	allot->node_port_last = settings->node_port_last;
	allot->services = pool_addr_new(settings->service_cidrs, settings->service_cidr_count,
	    true);
	allot->balancers = pool_addr_new(settings->load_balancer_cidrs,
	    settings->load_balancer_cidr_count, false);
	allot->ports = pool_port_new(settings->node_port_first, settings->node_port_last);
	if (allot->services == NULL || allot->balancers == NULL || allot->ports == NULL) {
		allot_free(allot);
		return NULL;
	}
	return allot;
}

static void
record_free(struct allot *allot, struct allot_record *record)
{
	HASH_DEL(allot->records, record);
	free((char *)(uintptr_t)record->place.file);
	free(record->reserved.ports);
	free(record->given.node_ports);
	free(record);
}

void
allot_free(struct allot *allot)
{
	struct allot_record *record;
	struct allot_record *next;

	if (allot == NULL)
		return;
	HASH_ITER(hh, allot->records, record, next)
		record_free(allot, record);
	pool_addr_free(allot->services);
	pool_addr_free(allot->balancers);
	pool_port_free(allot->ports);
	free(allot->told);
	free(allot);
}

/* ---- records ---- */

static size_t
write_key(char key[KEY_SIZE], const char *ns, const char *name)
{
	size_t ns_len = strlen(ns);
	size_t name_len = strlen(name);

	if (ns_len + name_len + 2 > KEY_SIZE)
		return 0;
	memcpy(key, ns, ns_len);
	key[ns_len] = '/';
	memcpy(key + ns_len + 1, name, name_len + 1);
	return ns_len + 1 + name_len;
}

static struct allot_record *
find_record(const struct allot *allot, const char *ns, const char *name)
{
	char key[KEY_SIZE];
	size_t len = write_key(key, ns, name);
	struct allot_record *record = NULL;

	if (len > 0)
		HASH_FIND(hh, allot->records, key, len, record);
	return record;
}

static struct allot_record *
record_new(struct allot *allot, const char *ns, const char *name)
{
	char key[KEY_SIZE];
	size_t len = write_key(key, ns, name);
	size_t ns_size = strlen(ns) + 1;
	struct allot_record *record;

	if (len == 0)
		return NULL;
	record = calloc(1, sizeof(*record) + 2 * (len + 1));
	if (record == NULL)
		return NULL;
	memcpy(record->key, key, len + 1);
	record->given.ns = memcpy(record->key + len + 1, ns, ns_size);
	record->given.name = memcpy(record->key + len + 1 + ns_size, name, len + 1 - ns_size);
	record->given.saved = true;
	record->live = true;
	HASH_ADD_KEYPTR(hh, allot->records, record->key, len, record);
	if (record->hh.tbl == NULL) {
		free(record);
		return NULL;
	}
	return record;
}

bool
allot_has_something(const struct allotment *allotment)
{
	return allotment->cluster_ip_count > 0 || allotment->node_port_count > 0 ||
	    allotment->load_balancer_ip.family != ADDR_NONE;
}

uint16_t
allot_given_port(const struct allotment *given, uint16_t port, enum protocol protocol)
{
	for (size_t i = 0; i < given->node_port_count; i++)
		if (given->node_ports[i].port == port && given->node_ports[i].protocol == protocol)
			return given->node_ports[i].node_port;
	return 0;
}

static void
unlink_unsaved(struct allot *allot, struct allot_record *record)
{
	if (record->unsaved)
		TAILQ_REMOVE(&allot->unsaved, record, unsaved_link);
	record->unsaved = false;
}

void
allot_record_changed(struct allot *allot, struct allot_record *record)
{
	record->given.saved = false;
	record->visited = false;
	if (!record->unsaved)
		TAILQ_INSERT_TAIL(&allot->unsaved, record, unsaved_link);
	record->unsaved = true;
}

/*
 * Take again what was held for the Service; what somebody has asked for by name meanwhile
 * is gone.
 */
static void
retake(struct allot *allot, struct allot_record *record)
{
	struct allotment *given = &record->given;
	size_t kept = 0;

	for (size_t i = 0; i < given->cluster_ip_count; i++)
		if (pool_addr_take(allot->services, &given->cluster_ips[i], record->key, true) == 0)
			given->cluster_ips[kept++] = given->cluster_ips[i];
	given->cluster_ip_count = kept;
	if (given->load_balancer_ip.family != ADDR_NONE &&
	    pool_addr_take(allot->balancers, &given->load_balancer_ip, record->key, true) != 0)
		given->load_balancer_ip = (struct addr){ .family = ADDR_NONE };
	kept = 0;
	for (size_t i = 0; i < given->node_port_count; i++)
		if (pool_port_take(allot->ports, given->node_ports[i].node_port,
		    given->node_ports[i].protocol, record->key, true) == 0)
			given->node_ports[kept++] = given->node_ports[i];
	given->node_port_count = kept;
}

static void
revive(struct allot *allot, struct allot_record *record)
{
	TAILQ_REMOVE(&allot->held, record, held_link);
	if (record->untold)
		TAILQ_REMOVE(&allot->removed, record, removed_link);
	record->untold = false;
	record->live = true;
	retake(allot, record);
	/* Its removal may be on disk already. */
	if (allot_has_something(&record->given))
		allot_record_changed(allot, record);
}

struct allot_record *
allot_record_obtain(struct allot *allot, const char *ns, const char *name)
{
	struct allot_record *record = find_record(allot, ns, name);

	if (record == NULL)
		return record_new(allot, ns, name);
	if (!record->live)
		revive(allot, record);
	return record;
}

/* Forget one that never was assigned. */
static void
record_drop(struct allot *allot, struct allot_record *record)
{
	allot_unreserve(allot, record);
	unlink_unsaved(allot, record);
	record_free(allot, record);
}

const struct allotment *
allot_find(const struct allot *allot, const char *ns, const char *name)
{
	const struct allot_record *record = find_record(allot, ns, name);

	return record != NULL && record->live && record->assigned ? &record->given : NULL;
}

/* ---- restoring ---- */

static void
release_given(struct allot *allot, struct allot_record *record, uint64_t until_ms)
{
	struct allotment *given = &record->given;

	for (size_t i = 0; i < given->cluster_ip_count; i++)
		pool_addr_release(allot->services, &given->cluster_ips[i], until_ms);
	if (given->load_balancer_ip.family != ADDR_NONE)
		pool_addr_release(allot->balancers, &given->load_balancer_ip, until_ms);
	for (size_t i = 0; i < given->node_port_count; i++)
		pool_port_release(allot->ports, given->node_ports[i].node_port,
		    given->node_ports[i].protocol);
}

static int
restore_addr(struct pool_addr *pool, const struct allot_record *record, const struct addr *addr,
    const char *setting, struct diag *diag)
{
	char text[ADDR_TEXT_SIZE];
	int err = pool_addr_take(pool, addr, record->key, true);

	if (err == ERR_EXISTS)
		diag_add(diag, SEVERITY_ERROR, NULL, "Service %s: address %s: is already kept for "
		    "Service %s", record->key, addr_text(addr, text), pool_addr_owner(pool, addr));
	else if (err == 0 && !pool_addr_in_range(pool, addr))
		diag_add(diag, SEVERITY_WARNING, NULL,
		    "Service %s: address %s: is kept, though it is "
		    "outside %s", record->key, addr_text(addr, text), setting);
	return err;
}

static int
restore_port(struct allot *allot, const struct allot_record *record,
    const struct allotted_port *port, struct diag *diag)
{
	int err = pool_port_take(allot->ports, port->node_port, port->protocol, record->key, true);

	if (err == ERR_EXISTS)
		diag_add(diag, SEVERITY_ERROR, NULL, "Service %s: nodePort %u: is already kept for "
		    "Service %s", record->key, port->node_port,
		    pool_port_holder(allot->ports, port->node_port));
	else if (err == 0 && (port->node_port < allot->node_port_first ||
	    port->node_port > allot->node_port_last))
		diag_add(diag, SEVERITY_WARNING, NULL,
		    "Service %s: nodePort %u: is kept, though it is "
		    "outside %u-%u", record->key, port->node_port, allot->node_port_first,
		    allot->node_port_last);
	return err;
}

/* Takes piece by piece, so that on failure just what was taken is in `given`. */
static int
restore_given(struct allot *allot, struct allot_record *record, const struct allotment *from,
    struct diag *diag)
{
	struct allotment *given = &record->given;
	int err = 0;

	for (size_t i = 0; i < from->cluster_ip_count && i < 2 && err == 0; i++) {
		err = restore_addr(allot->services, record, &from->cluster_ips[i], "serviceCIDRs",
		    diag);
		if (err == 0)
			given->cluster_ips[given->cluster_ip_count++] = from->cluster_ips[i];
	}
	if (err == 0 && from->load_balancer_ip.family != ADDR_NONE) {
		err = restore_addr(allot->balancers, record, &from->load_balancer_ip,
		    "loadBalancerCIDRs", diag);
		if (err == 0)
			given->load_balancer_ip = from->load_balancer_ip;
	}
	for (size_t i = 0; i < from->node_port_count && err == 0; i++) {
		err = restore_port(allot, record, &from->node_ports[i], diag);
		if (err == 0)
			given->node_ports[given->node_port_count++] = from->node_ports[i];
	}
	return err;
}

int
allot_restore(struct allot *allot, const struct allotment *allotment, struct diag *diag)
{
	struct allot_record *record = find_record(allot, allotment->ns, allotment->name);
	int err;

	if (record != NULL)
		return ERR_EXISTS;
	record = record_new(allot, allotment->ns, allotment->name);
	if (record == NULL)
		return ERR_NOMEM;
	record->given.node_ports = calloc(allotment->node_port_count + 1,
	    sizeof(*record->given.node_ports));
	err = record->given.node_ports != NULL ?
	    restore_given(allot, record, allotment, diag) : ERR_NOMEM;
	if (err != 0) {
		release_given(allot, record, 0);
		record_free(allot, record);
		return err;
	}
	record->given.family_count = allotment->family_count;
	memcpy(record->given.families, allotment->families, sizeof(allotment->families));
	record->assigned = true;
	return 0;
}

/* ---- removing ---- */

void
allot_remove(struct allot *allot, const char *ns, const char *name, uint64_t now_ms)
{
	struct allot_record *record = find_record(allot, ns, name);

	allot->now_ms = now_ms;
	if (record == NULL || !record->live)
		return;
	if (!record->assigned) {
		record_drop(allot, record);
		return;
	}
	allot_unreserve(allot, record);
	unlink_unsaved(allot, record);
	record->live = false;
	record->until_ms = now_ms + allot->hold_ms;
	release_given(allot, record, allot->hold_ms > 0 ? record->until_ms : 0);
	TAILQ_INSERT_TAIL(&allot->held, record, held_link);
	TAILQ_INSERT_TAIL(&allot->removed, record, removed_link);
	record->untold = true;
}

void
allot_expire(struct allot *allot, uint64_t now_ms)
{
	struct allot_record *record = TAILQ_FIRST(&allot->held);

	allot->now_ms = now_ms;
	pool_addr_expire(allot->services, now_ms);
	pool_addr_expire(allot->balancers, now_ms);
	while (record != NULL && record->until_ms <= now_ms) {
		struct allot_record *next = TAILQ_NEXT(record, held_link);

		if (!record->untold) {
			TAILQ_REMOVE(&allot->held, record, held_link);
			record_free(allot, record);
		}
		record = next;
	}
}

size_t
allot_take_removed(struct allot *allot, const char *const **names)
{
	struct allot_record *record;
	size_t count = 0;
	size_t octets = 0;

	TAILQ_FOREACH(record, &allot->removed, removed_link) {
		octets += strlen(record->key) + 1;
		count++;
	}
	free(allot->told);
	allot->told = count > 0 ? malloc(count * sizeof(char *) + octets) : NULL;
	if (allot->told == NULL)
		return 0;       /* for want of memory they are told another time */
	char **list = allot->told;
	char *text = (char *)(list + count);
	count = 0;
	while ((record = TAILQ_FIRST(&allot->removed)) != NULL) {
		TAILQ_REMOVE(&allot->removed, record, removed_link);
		record->untold = false;
		list[count++] = strcpy(text, record->key);
		text += strlen(text) + 1;
	}
	*names = (const char *const *)list;
	return count;
}

/* ---- visiting ---- */

static int
compare_keys(const void *left, const void *right)
{
	return strcmp((*(struct allot_record *const *)left)->key,
	    (*(struct allot_record *const *)right)->key);
}

static int
visit_sorted(struct allot_record **records, size_t count, allot_visit_fn *visit, void *arg)
{
	int stop = 0;

	if (count > 0)
		qsort(records, count, sizeof(struct allot_record *), compare_keys);
	for (size_t i = 0; i < count && stop == 0; i++)
		stop = visit(arg, &records[i]->given);
	return stop;
}

int
allot_each_unsaved(struct allot *allot, allot_visit_fn *visit, void *arg)
{
	struct allot_record **records;
	struct allot_record *record;
	size_t count = 0;
	int stop;

	TAILQ_FOREACH(record, &allot->unsaved, unsaved_link)
		count++;
	records = calloc(count + 1, sizeof(struct allot_record *));
	if (records == NULL)
		return ERR_NOMEM;
	count = 0;
	TAILQ_FOREACH(record, &allot->unsaved, unsaved_link) {
		if (!record->assigned)
			continue;
		records[count++] = record;
		record->visited = true;
	}
	stop = visit_sorted(records, count, visit, arg);
	free(records);
	return stop;
}

int
allot_each(struct allot *allot, allot_visit_fn *visit, void *arg)
{
	struct allot_record **records = calloc(HASH_COUNT(allot->records) + 1,
	    sizeof(struct allot_record *));
	size_t count = 0;
	int stop;

	if (records == NULL)
		return ERR_NOMEM;
	for (struct allot_record *record = allot->records; record != NULL; record = record->hh.next)
		if (record->live && record->assigned)
			records[count++] = record;
	stop = visit_sorted(records, count, visit, arg);
	free(records);
	return stop;
}

void
allot_mark_saved(struct allot *allot)
{
	struct allot_record *record = TAILQ_FIRST(&allot->unsaved);

	while (record != NULL) {
		struct allot_record *next = TAILQ_NEXT(record, unsaved_link);

		if (record->visited) {
			unlink_unsaved(allot, record);
			record->given.saved = true;
		}
		record = next;
	}
}
