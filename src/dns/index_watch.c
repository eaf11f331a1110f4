/* index_watch.c - who is told of changes, what is held for them, and the readers' own part. */
#include <stdlib.h>
#include <urcu/urcu-qsbr.h>

#include "dns/index_parts.h"
#include "dns/observer.h"
#include "dns/page.h"
#include "dns/reclaim.h"

void
index_observe(struct index *index, const struct index_observer *observer)
{
	index->observer = observer;
}

static const struct entry *
cell_entry(const struct cell *cell)
{
	return cell == NULL ? NULL : atomic_load_explicit(&cell->entry, memory_order_relaxed);
}

void
index_tell_pointer(struct index *index, struct page_root *root, unsigned place,
    const struct cell *old, const struct cell *new)
{
	if (index->observer != NULL)
		index->observer->pointer(index->observer->arg, root, place, cell_entry(old),
		    cell_entry(new));
}

const struct entry **
index_hold(struct index *index, size_t *count)
{
	const struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);
	const struct entry **entries = calloc(index->count + 1, sizeof(*entries));

	if (entries == NULL)
		return NULL;
	*count = 0;
	for (size_t i = 0; i <= table->mask; i++) {
		uint64_t slot = slot_load(table, i, memory_order_relaxed);

		if (slot > SLOT_REMOVED)
			entries[(*count)++] = slot_entry(slot);
	}
	index->held = true;
	return entries;
}

void
index_let_go(struct index *index)
{
	index->held = false;
}

size_t
index_waiting(const struct index *index)
{
	return reclaim_waiting(index->reclaim);
}

void
index_reader_begin(void)
{
	urcu_qsbr_register_thread();
}

void
index_reader_end(void)
{
	reclaim_mark_quiet();
	urcu_qsbr_unregister_thread();
}

void
index_reader_quiet(void)
{
	reclaim_mark_quiet();
	urcu_qsbr_quiescent_state();
}

void
index_reader_offline(void)
{
	reclaim_mark_quiet();
	urcu_qsbr_thread_offline();
}

void
index_reader_online(void)
{
	urcu_qsbr_thread_online();
}

void
index_wait_readers(void)
{
	urcu_qsbr_synchronize_rcu();
	reclaim_mark_grace();
}
