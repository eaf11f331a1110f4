/* state_load.c - read the files of the state, and say what is damaged. */
#include "daemon/state_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/journal.h"
#include "daemon/pack.h"
#include "daemon/state_item.h"
#include "daemon/state_record.h"
#include "model/allot.h"

bool
state_load_is_over(
    const struct state_content *content, const struct state_item *item, uint64_t now_s)
{
	return item->removed_unix_s != 0 && item->removed_unix_s + content->hold_s <= now_s;
}

static int
note_removed_read(struct state_content *content, const struct state_record *record, uint64_t now_s)
{
	struct pack_writer key = PACK_WRITER_INIT;
	struct state_item *item;
	int err;

	state_record_put_key(&key, record->ns, record->name);
	err = key.err;
	item = err == 0 ? state_item_find(&content->items, key.data, key.len) : NULL;
	pack_writer_release(&key);
	if (item == NULL)
		return err;
	/* A clock that was set back since must not hold an address for longer. */
	item->removed_unix_s = (record->removed_unix_s < now_s ? record->removed_unix_s : now_s) &
	    STATE_UNIX_MAX;
	if (item->removed_unix_s == 0)
		item->removed_unix_s = 1;
	if (state_load_is_over(content, item, now_s))
		state_item_drop(&content->items, item);
	return 0;
}

static int
note_verdict_read(struct state_content *content, const struct state_record *record,
    const uint8_t *octets, size_t len)
{
	bool changed;

	if (record->verdict.verdict == VERDICT_UNKNOWN) {
		struct state_item *item = state_item_find(&content->restored, octets, len);

		if (item != NULL)
			state_item_drop(&content->restored, item);
		return 0;
	}
	return state_item_put(&content->restored, octets, len, &changed);
}

struct state_reading {
	struct state_content *content;
	uint64_t now_s;
	size_t strange;         /* intact records that are none of ours */
};

static int
note_read(void *arg, const uint8_t *octets, size_t len)
{
	struct state_reading *reading = arg;
	struct state_content *content = reading->content;
	bool changed;
	struct arena *arena = arena_new(0);
	struct state_record record;
	int err;

	if (arena == NULL)
		return ERR_NOMEM;
	err = state_record_read(octets, len, arena, &record);
	if (err == ERR_SYNTAX) {
		reading->strange++;
		err = 0;
	} else if (err == 0) {
		switch (record.kind) {
		case STATE_RECORD_ALLOTMENT:
			err = state_item_put(&content->items, octets, len, &changed);
			break;
		case STATE_RECORD_REMOVED:
			err = note_removed_read(content, &record, reading->now_s);
			break;
		case STATE_RECORD_SERIAL:
			content->serial = record.serial;
			break;
		case STATE_RECORD_VERDICT:
			err = note_verdict_read(content, &record, octets, len);
			break;
		}
	}
	arena_free(arena);
	return err;
}

static void
say_what_was_lost(const char *dir, const char *name, const struct journal_report *report,
    size_t strange)
{
	const char *copy = report->copied ? "; a copy of it as found is kept beside it with .bad" :
					    "";

	if (report->torn)
		log_warn("state: %s/%s: the last record is incomplete and ignored: writing it was "
		    "interrupted", dir, name);
	if (report->lost_octets > 0)
		log_error("state: %s/%s is damaged: %zu octets are lost, %zu records are intact%s",
		    dir, name, report->lost_octets, report->records, copy);
	else if (report->cut)
		log_error("state: %s/%s is damaged: its end is missing, %zu records are intact%s",
		    dir, name, report->records, copy);
	if (strange > 0)
		log_error("state: %s/%s: %zu records are unknown to this version and ignored", dir,
		    name, strange);
}

int
state_load(
    int folder, const char *dir, const char *name, uint64_t now_s, struct state_content *content)
{
	struct state_reading reading = { .content = content, .now_s = now_s };
	struct journal_report report;
	int err = journal_read(folder, name, note_read, &reading, &report);

	if (err == 0)
		say_what_was_lost(dir, name, &report, reading.strange);
	else if (err != ERR_NOMEM)
		log_error("state: cannot read %s/%s: %s; starting without it", dir, name,
		    err == ERR_SYSTEM ? strerror(errno) : err_text(err));
	return err;
}
