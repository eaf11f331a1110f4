/* zone_set_turn.c - a large file's names taken up in turns, so that nobody waits for all of them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/entry.h"
#include "dns/owner.h"
#include "dns/zone_set_parts.h"

/* So many between two looks at the clock: a name takes 2 to 4 us. */
#define STEPS_MAX 16

int
zone_set_turn_begin(struct zone_set *set, struct zone_file *file, struct content *content)
{
	if (!zone_set_same_rank(file, content))
		(void)zone_set_withdraw(set, file, false);
	size_t count = file->claim_count + content->count;
	struct claim **claims = calloc(count + 1, sizeof(*claims));
	struct content *before = file->now;
	int err = claims == NULL ? ERR_NOMEM : 0;

	file->now = content;
	if (err == 0 && !file->served)
		err = zone_set_enter(set, file, true);
	if (err != 0) {
		file->now = before;
		free(claims);
		return err;
	}
	/* Never overtaken: each step takes of one of the two at least as many as it makes. */
	if (file->claim_count > 0)
		memcpy(claims + content->count, file->claims, file->claim_count * sizeof(*claims));
	free(file->claims);
	content_free(before);
	file->claims = claims;
	file->old = content->count;
	file->claim_count = count;
	file->coming = file->made = 0;
	file->busy = true;
	set->busy++;
	return 0;
}

void
zone_set_turn_stop(struct zone_set *set, struct zone_file *file)
{
	if (!file->busy)
		return;
	file->busy = false;
	set->busy--;
}

/* The next name of the two, both by name.  ERR_NOMEM: nothing is lost. */
static int
step(struct zone_set *set, struct zone_file *file)
{
	struct content *content = file->now;
	struct claim *old = file->old < file->claim_count ? file->claims[file->old] : NULL;
	struct entry *entry = file->coming < content->count ? content->entries[file->coming] : NULL;
	int order = old == NULL ? 1 : entry == NULL ? -1 :
	    owner_compare(entry_name(old->entry), entry_name(entry));
	struct claim *claim = order > 0 ?
	    stated_claim_new(NULL, zone_set_rank(file, content)) : old;
	int err = 0;

	if (claim == NULL)
		return ERR_NOMEM;
	if (order < 0) {
		zone_set_drop(set, claim);
		file->claims[file->old++] = NULL;
		return 0;
	}
	if (order > 0)
		claim->entry = entry;
	else
		err = zone_set_change(set, claim, entry);
	content->entries[file->coming++] = NULL;
	if (order == 0)
		file->claims[file->old++] = NULL;
	file->claims[file->made++] = claim;
	/* One that stays out is made when the file is looked at again. */
	if (err == 0 && claim->state == CLAIM_OUT)
		err = zone_set_make(set, file, claim);
	if (err != 0)
		file->dirty = set->unsettled = true;
	return err;
}

/* All is made: the SOA says so. */
static int
end(struct zone_set *set, struct zone_file *file)
{
	int err = zone_set_tell(set, file, false);

	if (err != 0)
		return err;
	file->claim_count = file->made;
	file->now->count = 0;
	file->busy = false;
	set->busy--;
	set->unsettled = true;
	return 0;
}

static bool
is_over(const struct zone_file *file)
{
	return file->old == file->claim_count && file->coming == file->now->count;
}

static int
work_on(struct zone_set *set, struct zone_file *file, bool (*pause)(void *arg), void *arg)
{
	int err = 0;

	for (unsigned steps = 1; err == 0 && !is_over(file); steps++) {
		err = step(set, file);
		if (err == 0 && pause != NULL && steps % STEPS_MAX == 0 && pause(arg))
			return 0;
	}
	return err != 0 ? err : end(set, file);
}

int
zone_set_work(struct zone_set *set, bool (*pause)(void *arg), void *arg)
{
	int err = 0;

	for (size_t i = 0; err == 0 && set->busy > 0 && i < set->count; i++) {
		if (!set->files[i]->busy)
			continue;
		err = work_on(set, set->files[i], pause, arg);
		/* Paused, or failed. */
		if (set->files[i]->busy)
			break;
	}
	return err;
}

bool
zone_set_is_busy(const struct zone_set *set)
{
	return set->busy > 0;
}
