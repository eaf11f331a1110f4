/* allot.c - who has which addresses and node ports: life cycle, what is on disk, what is held. */
#include "model/allot.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/allot_parts.h"

struct allot *
allot_new(const struct allot_settings *settings)
{
	struct allot *allot = calloc(1, sizeof(*allot));

	if (allot == NULL)
		return NULL;
	keyset_init(&allot->records);
	allot->listed_end = &allot->listed;
	allot->shown = calloc(1, sizeof(*allot->shown));
	allot->hold_ms = settings->hold_ms;
	allot->node_port_first = settings->node_port_first;
	allot->node_port_last = settings->node_port_last;
	allot->services = pool_addr_new(settings->service_cidrs, settings->service_cidr_count,
	    true);
	allot->balancers = pool_addr_new(settings->load_balancer_cidrs,
	    settings->load_balancer_cidr_count, false);
	allot->ports = pool_port_new(settings->node_port_first, settings->node_port_last);
	if (allot->services == NULL || allot->balancers == NULL || allot->ports == NULL ||
	    allot->shown == NULL) {
		allot_free(allot);
		return NULL;
	}
	return allot;
}

void
allot_free(struct allot *allot)
{
	struct allot_record *record;
	size_t at = 0;

	if (allot == NULL)
		return;
	while ((record = keyset_next(&allot->records, &at)) != NULL) {
		at--;
		allot_record_free(allot, record);
	}
	keyset_release(&allot->records);
	pool_addr_free(allot->services);
	pool_addr_free(allot->balancers);
	pool_port_free(allot->ports);
	free(allot->shown);
	free(allot->told);
	free(allot);
}

/* It does not go back, so that no hold outlives its record. */
static void
hear_time(struct allot *allot, uint64_t now_ms)
{
	if (now_ms > allot->now_ms)
		allot->now_ms = now_ms;
}

/* ---- what the disk does not know ---- */

static void
list(struct allot *allot, struct allot_record *record)
{
	if (record->listed)
		return;
	record->listed = 1;
	record->next = NULL;
	*allot->listed_end = record;
	allot->listed_end = &record->next;
}

static bool
is_unsaved(const struct allot_record *record)
{
	return record->live && record->assigned && !record->saved;
}

/* Those that the disk knows by now leave the list. */
static void
sweep(struct allot *allot)
{
	struct allot_record **link = &allot->listed;
	struct allot_record *record;

	while ((record = *link) != NULL) {
		if (is_unsaved(record) || record->untold) {
			link = &record->next;
			continue;
		}
		*link = record->next;
		record->listed = 0;
	}
	allot->listed_end = link;
}

void
allot_record_changed(struct allot *allot, struct allot_record *record)
{
	record->saved = 0;
	record->visited = 0;
	list(allot, record);
}

/* ---- records ---- */

/*
 * Take again what was held for the Service; what somebody has asked for by name meanwhile
 * is gone.
 */
static void
retake(struct allot *allot, struct allot_record *record)
{
	struct allotment given;
	size_t kept = 0;

	allot_record_show(record, &given);
	for (size_t i = 0; i < given.cluster_ip_count; i++)
		if (pool_addr_take(allot->services, &given.cluster_ips[i], record, true) == 0)
			given.cluster_ips[kept++] = given.cluster_ips[i];
	given.cluster_ip_count = kept;
	if (given.load_balancer_ip.family != ADDR_NONE &&
	    pool_addr_take(allot->balancers, &given.load_balancer_ip, record, true) != 0)
		given.load_balancer_ip = (struct addr){ .family = ADDR_NONE };
	kept = 0;
	for (size_t i = 0; i < given.node_port_count; i++)
		if (pool_port_take(allot->ports, given.node_ports[i].node_port,
		    given.node_ports[i].protocol, record, true) == 0)
			given.node_ports[kept++] = given.node_ports[i];
	given.node_port_count = kept;
	allot_record_give(record, &given);
}

static void
revive(struct allot *allot, struct allot_record *record)
{
	struct allotment given;

	allot->held_count--;
	record->untold = 0;
	record->live = 1;
	retake(allot, record);
	allot_record_show(record, &given);
	/* Its removal may be on disk already. */
	if (allot_has_something(&given) || !record->saved)
		allot_record_changed(allot, record);
}

struct allot_record *
allot_record_obtain(struct allot *allot, const char *ns, const char *name)
{
	struct allot_record *record = allot_record_find(allot, ns, name);

	if (record == NULL)
		return allot_record_new(allot, ns, name);
	if (!record->live)
		revive(allot, record);
	return record;
}

/* Never listed: it has not been assigned. */
static void
record_drop(struct allot *allot, struct allot_record *record)
{
	allot_unreserve(allot, record);
	allot_record_free(allot, record);
}

const struct allotment *
allot_find(const struct allot *allot, const char *ns, const char *name)
{
	const struct allot_record *record = allot_record_find(allot, ns, name);

	if (record == NULL || !record->live || !record->assigned)
		return NULL;
	allot_record_show(record, allot->shown);
	return allot->shown;
}

/* ---- restoring ---- */

static void
release_given(struct allot *allot, const struct allotment *given, uint64_t until_ms)
{
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
	char text[ADDR_TEXT_SIZE], name[ALLOT_KEY_SIZE], owner[ALLOT_KEY_SIZE];
	int err = pool_addr_take(pool, addr, record, true);

	if (err == ERR_EXISTS)
		diag_add(diag, SEVERITY_ERROR, NULL, "Service %s: address %s: is already kept for "
		    "Service %s", allot_record_text(record, name), addr_text(addr, text),
		    allot_record_text(pool_addr_owner(pool, addr), owner));
	else if (err == 0 && !pool_addr_in_range(pool, addr))
		diag_add(diag, SEVERITY_WARNING, NULL,
		    "Service %s: address %s: is kept, though it is "
		    "outside %s", allot_record_text(record, name), addr_text(addr, text), setting);
	return err;
}

static int
restore_port(struct allot *allot, const struct allot_record *record,
    const struct allotted_port *port, struct diag *diag)
{
	char name[ALLOT_KEY_SIZE], owner[ALLOT_KEY_SIZE];
	int err = pool_port_take(allot->ports, port->node_port, port->protocol, record, true);

	if (err == ERR_EXISTS)
		diag_add(diag, SEVERITY_ERROR, NULL, "Service %s: nodePort %u: is already kept for "
		    "Service %s", allot_record_text(record, name), port->node_port,
		    allot_record_text(pool_port_holder(allot->ports, port->node_port), owner));
	else if (err == 0 && (port->node_port < allot->node_port_first ||
	    port->node_port > allot->node_port_last))
		diag_add(diag, SEVERITY_WARNING, NULL,
		    "Service %s: nodePort %u: is kept, though it is "
		    "outside %u-%u", allot_record_text(record, name), port->node_port,
		    allot->node_port_first, allot->node_port_last);
	return err;
}

/* Takes piece by piece, so that on failure just what was taken is in `given`. */
static int
restore_given(struct allot *allot, const struct allot_record *record, const struct allotment *from,
    struct allotment *given, struct diag *diag)
{
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
	struct allotment given = { .family_count = allotment->family_count };
	struct allot_record *record;
	int err = 0;

	if (allot_record_find(allot, allotment->ns, allotment->name) != NULL)
		return ERR_EXISTS;
	record = allot_record_new(allot, allotment->ns, allotment->name);
	if (record == NULL)
		return ERR_NOMEM;
	memcpy(given.families, allotment->families, sizeof(given.families));
	if (allotment->node_port_count > 0) {
		given.node_ports = calloc(allotment->node_port_count, sizeof(*given.node_ports));
		err = given.node_ports == NULL ? ERR_NOMEM : 0;
	}
	if (err == 0)
		err = restore_given(allot, record, allotment, &given, diag);
	if (err == 0)
		err = allot_record_prepare(record, &given);
	if (err != 0) {
		release_given(allot, &given, 0);
		free(given.node_ports);
		allot_record_free(allot, record);
		return err;
	}
	allot_record_give(record, &given);
	record->assigned = 1;
	return 0;
}

/* ---- removing ---- */

void
allot_remove(struct allot *allot, const char *ns, const char *name, uint64_t now_ms)
{
	struct allot_record *record = allot_record_find(allot, ns, name);
	struct allotment given;

	hear_time(allot, now_ms);
	if (record == NULL || !record->live)
		return;
	if (!record->assigned) {
		record_drop(allot, record);
		return;
	}
	allot_unreserve(allot, record);
	allot_record_show(record, &given);
	record->live = 0;
	record->until_ms = allot->now_ms + allot->hold_ms;
	release_given(allot, &given, allot->hold_ms > 0 ? record->until_ms : 0);
	if (allot->held_count++ == 0 || record->until_ms < allot->held_until_ms)
		allot->held_until_ms = record->until_ms;
	record->untold = 1;
	list(allot, record);
}

/* A walk over all, but only when a hold has ended. */
static void
expire_records(struct allot *allot)
{
	uint64_t next_ms = UINT64_MAX;
	struct allot_record *record;
	size_t at = 0;

	sweep(allot);
	while ((record = keyset_next(&allot->records, &at)) != NULL) {
		if (record->live)
			continue;
		if (record->until_ms <= allot->now_ms && !record->listed) {
			allot->held_count--;
			at--;
			allot_record_free(allot, record);
		} else if (record->until_ms < next_ms) {
			next_ms = record->until_ms;
		}
	}
	allot->held_until_ms = next_ms;
}

void
allot_expire(struct allot *allot, uint64_t now_ms)
{
	hear_time(allot, now_ms);
	pool_addr_expire(allot->services, now_ms);
	pool_addr_expire(allot->balancers, now_ms);
	if (allot->held_count > 0 && allot->held_until_ms <= allot->now_ms)
		expire_records(allot);
}

size_t
allot_take_removed(struct allot *allot, const char *const **names)
{
	char text[ALLOT_KEY_SIZE];
	size_t count = 0;
	size_t octets = 0;

	for (struct allot_record *record = allot->listed; record != NULL; record = record->next) {
		if (!record->untold)
			continue;
		octets += strlen(allot_record_text(record, text)) + 1;
		count++;
	}
	free(allot->told);
	allot->told = count > 0 ? malloc(count * sizeof(char *) + octets) : NULL;
	if (allot->told == NULL)
		return 0;       /* for want of memory they are told another time */
	char **told = allot->told;
	char *end = (char *)(told + count);
	count = 0;
	for (struct allot_record *record = allot->listed; record != NULL; record = record->next) {
		if (!record->untold)
			continue;
		record->untold = 0;
		told[count++] = strcpy(end, allot_record_text(record, text));
		end += strlen(end) + 1;
	}
	sweep(allot);
	*names = (const char *const *)told;
	return count;
}

/* ---- visiting ---- */

static int
compare_keys(const void *left, const void *right)
{
	const struct allot_record *a = *(struct allot_record *const *)left;
	const struct allot_record *b = *(struct allot_record *const *)right;
	int order = strcmp(a->key, b->key);

	return order != 0 ? order : strcmp(allot_record_name(a), allot_record_name(b));
}

static int
visit_sorted(struct allot_record **records, size_t count, allot_visit_fn *visit, void *arg)
{
	int stop = 0;

	if (count > 0)
		qsort(records, count, sizeof(struct allot_record *), compare_keys);
	for (size_t i = 0; i < count && stop == 0; i++) {
		struct allotment given;

		allot_record_show(records[i], &given);
		stop = visit(arg, &given);
	}
	return stop;
}

int
allot_each_unsaved(struct allot *allot, allot_visit_fn *visit, void *arg)
{
	struct allot_record **records;
	size_t count = 0;
	int stop;

	for (struct allot_record *record = allot->listed; record != NULL; record = record->next)
		count++;
	records = calloc(count + 1, sizeof(struct allot_record *));
	if (records == NULL)
		return ERR_NOMEM;
	count = 0;
	for (struct allot_record *record = allot->listed; record != NULL; record = record->next) {
		if (!is_unsaved(record))
			continue;
		records[count++] = record;
		record->visited = 1;
	}
	stop = visit_sorted(records, count, visit, arg);
	free(records);
	return stop;
}

int
allot_each(struct allot *allot, allot_visit_fn *visit, void *arg)
{
	struct allot_record **records = calloc((size_t)allot->records.count + 1,
	    sizeof(struct allot_record *));
	struct allot_record *record;
	size_t count = 0;
	size_t at = 0;
	int stop;

	if (records == NULL)
		return ERR_NOMEM;
	while ((record = keyset_next(&allot->records, &at)) != NULL)
		if (record->live && record->assigned)
			records[count++] = record;
	stop = visit_sorted(records, count, visit, arg);
	free(records);
	return stop;
}

void
allot_mark_saved(struct allot *allot)
{
	for (struct allot_record *record = allot->listed; record != NULL; record = record->next)
		if (is_unsaved(record) && record->visited)
			record->saved = 1;
	sweep(allot);
}
