/* ages.c - when each object was first seen, kept over a restart. */
#include "daemon/ages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/journal.h"
#include "model/object.h"
#include "ops/ledger.h"

#define FILE_NAME "ages"
/* kind, four octets of time, namespace and name with their NULs */
#define HEAD_SIZE 5
#define RECORD_SIZE 512
/* What so much was appended to is written anew without a restart. */
#define APPENDED_MAX ((size_t)64 << 20)

struct ages {
	struct ledger *ledger;
	const struct clock *clock;
	struct journal *journal;        /* NULL: nothing is kept */
	int folder;
	bool learnt;                    /* something was appended and is not written */
	bool failed;                    /* the last time; said once */
};

/* ---- records ---- */

/* 0: forget it. */
static int
append(struct journal *journal, enum api_kind kind, const char *ns, const char *name,
    uint32_t created_unix_s)
{
	size_t ns_size = strlen(ns) + 1, name_size = strlen(name) + 1;
	uint8_t record[RECORD_SIZE];

	if (HEAD_SIZE + ns_size + name_size > sizeof(record))
		return ERR_LIMIT;
	record[0] = (uint8_t)kind;
	for (size_t i = 0; i < 4; i++)
		record[1 + i] = (uint8_t)(created_unix_s >> 8 * i);
	memcpy(record + HEAD_SIZE, ns, ns_size);
	memcpy(record + HEAD_SIZE + ns_size, name, name_size);
	return journal_append(journal, record, HEAD_SIZE + ns_size + name_size);
}

/* What is damaged is passed over: it costs an age. */
static int
read_record(void *arg, const uint8_t *record, size_t len)
{
	struct ages *ages = arg;
	const char *ns = (const char *)record + HEAD_SIZE;
	size_t rest = len > HEAD_SIZE ? len - HEAD_SIZE : 0;
	size_t ns_len = rest > 0 ? strnlen(ns, rest) : 0;
	uint32_t created = 0;

	if (rest < ns_len + 2 || record[len - 1] != '\0' || record[0] >= API_EVENTS)
		return 0;
	for (size_t i = 0; i < 4; i++)
		created |= (uint32_t)record[1 + i] << 8 * i;
	return ledger_remember(ages->ledger, (enum api_kind)record[0], ns, ns + ns_len + 1,
	    created);
}

/* ---- what the ledger learns ---- */

/* Whose age is nobody else's: made ones are as old as their Service. */
static bool
has_age(const struct ledger_entry *entry)
{
	if (entry->kind == API_EVENTS)
		return false;
	return entry->origin == LEDGER_STATED ? entry->object->created_unix_s == 0 :
	    entry->kind == API_NAMESPACES;
}

static void
on_change(void *arg, const struct ledger_change *change)
{
	struct ages *ages = arg;
	const struct ledger_entry *entry = change->entry;
	bool gone = change->event == LEDGER_DELETED;

	if (change->event == LEDGER_MODIFIED || !has_age(entry))
		return;
	/* One that is older was remembered, and stands in the file. */
	if (!gone && entry->created_unix_s != (uint32_t)clock_unix_s(ages->clock))
		return;
	ages->learnt |= append(ages->journal, (enum api_kind)entry->kind, entry->ns, entry->name,
	    gone ? 0 : entry->created_unix_s) == 0;
}

/* ---- writing ---- */

static int
dump_memory(void *arg, enum api_kind kind, const char *ns, const char *name,
    uint32_t created_unix_s)
{
	return created_unix_s == 0 ? 0 : append(arg, kind, ns, name, created_unix_s);
}

static int
dump_kind(const struct ledger *ledger, enum api_kind kind, struct journal *journal)
{
	const struct ledger_entry *entry = ledger_next(ledger, kind, NULL, NULL, NULL);
	int err = 0;

	for (; err == 0 && entry != NULL;
	    entry = ledger_next(ledger, kind, NULL, entry->ns, entry->name))
		if (has_age(entry))
			err = append(journal, kind, entry->ns, entry->name,
			    entry->created_unix_s);
	return err == ERR_LIMIT ? 0 : err;
}

static int
dump(void *arg, struct journal *journal)
{
	const struct ages *ages = arg;
	int err = ledger_each_memory(ages->ledger, dump_memory, journal);

	for (unsigned kind = 0; err == 0 && kind < API_EVENTS; kind++)
		err = dump_kind(ages->ledger, (enum api_kind)kind, journal);
	return err;
}

static void
write_out(struct ages *ages, bool last)
{
	bool anew = journal_needs_rewrite(ages->journal) ||
	    journal_appended(ages->journal) > APPENDED_MAX;
	int err = anew ? journal_rewrite(ages->journal, dump, ages) :
	    journal_commit(ages->journal, last);

	if (err != 0 && !ages->failed)
		log_errno(LOG_WARN, "state: the ages of objects cannot be kept");
	ages->failed = err != 0;
	ages->learnt = err != 0;
}

void
ages_tick(struct ages *ages)
{
	if (ages != NULL && ages->journal != NULL && ages->learnt)
		write_out(ages, false);
}

static int
forget(void *arg, enum api_kind kind, const char *ns, const char *name, uint32_t created_unix_s)
{
	struct ages *ages = arg;

	(void)created_unix_s;
	ages->learnt = true;
	return append(ages->journal, kind, ns, name, 0);
}

void
ages_settle(struct ages *ages)
{
	if (ages == NULL)
		return;
	if (ages->journal != NULL)
		(void)ledger_each_memory(ages->ledger, forget, ages);
	ledger_settle(ages->ledger);
}

/* ---- life ---- */

static int
open_file(struct ages *ages, const char *dir)
{
	struct journal_report report;
	int err;

	if (dir == NULL)
		return 0;
	ages->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ages->folder < 0)
		return 0;               /* the state says so itself */
	err = journal_read(ages->folder, FILE_NAME, read_record, ages, &report);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0 || report.lost_octets > 0)
		log_warn("state: %s/%s is damaged: some objects look younger than they are", dir,
		    FILE_NAME);
	ages->journal = journal_new(ages->folder, FILE_NAME);
	if (ages->journal == NULL)
		return ERR_NOMEM;
	write_out(ages, false);
	return ledger_subscribe(ages->ledger, on_change, ages);
}

struct ages *
ages_new(const char *dir, struct ledger *ledger, const struct clock *clock)
{
	struct ages *ages = calloc(1, sizeof(*ages));

	if (ages == NULL)
		return NULL;
	*ages = (struct ages){ .ledger = ledger, .clock = clock, .folder = -1 };
	if (open_file(ages, dir) != 0) {
		ages_free(ages);
		return NULL;
	}
	return ages;
}

void
ages_free(struct ages *ages)
{
	if (ages == NULL)
		return;
	ledger_unsubscribe(ages->ledger, on_change, ages);
	if (ages->journal != NULL && ages->learnt)
		write_out(ages, true);
	journal_free(ages->journal);
	if (ages->folder >= 0)
		(void)close(ages->folder);
	free(ages);
}
