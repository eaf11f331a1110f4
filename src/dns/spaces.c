/* spaces.c - the namespaces' own names, n.svc.Z, n.pod.Z and n.EXT. */
#include "dns/spaces.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->lost = true)
#include <uthash.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/owner.h"
#include "dns/domain.h"

struct space {
	bool stated;
	bool lost;              /* could not be put into the table */
	size_t held;
	UT_hash_handle hh;
	char name[];
};

struct spaces {
	const struct domain *domain;
	struct ledger *ledger;
	struct space *table;
};

struct spaces *
spaces_new(const struct domain *domain, struct ledger *ledger)
{
	struct spaces *spaces = calloc(1, sizeof(*spaces));

	if (spaces != NULL)
		*spaces = (struct spaces){ .domain = domain, .ledger = ledger };
	return spaces;
}

void
spaces_free(struct spaces *spaces)
{
	struct space *space, *next;

	if (spaces == NULL)
		return;
	HASH_ITER(hh, spaces->table, space, next) {
		HASH_DEL(spaces->table, space);
		free(space);
	}
	free(spaces);
}

/* The label of the external zone's own name server, which is there whatever namespaces there are. */
static bool
is_outside_named(const struct spaces *spaces, const char *ns)
{
	return spaces->domain->outside != NULL && strcmp(ns, "dns") != 0;
}

static int
plan_outside(struct spaces *spaces, struct changes *changes, struct arena *arena, const char *ns)
{
	struct entry_spec spec = { .kind = ENTRY_NAME, .zone = spaces->domain->outside };
	int err = owner_under(arena, ns, spec.zone, &spec.name);

	return err != 0 ? err : changes_put(changes, &spec, false);
}

/* n.svc.Z in every mode; n.pod.Z where Pods have names; n.EXT where there is an external zone. */
static int
put_names(struct spaces *spaces, const char *ns)
{
	const struct domain *domain = spaces->domain;
	struct arena *arena = arena_new(512);
	struct changes changes = CHANGES_INIT(spaces->ledger);
	struct entry_spec spec = { .kind = ENTRY_NAME, .zone = domain->zone };
	int err = arena == NULL ? ERR_NOMEM : owner_under(arena, ns, domain->svc, &spec.name);

	if (err == 0)
		err = changes_put(&changes, &spec, false);
	if (err == 0 && domain->settings->pods != POD_NAMES_DISABLED) {
		spec.kind = domain->settings->pods == POD_NAMES_INSECURE ? ENTRY_POD_NAMESPACE :
		    ENTRY_NAME;
		err = owner_under(arena, ns, domain->pod, &spec.name);
		if (err == 0)
			err = changes_put(&changes, &spec, false);
	}
	if (err == 0 && is_outside_named(spaces, ns))
		err = plan_outside(spaces, &changes, arena, ns);
	if (err == 0)
		err = changes_apply(&changes, NULL);
	changes_drop(&changes);
	arena_free(arena);
	return err == ERR_LIMIT ? 0 : err;
}

static void
remove_name(struct spaces *spaces, const char *ns, const uint8_t *parent)
{
	uint8_t name[DNS_NAME_MAX];
	size_t ns_len = strlen(ns), parent_len = owner_len(parent);

	/* what could not be made need not be removed */
	if (ns_len == 0 || ns_len > 63 || 1 + ns_len + parent_len > sizeof(name))
		return;
	name[0] = (uint8_t)ns_len;
	memcpy(name + 1, ns, ns_len);
	memcpy(name + 1 + ns_len, parent, parent_len);
	changes_remove_now(spaces->ledger, name);
}

static void
remove_names(struct spaces *spaces, const char *ns)
{
	remove_name(spaces, ns, spaces->domain->svc);
	remove_name(spaces, ns, spaces->domain->pod);
	if (is_outside_named(spaces, ns))
		remove_name(spaces, ns, spaces->domain->outside);
}

static struct space *
find(struct spaces *spaces, const char *ns)
{
	struct space *space;

	HASH_FIND_STR(spaces->table, ns, space);
	return space;
}

/* A namespace that did not exist does now. */
static struct space *
add(struct spaces *spaces, const char *ns)
{
	size_t size = strlen(ns) + 1;
	struct space *space = calloc(1, sizeof(*space) + size);

	if (space == NULL)
		return NULL;
	memcpy(space->name, ns, size);
	HASH_ADD_STR(spaces->table, name, space);
	if (space->lost) {
		free(space);
		return NULL;
	}
	if (domain_exposes(spaces->domain, ns) && put_names(spaces, ns) != 0) {
		HASH_DEL(spaces->table, space);
		free(space);
		return NULL;
	}
	return space;
}

static void
drop_unless_needed(struct spaces *spaces, struct space *space)
{
	if (space->stated || space->held > 0)
		return;
	remove_names(spaces, space->name);
	HASH_DEL(spaces->table, space);
	free(space);
}

int
spaces_hold(struct spaces *spaces, const char *ns)
{
	struct space *space = find(spaces, ns);

	if (space == NULL)
		space = add(spaces, ns);
	if (space == NULL)
		return ERR_NOMEM;
	space->held++;
	return 0;
}

void
spaces_release(struct spaces *spaces, const char *ns)
{
	struct space *space = find(spaces, ns);

	if (space == NULL)
		return;
	space->held--;
	drop_unless_needed(spaces, space);
}

int
spaces_state(struct spaces *spaces, const char *ns, bool stated)
{
	struct space *space = find(spaces, ns);

	if (space == NULL && stated)
		space = add(spaces, ns);
	if (space == NULL)
		return stated ? ERR_NOMEM : 0;
	space->stated = stated;
	drop_unless_needed(spaces, space);
	return 0;
}
