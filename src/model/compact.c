/* compact.c - copy a struct with all it points to into one piece of memory, by tables. */
#include "model/compact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"

#define ALIGN sizeof(void *)
#define TEXTS_FIRST 64                  /* a power of two; few objects have more texts */

static const struct compact_field text_fields[] = { { .offset = 0 } };
const struct compact_table compact_texts = {
	.size = sizeof(char *), .fields = text_fields, .count = 1,
};
const struct compact_table compact_octets = { .size = 1, .packed = true };
const struct compact_table compact_addrs = { .size = sizeof(struct addr), .packed = true };

/* A text that was met, and where its copy lies among the texts. */
struct met {
	const char *text;               /* NULL: free */
	size_t at;
};

/*
 * The same walk is made twice: once with `start` NULL to measure and to find out which texts are
 * equal, once to copy.
 */
struct walk {
	char *start;
	size_t structs;                 /* octets used by them so far */
	size_t octets;                  /* by what needs no alignment, which comes behind them */
	size_t octets_at;
	size_t texts;                   /* and by texts, last */
	size_t texts_at;
	struct met *met;                /* open addressing */
	size_t met_size;
	size_t met_count;
	uint64_t seed;
	struct met first[TEXTS_FIRST];
	bool starved;
};

/* Where the text, or one equal to it, was noted; or the free place for it. */
static struct met *
met_find(const struct walk *walk, const char *text, size_t len)
{
	struct met *met = walk->met;
	size_t last = walk->met_size - 1;
	size_t at = text_digest(walk->seed, text, len) & last;

	while (met[at].text != NULL && met[at].text != text && strcmp(met[at].text, text) != 0)
		at = (at + 1) & last;
	return &met[at];
}

static void
met_grow(struct walk *walk)
{
	size_t before_size = walk->met_size;
	struct met *before = walk->met;
	struct met *more = calloc(before_size * 4, sizeof(*more));

	if (more == NULL) {
		walk->starved = true;
		return;
	}
	/* Who writes manifests must not know what falls together; of the first it costs nothing. */
	if (before == walk->first)
		walk->seed = text_seed();
	walk->met = more;
	walk->met_size = before_size * 4;
	for (size_t i = 0; i < before_size; i++)
		if (before[i].text != NULL)
			*met_find(walk, before[i].text, strlen(before[i].text)) = before[i];
	if (before != walk->first)
		free(before);
}

/* Where among the texts it is, or will be; NULL while measuring. */
static char *
place_text(struct walk *walk, const char *text)
{
	size_t len = strlen(text);
	struct met *met = met_find(walk, text, len);

	if (met->text == NULL && !walk->starved) {
		*met = (struct met){ text, walk->texts };
		walk->texts += len + 1;
		if (++walk->met_count > walk->met_size / 2)
			met_grow(walk);
	}
	if (walk->start == NULL)
		return NULL;
	char *to = walk->start + walk->texts_at + met->at;

	/* The one that was noted is met again. */
	return met->text == text ? memcpy(to, text, len + 1) : to;
}

/* Room for some items, behind those before; NULL while measuring. */
static char *
place_items(struct walk *walk, const struct compact_table *table, size_t count)
{
	size_t size = table->size * count;
	size_t *used = table->packed ? &walk->octets : &walk->structs;
	size_t at = *used + (table->packed ? walk->octets_at : 0);

	*used += table->packed ? size : (size + ALIGN - 1) / ALIGN * ALIGN;
	return walk->start != NULL ? walk->start + at : NULL;
}

static size_t
read_count(const char *at, size_t size)
{
	uint16_t count16;
	uint32_t count32;
	size_t count;

	if (size == sizeof(uint8_t))
		return *(const uint8_t *)at;
	if (size == sizeof(count16)) {
		memcpy(&count16, at, sizeof(count16));
		return count16;
	}
	if (size == sizeof(count32)) {
		memcpy(&count32, at, sizeof(count32));
		return count32;
	}
	memcpy(&count, at, sizeof(count));
	return count;
}

static void walk_items(struct walk *walk, const struct compact_table *table, char *items,
    size_t count);

/* In the first walk `item` is the original, and not written to. */
static void
walk_field(struct walk *walk, const struct compact_field *field, char *item)
{
	size_t count = 1;
	char *from;
	char *to;

	memcpy(&from, item + field->offset, sizeof(from));
	if (from == NULL)
		return;
	if (field->items == NULL) {
		to = place_text(walk, from);
	} else {
		if (field->count_size > 0)
			count = read_count(item + field->count_offset, field->count_size);
		to = place_items(walk, field->items, count);
		if (walk->start != NULL && count > 0)
			memcpy(to, from, field->items->size * count);
		walk_items(walk, field->items, walk->start != NULL ? to : from, count);
	}
	if (walk->start == NULL)
		return;
	if (count == 0)
		to = NULL;
	memcpy(item + field->offset, &to, sizeof(to));
}

static void
walk_items(struct walk *walk, const struct compact_table *table, char *items, size_t count)
{
	for (size_t i = 0; table->count > 0 && i < count; i++)
		for (size_t j = 0; j < table->count; j++)
			walk_field(walk, &table->fields[j], items + i * table->size);
}

void *
compact_copy(const struct compact_table *table, const void *from)
{
	struct walk walk = { .met = walk.first, .met_size = TEXTS_FIRST };
	char *copy = NULL;

	place_items(&walk, table, 1);
	walk_items(&walk, table, (char *)(uintptr_t)from, 1);
	if (!walk.starved)
		copy = malloc(walk.structs + walk.octets + walk.texts);
	if (copy != NULL) {
		walk.start = copy;
		walk.octets_at = walk.structs;
		walk.texts_at = walk.structs + walk.octets;
		walk.structs = walk.octets = 0;
		memcpy(place_items(&walk, table, 1), from, table->size);
		walk_items(&walk, table, copy, 1);
	}
	if (walk.met != walk.first)
		free(walk.met);
	return copy;
}
