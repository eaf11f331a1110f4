/* zone_set_apply.c - from what a file stated to what it states now: only what differs is touched. */
#include <stdlib.h>

#include "base/err.h"
#include "dns/entry.h"
#include "dns/owner.h"
#include "dns/zone_set_parts.h"

uint32_t
zone_set_rank(const struct zone_file *file, const struct content *content)
{
	switch (file->kind) {
	case ZONE_OF_FILE:
		return 0x30000u + content->origin_len;
	case ZONE_OF_HOSTS:
		return 0x20000u - (file->rank < 0xffff ? file->rank : 0xffff);
	case ZONE_LOCAL:
		break;
	}
	return content->origin_len;
}

int
zone_set_make(struct zone_set *set, const struct zone_file *file, struct claim *claim)
{
	return file->served && zone_set_allows(set, file, entry_name(claim->entry)) ?
	    stated_add(set->stated, claim) : 0;
}

void
zone_set_drop(struct zone_set *set, struct claim *claim)
{
	if (claim->state != CLAIM_OUT)
		(void)stated_take_back(set->stated, claim, true);
	stated_claim_free(claim);
}

int
zone_set_change(struct zone_set *set, struct claim *claim, struct entry *entry)
{
	if (entry_equal(claim->entry, entry)) {
		entry_free(entry);
		return 0;
	}
	return stated_replace(set->stated, claim, entry);
}

/* Claims without an entry lost it for want of memory: the file will be stated once more. */
static void
keep_whole(struct zone_file *file)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->claim_count; i++) {
		if (file->claims[i]->entry != NULL)
			file->claims[kept++] = file->claims[i];
		else
			stated_claim_free(file->claims[i]);
	}
	file->claim_count = kept;
}

/* Walk over claims and entries side by side, both by name. */
static int
merge(struct zone_set *set, struct zone_file *file, struct content *content,
    struct claim **claims, size_t *count)
{
	uint32_t rank = zone_set_rank(file, content);
	size_t i = 0, j = 0;
	int err = 0;

	while (i < file->claim_count || j < content->count) {
		int order = i == file->claim_count ? 1 : j == content->count ? -1 :
		    owner_compare(entry_name(file->claims[i]->entry),
			entry_name(content->entries[j]));
		struct entry *entry = order < 0 ? NULL : content->entries[j++];
		struct claim *claim = order > 0 ? stated_claim_new(entry, rank) : file->claims[i++];
		int failed = 0;

		if (order < 0) {
			zone_set_drop(set, claim);
			continue;
		}
		if (claim == NULL) {
			err = ERR_NOMEM;
			continue;
		}
		if (order == 0)
			failed = zone_set_change(set, claim, entry);
		if (failed == 0 && claim->state == CLAIM_OUT)
			failed = zone_set_make(set, file, claim);
		err = failed != 0 ? failed : err;
		claims[(*count)++] = claim;
	}
	content->count = 0;
	return err;
}

bool
zone_set_same_rank(const struct zone_file *file, const struct content *content)
{
	return file->claim_count == 0 || file->claims[0]->rank == zone_set_rank(file, content);
}

int
zone_set_apply(struct zone_set *set, struct zone_file *file, struct content *content)
{
	if (!zone_set_same_rank(file, content))
		(void)zone_set_withdraw(set, file, false);
	struct claim **claims = calloc(file->claim_count + content->count + 1, sizeof(*claims));
	size_t count = 0;

	if (claims == NULL)
		return ERR_NOMEM;
	int err = merge(set, file, content, claims, &count);
	free(file->claims);
	file->claims = claims;
	file->claim_count = count;
	keep_whole(file);
	if (file->now != content)
		content_free(file->now);
	file->now = content;
	return err;
}

int
zone_set_reconsider(struct zone_set *set, struct zone_file *file)
{
	int err = 0;

	for (size_t i = 0; i < file->claim_count; i++) {
		struct claim *claim = file->claims[i];
		int failed = 0;

		if (claim == NULL)
			continue;
		bool allowed = file->served && zone_set_allows(set, file, entry_name(claim->entry));
		if (allowed && claim->state == CLAIM_OUT)
			failed = stated_add(set->stated, claim);
		else if (!allowed && claim->state != CLAIM_OUT)
			failed = stated_take_back(set->stated, claim, false);
		err = failed != 0 ? failed : err;
	}
	if (!file->busy)
		keep_whole(file);
	return err;
}

int
zone_set_retreat(struct zone_set *set, struct zone_file *file)
{
	int err = 0;

	for (size_t i = 0; i < file->claim_count; i++) {
		struct claim *claim = file->claims[i];

		if (claim->state != CLAIM_OUT &&
		    !zone_set_allows(set, file, entry_name(claim->entry)) &&
		    stated_take_back(set->stated, claim, false) != 0)
			err = ERR_NOMEM;
	}
	return err;
}

int
zone_set_withdraw(struct zone_set *set, struct zone_file *file, bool keep)
{
	int err = 0;

	if (!keep)
		zone_set_turn_stop(set, file);
	for (size_t i = 0; i < file->claim_count; i++) {
		struct claim *claim = file->claims[i];

		if (claim == NULL)
			continue;
		if (!keep)
			zone_set_drop(set, claim);
		else if (claim->state != CLAIM_OUT &&
		    stated_take_back(set->stated, claim, false) != 0)
			err = ERR_NOMEM;
	}
	if (!keep)
		file->claim_count = 0;
	return err;
}
