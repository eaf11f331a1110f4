/* serving.c - the settings and the index that answers come from, replaced together. */
#include "dns/serving.h"

#include "dns/respond.h"

void
serving_set(struct serving *serving, const struct dns_settings *settings, const struct index *index)
{
	atomic_fetch_add_explicit(&serving->changes, 1, memory_order_acq_rel);
	atomic_store_explicit(&serving->settings, settings, memory_order_release);
	atomic_store_explicit(&serving->index, index, memory_order_release);
	atomic_fetch_add_explicit(&serving->changes, 1, memory_order_release);
}

void
serving_get(const struct serving *serving, struct responder *responder)
{
	unsigned before;

	do {
		before = atomic_load_explicit(&serving->changes, memory_order_acquire);
		responder->settings = atomic_load_explicit(&serving->settings,
		    memory_order_acquire);
		responder->index = atomic_load_explicit(&serving->index, memory_order_acquire);
	} while (before % 2 != 0 ||
	    atomic_load_explicit(&serving->changes, memory_order_acquire) != before);
}
