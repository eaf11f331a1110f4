/* stated.c - names that files state: who says what of a name, and who is heard. */
#include "dns/stated.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/keyset.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/stand_in.h"

struct stated {
	struct index *index;
	struct keyset names;    /* of the claims that are heard */
};

struct stated *
stated_new(struct index *index)
{
	struct stated *stated = calloc(1, sizeof(*stated));

	if (stated == NULL)
		return NULL;
	stated->index = index;
	keyset_init(&stated->names);
	return stated;
}

void
stated_free(struct stated *stated)
{
	if (stated == NULL)
		return;
	keyset_release(&stated->names);
	free(stated);
}

struct claim *
stated_claim_new(struct entry *entry, uint32_t rank)
{
	struct claim *claim = calloc(1, sizeof(*claim));

	if (claim == NULL) {
		entry_free(entry);
		return NULL;
	}
	claim->entry = entry;
	claim->rank = rank;
	return claim;
}

void
stated_claim_free(struct claim *claim)
{
	if (claim == NULL)
		return;
	entry_free(claim->entry);
	free(claim);
}

static uint32_t
hash_of(const struct stated *stated, const uint8_t *name)
{
	return keyset_hash(&stated->names, name, name_len(name));
}

static bool
has_name(const void *item, const void *key)
{
	return name_equal(entry_name(((const struct claim *)item)->entry), key);
}

static struct entry *
copy_of(const struct entry *entry)
{
	size_t size = entry_size(entry);
	struct entry *copy = malloc(size);

	if (copy != NULL)
		memcpy(copy, entry, size);
	return copy;
}

static int
put(struct index *index, struct entry *entry)
{
	const uint8_t *name = entry_name(entry);

	return stand_in_is_arpa(name, name_len(name)) ? index_put_under(index, entry) :
	    index_put(index, entry);
}

static void
take_out(struct index *index, const uint8_t *name)
{
	if (stand_in_is_arpa(name, name_len(name)))
		index_remove_under(index, name);
	else
		index_remove(index, name);
}

/* Hear the claim, behind which `head` (NULL: none) goes on. */
static int
hear(struct stated *stated, struct claim *claim, struct claim *head)
{
	uint32_t hash = hash_of(stated, entry_name(claim->entry));
	struct entry *kept = NULL;

	/* What could be lost is asked for beforehand. */
	if (index_reserve(stated->index) != 0 ||
	    (head != NULL && (kept = copy_of(head->entry)) == NULL))
		return ERR_NOMEM;
	if (keyset_add(&stated->names, hash, claim) != 0) {
		entry_free(kept);
		return ERR_NOMEM;
	}
	if (put(stated->index, claim->entry) != 0) {
		keyset_remove(&stated->names, hash, claim);
		claim->entry = NULL;
		entry_free(kept);
		return ERR_NOMEM;
	}
	claim->state = CLAIM_HEARD;
	claim->next = head;
	if (head != NULL) {
		keyset_remove(&stated->names, hash, head);
		head->entry = kept;
		head->state = CLAIM_BEHIND;
	}
	return 0;
}

int
stated_add(struct stated *stated, struct claim *claim)
{
	const uint8_t *name = entry_name(claim->entry);
	struct claim *head = keyset_find(&stated->names, hash_of(stated, name), has_name, name);

	if (head == NULL || head->rank < claim->rank)
		return hear(stated, claim, head);
	while (head->next != NULL && head->next->rank >= claim->rank)
		head = head->next;
	claim->next = head->next;
	claim->state = CLAIM_BEHIND;
	head->next = claim;
	return 0;
}

static void
unlink_behind(struct stated *stated, struct claim *claim)
{
	const uint8_t *name = entry_name(claim->entry);
	struct claim *at = keyset_find(&stated->names, hash_of(stated, name), has_name, name);

	while (at->next != claim)
		at = at->next;
	at->next = claim->next;
}

/* The next one is heard in its place; where there is no memory for that, the name goes. */
static void
hear_next(struct stated *stated, const struct claim *claim, uint32_t hash, const uint8_t *name)
{
	struct claim *next = claim->next;

	keyset_remove(&stated->names, hash, claim);
	while (next != NULL) {
		struct claim *after = next->next;

		if (keyset_add(&stated->names, hash, next) == 0) {
			struct entry *entry = next->entry;

			if (put(stated->index, entry) == 0) {
				next->state = CLAIM_HEARD;
				return;
			}
			keyset_remove(&stated->names, hash, next);
			next->entry = NULL;
		}
		next->state = CLAIM_OUT;
		next->next = NULL;
		next = after;
	}
	take_out(stated->index, name);
}

int
stated_take_back(struct stated *stated, struct claim *claim, bool last)
{
	uint8_t name[DNS_NAME_MAX];
	struct entry *kept = NULL;

	if (claim->state == CLAIM_BEHIND) {
		unlink_behind(stated, claim);
		if (last) {
			entry_free(claim->entry);
			claim->entry = NULL;
		}
	} else {
		const uint8_t *own = entry_name(claim->entry);

		if (!last && (kept = copy_of(claim->entry)) == NULL)
			return ERR_NOMEM;
		memcpy(name, own, name_len(own));
		hear_next(stated, claim, hash_of(stated, name), name);
		claim->entry = kept;
	}
	claim->state = CLAIM_OUT;
	claim->next = NULL;
	return 0;
}

int
stated_replace(struct stated *stated, struct claim *claim, struct entry *entry)
{
	if (claim->state == CLAIM_HEARD) {
		if (put(stated->index, entry) != 0)
			return ERR_NOMEM;
	} else {
		entry_free(claim->entry);
	}
	claim->entry = entry;
	return 0;
}

int
stated_copy(const struct stated *stated, struct index *index)
{
	struct claim *claim;
	size_t at = 0;

	while ((claim = keyset_next(&stated->names, &at)) != NULL) {
		struct entry *copy = copy_of(claim->entry);

		if (copy == NULL || put(index, copy) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

void
stated_switch(struct stated *stated, struct index *index)
{
	struct claim *claim;

	for (size_t at = 0; (claim = keyset_next(&stated->names, &at)) != NULL;) {
		const uint8_t *name = entry_name(claim->entry);

		claim->entry = (struct entry *)(uintptr_t)(stand_in_is_arpa(name, name_len(name)) ?
		    index_get_under(index, name) : index_get(index, name));
	}
	stated->index = index;
}

void
stated_abandon(struct stated *stated)
{
	struct claim *claim;
	size_t at = 0;

	while ((claim = keyset_next(&stated->names, &at)) != NULL) {
		claim->entry = NULL;
		claim->state = CLAIM_OUT;
		claim->next = NULL;
	}
	keyset_release(&stated->names);
	keyset_init(&stated->names);
}

size_t
stated_count(const struct stated *stated)
{
	return stated->names.count;
}
