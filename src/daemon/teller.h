/*
 * teller.h - tells what the onlooker saw: lines of the query log, frames of dnstap.  A thread of its
 * own, so that a slow disk or collector is nobody else's trouble.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_TELLER_H
#define ROLLCALL_DAEMON_TELLER_H
#include <stdint.h>

struct config_log;
struct teller;
struct onlooker;

/* After privileges are given up; nothing is told before teller_set().  ERR_NOMEM. */
int teller_new(struct onlooker *onlooker, struct teller **out);
/*
 * From now on this is told, and looked on for it.  A collector that is not there, or goes, is tried
 * again; what it misses is lost.  NULL is allowed.  ERR_NOMEM, ERR_SYSTEM: nothing new is told.
 */
int teller_set(struct teller *teller, const struct config_log *log);
/* Tells what is left; before the onlooker is freed.  NULL is allowed. */
void teller_free(struct teller *teller);

struct teller_counts {
	uint64_t lines;
	uint64_t frames;
	uint64_t lost;          /* answers that came faster than they could be told */
};
void teller_count(const struct teller *teller, struct teller_counts *counts);
#endif
