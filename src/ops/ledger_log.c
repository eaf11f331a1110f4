/* ledger_log.c - what has changed lately, and who is told of it. */
#include <stdlib.h>

#include "base/array.h"
#include "base/err.h"
#include "ops/ledger_parts.h"

#define ROOM_FIRST 64

/* ---- the ring ---- */

static struct ledger_record *
record_at(const struct ledger_log *log, size_t i)
{
	size_t at = log->first + i;

	return &log->records[at < log->room ? at : at - log->room];
}

static void
forget_oldest(struct ledger *ledger)
{
	struct ledger_log *log = &ledger->log;
	struct ledger_entry *entry = log->records[log->first].entry;

	log->first = log->first + 1 < log->room ? log->first + 1 : 0;
	log->count--;
	ledger_entry_unref(ledger, entry);
}

/* Without memory it stays as large as it is. */
static void
grow(struct ledger_log *log)
{
	size_t room = log->room == 0 ? ROOM_FIRST : log->room * 2;
	struct ledger_record *records;

	if (room > log->max)
		room = log->max;
	if (room == log->room)
		return;
	records = malloc(room * sizeof(*records));
	if (records == NULL)
		return;
	for (size_t i = 0; i < log->count; i++)
		records[i] = *record_at(log, i);
	free(log->records);
	log->records = records;
	log->room = room;
	log->first = 0;
}

static void
keep(struct ledger *ledger, struct ledger_entry *entry, enum ledger_event event)
{
	struct ledger_log *log = &ledger->log;

	if (log->count == log->room)
		grow(log);
	if (log->room == 0)
		return;
	if (log->count == log->room)
		forget_oldest(ledger);
	log->count++;
	entry->references++;
	*record_at(log, log->count - 1) = (struct ledger_record){ ledger->version, entry, event };
}

void
ledger_log_release(struct ledger *ledger)
{
	while (ledger->log.count > 0)
		forget_oldest(ledger);
	free(ledger->log.records);
	ledger->log.records = NULL;
	ledger->log.room = 0;
}

int
ledger_since(const struct ledger *ledger, uint64_t version, ledger_visit_fn *visit, void *arg)
{
	const struct ledger_log *log = &ledger->log;
	int stop = 0;

	if (version > ledger->version)
		return ERR_RANGE;
	if (ledger->version - version > log->count)
		return ERR_GONE;
	for (size_t i = log->count - (size_t)(ledger->version - version);
	    stop == 0 && i < log->count; i++) {
		const struct ledger_record *record = record_at(log, i);
		const struct ledger_change change = { record->event, record->version,
			record->entry };

		stop = visit(arg, &change);
	}
	return stop;
}

/* ---- who is told ---- */

int
ledger_subscribe(struct ledger *ledger, ledger_fn *fn, void *arg)
{
	if (array_reserve(&ledger->listeners, &ledger->listener_room, ledger->listener_count + 1,
	    sizeof(*ledger->listeners)) != 0)
		return ERR_NOMEM;
	ledger->listeners[ledger->listener_count++] = (struct ledger_listener){ fn, arg };
	return 0;
}

static void
drop_gone(struct ledger *ledger)
{
	size_t kept = 0;

	for (size_t i = 0; i < ledger->listener_count; i++)
		if (ledger->listeners[i].fn != NULL)
			ledger->listeners[kept++] = ledger->listeners[i];
	ledger->listener_count = kept;
}

void
ledger_unsubscribe(struct ledger *ledger, ledger_fn *fn, void *arg)
{
	for (size_t i = 0; i < ledger->listener_count; i++) {
		struct ledger_listener *listener = &ledger->listeners[i];

		if (listener->fn == fn && listener->arg == arg) {
			listener->fn = NULL;
			break;
		}
	}
	if (ledger->telling == 0)
		drop_gone(ledger);
}

static void
tell(struct ledger *ledger, const struct ledger_change *change)
{
	ledger->telling++;
	for (size_t i = 0; i < ledger->listener_count; i++)
		if (ledger->listeners[i].fn != NULL)
			ledger->listeners[i].fn(ledger->listeners[i].arg, change);
	if (--ledger->telling == 0)
		drop_gone(ledger);
}

void
ledger_log_add(struct ledger *ledger, struct ledger_entry *entry, enum ledger_event event)
{
	const struct ledger_change change = { event, ledger->version + 1, entry };

	entry->version = ++ledger->version;
	keep(ledger, entry, event);
	tell(ledger, &change);
}
