/* doc_names.c - a small hash table from text to a pointer, for keys and anchors. */
#include "source/doc_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

/* The slot that holds the text, or the empty one where it belongs; the table is never full. */
static size_t
slot_of(const struct doc_name *slots, size_t size, const char *text, size_t len)
{
	size_t i = (size_t)text_digest(0, text, len);

	for (;; i++) {
		const struct doc_name *slot = &slots[i & (size - 1)];

		if (slot->text == NULL)
			return i & (size - 1);
		if (slot->len == len && memcmp(slot->text, text, len) == 0)
			return i & (size - 1);
	}
}

static size_t
size_for(size_t expected)
{
	size_t size = 16;

	while (size < 2 * expected)
		size *= 2;
	return size;
}

int
doc_names_reset(struct doc_names *names, size_t expected)
{
	size_t size = size_for(expected);

	if (size > names->room) {
		struct doc_name *slots = calloc(size, sizeof(*slots));

		if (slots == NULL)
			return ERR_NOMEM;
		free(names->slots);
		names->slots = slots;
		names->room = size;
	} else {
		memset(names->slots, 0, size * sizeof(*names->slots));
	}
	names->size = size;
	names->count = 0;
	return 0;
}

void
doc_names_release(struct doc_names *names)
{
	free(names->slots);
	memset(names, 0, sizeof(*names));
}

static int
grow(struct doc_names *names)
{
	struct doc_names wider = { 0 };

	if (doc_names_reset(&wider, names->size == 0 ? 8 : names->size) != 0)
		return ERR_NOMEM;
	for (size_t i = 0; i < names->size; i++) {
		const struct doc_name *name = &names->slots[i];

		if (name->text != NULL)
			wider.slots[slot_of(wider.slots, wider.size, name->text, name->len)] =
			    *name;
	}
	wider.count = names->count;
	doc_names_release(names);
	*names = wider;
	return 0;
}

struct doc_name *
doc_names_at(struct doc_names *names, const char *text, size_t len)
{
	if (2 * (names->count + 1) > names->size && grow(names) != 0)
		return NULL;
	struct doc_name *slot = &names->slots[slot_of(names->slots, names->size, text, len)];

	if (slot->text == NULL) {
		slot->text = text;
		slot->len = len;
		names->count++;
	}
	return slot;
}

const struct doc_name *
doc_names_find(const struct doc_names *names, const char *text, size_t len)
{
	if (names->size == 0)
		return NULL;
	const struct doc_name *slot = &names->slots[slot_of(names->slots, names->size, text, len)];

	return slot->text == NULL ? NULL : slot;
}
