/* ordered.c - many elements in an order that they know themselves. */
#include "base/ordered.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"

#define PAGE_ITEMS 128
/* Two neighbours with no more than this together become one. */
#define PAGE_JOIN 64

struct ordered_page {
	size_t count;
	void *items[PAGE_ITEMS];
};

/* An element, or a gap in front of it. */
struct spot {
	size_t page;
	size_t at;
};

void
ordered_release(struct ordered *set)
{
	for (size_t i = 0; i < set->page_count; i++)
		free(set->pages[i]);
	free(set->pages);
	*set = (struct ordered){ 0 };
}

/* The last page that begins at or before the key; the first one where none does. */
static size_t
seek_page(const struct ordered *set, ordered_compare_fn *compare, const void *key)
{
	size_t low = 0, high = set->page_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(set->pages[mid]->items[0], key) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

/* The first element of its page that is not before the key; *here: it has this very key. */
static struct spot
seek(const struct ordered *set, ordered_compare_fn *compare, const void *key, bool *here)
{
	struct spot spot = { .page = seek_page(set, compare, key) };
	size_t high = set->page_count > 0 ? set->pages[spot.page]->count : 0;

	*here = false;
	while (spot.at < high) {
		size_t mid = spot.at + (high - spot.at) / 2;
		int order = compare(set->pages[spot.page]->items[mid], key);

		if (order < 0) {
			spot.at = mid + 1;
		} else {
			high = mid;
			*here |= order == 0;
		}
	}
	return spot;
}

static void *
item_at(const struct ordered *set, struct spot spot)
{
	if (spot.page < set->page_count && spot.at == set->pages[spot.page]->count)
		spot = (struct spot){ spot.page + 1, 0 };
	return spot.page < set->page_count ? set->pages[spot.page]->items[spot.at] : NULL;
}

void *
ordered_find(const struct ordered *set, ordered_compare_fn *compare, const void *key)
{
	bool here;
	struct spot spot = seek(set, compare, key, &here);

	return here ? item_at(set, spot) : NULL;
}

void *
ordered_after(const struct ordered *set, ordered_compare_fn *compare, const void *key)
{
	struct spot spot = { 0, 0 };
	bool here;

	if (key != NULL) {
		spot = seek(set, compare, key, &here);
		spot.at += here;
	}
	return item_at(set, spot);
}

/* An empty page at that number. */
static struct ordered_page *
insert_page(struct ordered *set, size_t at)
{
	struct ordered_page *page;

	if (array_reserve(&set->pages, &set->page_room, set->page_count + 1,
	    sizeof(struct ordered_page *)) != 0)
		return NULL;
	page = malloc(sizeof(*page));
	if (page == NULL)
		return NULL;
	page->count = 0;
	memmove(&set->pages[at + 1], &set->pages[at],
	    (set->page_count - at) * sizeof(struct ordered_page *));
	set->pages[at] = page;
	set->page_count++;
	return page;
}

static void
remove_page(struct ordered *set, size_t at)
{
	free(set->pages[at]);
	set->page_count--;
	memmove(&set->pages[at], &set->pages[at + 1],
	    (set->page_count - at) * sizeof(struct ordered_page *));
}

/* Make room in the page of the spot.  What comes in order leaves full pages behind. */
static int
split(struct ordered *set, struct spot *spot)
{
	bool last = spot->page + 1 == set->page_count && spot->at == PAGE_ITEMS;
	struct ordered_page *more = insert_page(set, spot->page + 1);
	size_t kept = last ? PAGE_ITEMS : PAGE_ITEMS / 2;
	struct ordered_page *page;

	if (more == NULL)
		return ERR_NOMEM;
	page = set->pages[spot->page];
	more->count = PAGE_ITEMS - kept;
	memcpy(more->items, &page->items[kept], more->count * sizeof(void *));
	page->count = kept;
	if (spot->at > kept || last)
		*spot = (struct spot){ spot->page + 1, spot->at - kept };
	return 0;
}

int
ordered_add(struct ordered *set, ordered_compare_fn *compare, const void *key, void *item)
{
	bool here;
	struct spot spot = seek(set, compare, key, &here);
	struct ordered_page *page;
	int err = 0;

	if (set->page_count == 0)
		err = insert_page(set, 0) != NULL ? 0 : ERR_NOMEM;
	else if (set->pages[spot.page]->count == PAGE_ITEMS)
		err = split(set, &spot);
	if (err != 0)
		return err;
	page = set->pages[spot.page];
	memmove(&page->items[spot.at + 1], &page->items[spot.at],
	    (page->count - spot.at) * sizeof(void *));
	page->items[spot.at] = item;
	page->count++;
	set->count++;
	return 0;
}

static void
join(struct ordered *set, size_t at)
{
	struct ordered_page *page, *next;

	if (at + 1 >= set->page_count)
		return;
	page = set->pages[at];
	next = set->pages[at + 1];
	if (page->count + next->count > PAGE_JOIN)
		return;
	memcpy(&page->items[page->count], next->items, next->count * sizeof(void *));
	page->count += next->count;
	remove_page(set, at + 1);
}

void *
ordered_remove(struct ordered *set, ordered_compare_fn *compare, const void *key)
{
	bool here;
	struct spot spot = seek(set, compare, key, &here);
	struct ordered_page *page;
	void *item;

	if (!here)
		return NULL;
	page = set->pages[spot.page];
	item = page->items[spot.at];
	page->count--;
	set->count--;
	memmove(&page->items[spot.at], &page->items[spot.at + 1],
	    (page->count - spot.at) * sizeof(void *));
	if (page->count == 0) {
		remove_page(set, spot.page);
	} else {
		join(set, spot.page);
		if (spot.page > 0)
			join(set, spot.page - 1);
	}
	return item;
}
