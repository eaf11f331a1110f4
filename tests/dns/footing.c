/* footing.c - a Service out of its text, with all that a view of it needs to stand on, for tests. */
#include "tests/dns/footing.h"

#include <check.h>

#include "base/arena.h"
#include "model/roster.h"
#include "tests/dns/roster_text.h"

void
footing_start(struct footing *footing)
{
	*footing = (struct footing){ .settings = { .cluster_domain = "z", .ttl_s = 7,
	    .ttl_cluster_ip_s = 5, .ttl_headless_s = 6, .ttl_negative_s = 4 } };
	footing->arena = arena_new(0);
	ck_assert_ptr_nonnull(footing->arena);
	ck_assert_int_eq(domain_init(&footing->domain, &footing->settings, footing->arena), 0);
}

int
footing_stand(struct footing *footing, const char *text)
{
	roster_entry_unref(footing->entry);
	footing->entry = roster_text(text);
	return subject_init(&footing->subject, &footing->domain, footing->entry, NULL,
	    footing->arena);
}

void
footing_stop(struct footing *footing)
{
	roster_entry_unref(footing->entry);
	arena_free(footing->arena);
}
