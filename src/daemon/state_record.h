/*
 * state_record.h - the records of the state files: allotments, removals, serials, verdicts.
 * Thread: control; pure.
 */
#ifndef ROLLCALL_DAEMON_STATE_RECORD_H
#define ROLLCALL_DAEMON_STATE_RECORD_H
#include <stddef.h>
#include <stdint.h>

#include "model/store.h"

struct allotment;
struct arena;
struct pack_writer;

enum state_record_kind {
	STATE_RECORD_ALLOTMENT = 'A',
	STATE_RECORD_REMOVED = 'R',     /* its Service is gone since removed_unix_s */
	STATE_RECORD_SERIAL = 'S',
	STATE_RECORD_VERDICT = 'V',
};

/* One record taken apart; texts lie in the arena. */
struct state_record {
	enum state_record_kind kind;
	struct allotment *allotment;    /* ALLOTMENT */
	const char *ns;                 /* REMOVED */
	const char *name;
	uint64_t removed_unix_s;
	uint32_t serial;                /* SERIAL */
	const char *target_id;          /* VERDICT */
	struct verdict_state verdict;
};

void state_record_put_allotment(struct pack_writer *writer, const struct allotment *allotment);
void state_record_put_removed(
    struct pack_writer *writer, const char *ns, const char *name, uint64_t unix_s);
/* The same, by the names that an allotment's record holds. */
void state_record_put_removal_of(
    struct pack_writer *writer, const uint8_t *record, size_t len, uint64_t unix_s);
/* What a Service's allotment begins with. */
void state_record_put_key(struct pack_writer *writer, const char *ns, const char *name);
void state_record_put_serial(struct pack_writer *writer, uint32_t serial);
void state_record_put_verdict(
    struct pack_writer *writer, const char *target_id, const struct verdict_state *verdict);

/* ERR_SYNTAX: no record of ours.  ERR_NOMEM. */
int state_record_read(
    const uint8_t *octets, size_t len, struct arena *arena, struct state_record *record);
#endif
