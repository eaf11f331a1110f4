/* refresh_address.c - addresses and node ports for Services that changed, and their way to disk. */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "daemon/refresh_parts.h"
#include "daemon/witness.h"
#include "model/allot.h"

#define NAMES_SIZE 512                  /* a namespace of 63, a name of 253 */

static uint32_t
hash_of_diag(const struct diag *diag)
{
	uint64_t hash = TEXT_HASH_SEED;
	const struct diag_entry *entry;

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++)
		hash = text_hash(hash, entry->text, strlen(entry->text));
	return diag_at(diag, 0) == NULL ? 0 : (uint32_t)(hash ^ hash >> 32) | 1u;
}

/* A Service that waits for an address is looked at often; what is wrong with it is said once. */
static void
say_once(struct refresh *refresh, const struct service *service, uint32_t *problem)
{
	uint32_t hash = hash_of_diag(refresh->diag);
	const struct diag_entry *entry;

	if (*problem != hash) {
		diag_log(refresh->diag);
		for (size_t i = 0; refresh->witness != NULL &&
		    (entry = diag_at(refresh->diag, i)) != NULL; i++)
			refresh->witness->problem(refresh->witness_arg, service, entry);
	}
	*problem = hash;
	diag_clear(refresh->diag);
}

void
refresh_release(struct refresh *refresh, const struct store_key *key)
{
	if (key->object != NULL)
		return;
	allot_remove(refresh->allot, key->ns, key->name, refresh->now_ms);
	/* Somebody may wait for just this address. */
	if (refresh->slots.again > 0)
		refresh->retry_ms = refresh->now_ms;
}

void
refresh_reserve(struct refresh *refresh, const struct store_key *key)
{
	const struct service *service = (const void *)key->object;
	struct slot *slot = service != NULL ? slot_need(&refresh->slots, key) : NULL;

	if (slot == NULL)
		return;
	allot_reserve(refresh->allot, service, refresh->diag);
	say_once(refresh, service, &slot->problems[0]);
}

void
refresh_assign(struct refresh *refresh, const struct store_key *key)
{
	const struct service *service = (const void *)key->object;
	const struct allotment *allotment;
	struct slot *slot = slot_of(key);

	if (service == NULL || slot == NULL)
		return;
	allot_assign(refresh->allot, service, refresh->ops->random(refresh->arg), refresh->diag,
	    &allotment);
	say_once(refresh, service, &slot->problems[1]);
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
		char key[NAMES_SIZE];
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
void
refresh_save(struct refresh *refresh)
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

