/* page.c - the addresses of one network and who answers for each in reverse. */
#include "dns/page.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "dns/index.h"

#define POINTER_MASK ((1ULL << 48) - 1)
#define PLACE_SHIFT 48
#define SLOT_USED (1ULL << 63)  /* so that the slot of place 0 differs from a free one */

/*
 * A small open table by place, a power of two in size, full before it doubles: with the last
 * doubling each place has a slot of its own, so nothing grows for ever.  A slot whose cell is gone
 * keeps its place.
 */
struct page {
	struct index_piece piece;
	size_t mask;            /* slots - 1 */
	_Atomic uint64_t slots[];
};

static size_t
page_size(const struct page *page)
{
	return sizeof(*page) + (page->mask + 1) * sizeof(page->slots[0]);
}

static struct page *
page_new(size_t room)
{
	struct page *page = calloc(1, sizeof(*page) + room * sizeof(page->slots[0]));

	if (page != NULL)
		page->mask = room - 1;
	return page;
}

static uint64_t
load(const struct page *page, size_t at)
{
	return atomic_load_explicit(&page->slots[at], memory_order_acquire);
}

static struct cell *
slot_cell(uint64_t slot)
{
	return (struct cell *)(uintptr_t)(slot & POINTER_MASK); /* NOLINT: packed pointer */
}

/* Where the place is (true), or the free slot where it may be put; none: the slots all taken. */
static bool
find(const struct page *page, unsigned place, size_t *found)
{
	uint64_t wanted = SLOT_USED >> PLACE_SHIFT | place;

	*found = SIZE_MAX;
	for (size_t i = 0; i <= page->mask; i++) {
		size_t at = (place + i) & page->mask;
		uint64_t slot = load(page, at);

		if (slot >> PLACE_SHIFT == wanted || slot == 0) {
			*found = at;
			return slot != 0;
		}
	}
	return false;
}

unsigned
page_place(const struct addr *addr)
{
	return addr->family == ADDR_IP4 ? addr->octets[3] : addr->octets[15] & 15;
}

struct addr
page_addr(const struct page_root *root, unsigned place)
{
	struct addr addr = root->network.base;

	addr.octets[addr.family == ADDR_IP4 ? 3 : 15] |= (uint8_t)place;
	return addr;
}

struct cell *
page_get(const struct page_root *root, unsigned place)
{
	const struct page *page = atomic_load_explicit(&root->page, memory_order_acquire);
	size_t at;

	return page != NULL && find(page, place, &at) ? slot_cell(load(page, at)) : NULL;
}

const struct entry *
page_find(const struct page_root *root, unsigned place)
{
	const struct cell *cell = page_get(root, place);

	return cell == NULL ? NULL : atomic_load_explicit(&cell->entry, memory_order_acquire);
}

static void
store(struct page *page, size_t at, unsigned place, const struct cell *cell)
{
	uint64_t slot = SLOT_USED | (uint64_t)place << PLACE_SHIFT | (uint64_t)(uintptr_t)cell;

	atomic_store_explicit(&page->slots[at], slot, memory_order_release);
}

/* A page with room for one more, with all that is in the old one. */
static struct page *
grow(const struct page *old)
{
	struct page *page;
	size_t live = 0, room = 1, to;

	for (size_t i = 0; old != NULL && i <= old->mask; i++)
		live += slot_cell(load(old, i)) != NULL;
	while (room < live + 1)
		room *= 2;
	page = page_new(room);
	for (size_t i = 0; page != NULL && old != NULL && i <= old->mask; i++) {
		uint64_t slot = load(old, i);
		unsigned place = (unsigned)(slot >> PLACE_SHIFT & 0xff);

		if (slot_cell(slot) == NULL)
			continue;
		(void)find(page, place, &to);
		store(page, to, place, slot_cell(slot));
	}
	return page;
}

int
page_put(struct page_root *root, unsigned place, struct cell *cell, struct index *index)
{
	struct page *page = atomic_load_explicit(&root->page, memory_order_relaxed);
	struct page *grown;
	size_t at = SIZE_MAX;

	/* A pointer of more than 48 bits (five-level paging, asked for) has no room in a slot. */
	if (((uint64_t)(uintptr_t)cell & ~POINTER_MASK) != 0)
		return ERR_NOMEM;
	if (page != NULL)
		(void)find(page, place, &at);
	if (at != SIZE_MAX) {
		index_tell_pointer(index, root, place, page_get(root, place), cell);
		store(page, at, place, cell);
		return 0;
	}
	grown = grow(page);
	if (grown == NULL)
		return ERR_NOMEM;
	(void)find(grown, place, &at);
	store(grown, at, place, cell);
	index_note(index, page_size(grown));
	index_tell_pointer(index, root, place, NULL, cell);
	atomic_store_explicit(&root->page, grown, memory_order_release);
	if (page != NULL)
		index_retire(index, page, page_size(page));
	return 0;
}

void
page_clear(struct page_root *root, unsigned place, struct index *index)
{
	struct page *page = atomic_load_explicit(&root->page, memory_order_relaxed);
	size_t at;

	if (page == NULL || !find(page, place, &at))
		return;
	index_tell_pointer(index, root, place, slot_cell(load(page, at)), NULL);
	store(page, at, place, NULL);
}

void
page_drop(struct page_root *root, struct index *index)
{
	struct page *page = atomic_load_explicit(&root->page, memory_order_relaxed);

	if (page != NULL)
		index_retire(index, page, page_size(page));
}

void
page_keep(struct page_root *root, struct index *index)
{
	struct page *page = atomic_load_explicit(&root->page, memory_order_relaxed);

	if (page != NULL)
		index_keep(index, &page->piece);
}
