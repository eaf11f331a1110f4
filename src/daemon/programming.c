/* programming.c - how long changes take until they are answered, by cause. */
#include "daemon/programming.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "model/store.h"

/* Slower than this from event to answer is said. */
#define SLOW_US 100000

/* The lowest bit of a mark is its cause. */
uint64_t
programming_mark(enum programming_cause cause, uint64_t since_us)
{
	return (since_us << 1 | (uint64_t)cause) & STORE_MARK_MAX;
}

static void
note_slow(struct programming *programming, const struct store_key *key, uint64_t took_us)
{
	if (programming->slow++ > 0 && took_us <= programming->slowest_us)
		return;
	programming->slowest_us = took_us;
	programming->slowest_cause = (enum programming_cause)(key->mark & 1);
	(void)snprintf(
	    programming->slowest, sizeof(programming->slowest), "%s/%s", key->ns, key->name);
}

void
programming_note(struct programming *programming, const struct store_key *key, uint64_t now_us)
{
	uint64_t since_us = key->mark >> 1;
	uint64_t took_us = now_us > since_us ? now_us - since_us : 0;

	if (key->mark == 0)
		return;
	latency_note(&programming->took[key->mark & 1], took_us);
	if (took_us > SLOW_US)
		note_slow(programming, key, took_us);
}

void
programming_end_batch(struct programming *programming)
{
	if (programming->slow > 0)
		log_warn("%zu change%s took over %d ms to be answered, the longest %llu ms: "
		    "service %s, by a %s", programming->slow, text_plural(programming->slow),
		    SLOW_US / 1000, (unsigned long long)(programming->slowest_us / 1000),
		    programming->slowest,
		    programming->slowest_cause == CAUSE_FILE ? "file" : "verdict");
	programming->slow = 0;
}
