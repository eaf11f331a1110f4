/* state.c - what outlives the process: addresses given, verdicts, the SOA serial. */
#include "daemon/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/journal.h"
#include "daemon/pack.h"
#include "daemon/state_item.h"
#include "daemon/state_load.h"
#include "daemon/state_record.h"
#include "model/allot.h"

#define ADDRESSES "addresses"
#define VERDICTS "verdicts"
/* What may be appended before a file is written anew, beyond twice its snapshot. */
#define APPENDED_MIN ((size_t)1 << 20)
/* Serials kept ahead on disk: at most ten are used a second, so that this is written every minute
 * at most. */
#define SERIAL_AHEAD 600
#define SERIAL_SLACK 50
#define RETRY_MS 5000

struct state {
	char *dir;                      /* NULL: nothing is kept */
	const struct clock *clock;
	int folder;                     /* -1: could not be opened so far */
	bool set_aside;                 /* files lie there that were not read: keep them as .bad */
	struct journal *addresses;
	struct journal *verdicts;
	struct state_content content;
	bool noted;                     /* something is to be synced */
	uint32_t serial_kept;           /* on disk or noted */
	char problems[2][256];          /* of addresses, of verdicts; "": none */
	uint64_t retry_ms; /* verdicts that could not be written are tried again then */
};

static bool
hold_is_over(const struct state *state, const struct state_item *item)
{
	return state_load_is_over(&state->content, item, clock_unix_s(state->clock));
}

/* ---- the folder ---- */

static int
make_folders(const char *dir)
{
	char *path = strdup(dir);

	if (path == NULL)
		return ERR_NOMEM;
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			break;
		*at = '/';
	}
	free(path);
	return mkdir(dir, 0750) == 0 || errno == EEXIST ? 0 : ERR_SYSTEM;
}

/* ERR_EXISTS: another daemon has it; ERR_SYSTEM; ERR_NOMEM. */
static int
open_folder(struct state *state)
{
	int fd = open(state->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0 && errno == ENOENT) {
		err = make_folders(state->dir);
		if (err != 0)
			return err;
		fd = open(state->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return ERR_SYSTEM;
	/* The folder itself is locked: that works where nothing can be written, and leaves no file
	 * behind. */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err = errno == EWOULDBLOCK ? ERR_EXISTS : ERR_SYSTEM;
		close(fd);
		return err;
	}
	state->folder = fd;
	state->addresses = journal_new(fd, ADDRESSES);
	state->verdicts = journal_new(fd, VERDICTS);
	return state->addresses == NULL || state->verdicts == NULL ? ERR_NOMEM : 0;
}

enum { OF_ADDRESSES, OF_VERDICTS };

/* Said once, and once more when it is over. */
static int
told(struct state *state, int which, int err)
{
	static const char *const costs[] = { "what has an address is served on, new Services wait",
		"they are forgotten at a restart" };
	static const char *const names[] = { ADDRESSES, VERDICTS };
	const char *text = err == 0 ? "" : err == ERR_SYSTEM ? strerror(errno) : err_text(err);
	char *problem = state->problems[which];

	if (strcmp(problem, text) == 0)
		return err;
	snprintf(problem, sizeof(state->problems[which]), "%s", text);
	if (err == 0)
		log_info("state: %s/%s can be written again", state->dir, names[which]);
	else
		log_error("state: cannot write %s/%s: %s; %s", state->dir, names[which], text,
		    costs[which]);
	return err;
}

/* ---- writing ---- */

static int
dump_addresses(void *arg, struct journal *journal)
{
	struct state *state = arg;
	struct pack_writer writer = PACK_WRITER_INIT;
	struct state_items *items = &state->content.items;
	struct state_item *item;
	size_t at = 0;
	int err = 0;

	while ((item = keyset_next(&items->set, &at)) != NULL) {
		if (hold_is_over(state, item)) {
			state_item_drop(items, item);
			at--;
			continue;
		}
		err = journal_append(journal, item->record, item->len);
		if (err == 0 && item->removed_unix_s != 0) {
			pack_writer_clear(&writer);
			state_record_put_removal_of(
			    &writer, item->record, item->len, item->removed_unix_s);
			err = writer.err != 0 ? writer.err :
						journal_append(journal, writer.data, writer.len);
		}
		if (err != 0)
			break;
	}
	if (err == 0 && state->serial_kept != 0) {
		pack_writer_clear(&writer);
		state_record_put_serial(&writer, state->serial_kept);
		err = writer.err != 0 ? writer.err :
					journal_append(journal, writer.data, writer.len);
	}
	pack_writer_release(&writer);
	return err;
}

static bool
has_grown(const struct journal *journal)
{
	return journal_appended(journal) > APPENDED_MIN + 2 * journal_snapshot_size(journal);
}

/* Files of before that could not be read are not written over. */
static void
keep_unread(struct state *state)
{
	static const char *const names[] = { ADDRESSES, VERDICTS };

	for (size_t i = 0; i < 2; i++) {
		char copy[64];

		snprintf(copy, sizeof(copy), "%s.bad", names[i]);
		if (renameat(state->folder, names[i], state->folder, copy) == 0)
			log_error("state: %s/%s was never read; it is kept as %s", state->dir,
			    names[i], copy);
	}
	state->set_aside = false;
}

static int
ready_folder(struct state *state)
{
	int err;

	if (state->folder < 0) {
		err = open_folder(state);
		if (err == ERR_EXISTS)
			errno = EBUSY;
		if (err != 0)
			return err == ERR_NOMEM ? err : ERR_SYSTEM;
		state->set_aside = true;
	}
	if (state->set_aside)
		keep_unread(state);
	return 0;
}

int
state_sync(struct state *state)
{
	int err;

	if (state->dir == NULL || !state->noted)
		return 0;
	err = ready_folder(state);
	if (err != 0)
		return told(state, OF_ADDRESSES, err);
	if (journal_needs_rewrite(state->addresses) || has_grown(state->addresses))
		err = journal_rewrite(state->addresses, dump_addresses, state);
	else
		err = journal_commit(state->addresses, true);
	if (err == 0)
		state->noted = false;
	return told(state, OF_ADDRESSES, err);
}

static int
append_address(struct state *state, const struct pack_writer *writer)
{
	int err = writer->err;

	/* A rewrite takes everything from the items. */
	if (err == 0 && state->addresses != NULL && !journal_needs_rewrite(state->addresses))
		err = journal_append(state->addresses, writer->data, writer->len);
	state->noted = true;
	return err;
}

int
state_put_allotment(struct state *state, const struct allotment *allotment)
{
	struct pack_writer writer = PACK_WRITER_INIT;
	bool changed = false;
	int err;

	if (state->dir == NULL)
		return 0;
	state_record_put_allotment(&writer, allotment);
	err = writer.err;
	if (err == 0 && writer.len > JOURNAL_RECORD_MAX)
		err = ERR_LIMIT;
	if (err == 0)
		err = state_item_put(&state->content.items, writer.data, writer.len, &changed);
	if (err == 0 && changed)
		err = append_address(state, &writer);
	pack_writer_release(&writer);
	return err;
}

int
state_remove_allotment(struct state *state, const char *ns, const char *name)
{
	struct pack_writer writer = PACK_WRITER_INIT;
	struct state_item *item = NULL;
	int err;

	state_record_put_key(&writer, ns, name);
	err = writer.err;
	if (err == 0)
		item = state_item_find(&state->content.items, writer.data, writer.len);
	if (item != NULL && item->removed_unix_s == 0) {
		item->removed_unix_s = clock_unix_s(state->clock) & STATE_UNIX_MAX;
		pack_writer_clear(&writer);
		state_record_put_removed(&writer, ns, name, item->removed_unix_s);
		err = append_address(state, &writer);
	}
	pack_writer_release(&writer);
	return err;
}

int
state_put_serial(struct state *state, uint32_t serial)
{
	struct pack_writer writer = PACK_WRITER_INIT;
	int err;

	state->content.serial = serial;
	/* Serial arithmetic (RFC 1982): is the kept one far enough ahead? */
	if (state->dir == NULL ||
	    (state->serial_kept != 0 && (int32_t)(state->serial_kept - serial) > SERIAL_SLACK))
		return 0;
	state->serial_kept = serial + SERIAL_AHEAD;
	state_record_put_serial(&writer, state->serial_kept);
	err = append_address(state, &writer);
	pack_writer_release(&writer);
	return err;
}

void
state_put_verdict(struct state *state, const char *target_id, const struct verdict_state *verdict)
{
	struct pack_writer writer = PACK_WRITER_INIT;

	/* Until the first snapshot, and while the disk is full, the store itself is what will be
	 * written. */
	if (state->verdicts == NULL || journal_needs_rewrite(state->verdicts))
		return;
	state_record_put_verdict(&writer, target_id, verdict);
	if (writer.err != 0 || journal_append(state->verdicts, writer.data, writer.len) != 0)
		log_warn(
		    "state: the verdict of %s is not kept: %s", target_id, err_text(ERR_NOMEM));
	pack_writer_release(&writer);
}

struct verdict_dump {
	state_each_verdict_fn *each;
	void *arg;
	struct journal *journal;
};

static int
dump_verdict(void *visit_arg, const char *target_id, const struct verdict_state *verdict)
{
	struct verdict_dump *dump = visit_arg;
	struct pack_writer writer = PACK_WRITER_INIT;
	int err;

	if (verdict->verdict == VERDICT_UNKNOWN)
		return 0;
	state_record_put_verdict(&writer, target_id, verdict);
	err = writer.err != 0 ? writer.err : journal_append(dump->journal, writer.data, writer.len);
	pack_writer_release(&writer);
	/* One verdict with an absurd name must not cost all others. */
	return err == ERR_LIMIT ? 0 : err;
}

static int
dump_verdicts(void *arg, struct journal *journal)
{
	struct verdict_dump *dump = arg;

	dump->journal = journal;
	return dump->each(dump->arg, dump_verdict, dump);
}

int
state_save_verdicts(struct state *state, state_each_verdict_fn *each, void *arg, bool last)
{
	struct verdict_dump dump = { .each = each, .arg = arg };
	int err;

	if (state->dir == NULL)
		return 0;
	/* A new file is work in proportion to the world: not each second while it cannot be
	 * written. */
	if (state->problems[OF_VERDICTS][0] != '\0' &&
	    clock_now_ms(state->clock) < state->retry_ms && !last)
		return ERR_SYSTEM;
	state->retry_ms = clock_now_ms(state->clock) + RETRY_MS;
	err = ready_folder(state);
	if (err == 0 && (journal_needs_rewrite(state->verdicts) || has_grown(state->verdicts)))
		err = journal_rewrite(state->verdicts, dump_verdicts, &dump);
	else if (err == 0)
		err = journal_commit(state->verdicts, last);
	return told(state, OF_VERDICTS, err);
}

const char *
state_problem(const struct state *state)
{
	for (size_t i = 0; i < 2; i++)
		if (state->problems[i][0] != '\0')
			return state->problems[i];
	return NULL;
}

/* ---- life ---- */

static int
read_file(struct state *state, const char *name)
{
	int err = state_load(
	    state->folder, state->dir, name, clock_unix_s(state->clock), &state->content);

	if (err == 0 || err == ERR_NOMEM)
		return err;
	/* What cannot be read is not written over. */
	state->set_aside = true;
	return 0;
}

int
state_open(const struct state_settings *settings, struct state **out)
{
	struct state *state = calloc(1, sizeof(*state));
	int err = 0;

	if (state == NULL)
		return ERR_NOMEM;
	state->folder = -1;
	state_items_init(&state->content.items, 2);
	state_items_init(&state->content.restored, 1);
	state->content.hold_s = settings->hold_s;
	state->clock = settings->clock;
	if (settings->dir == NULL)
		goto done;
	state->dir = strdup(settings->dir);
	err = state->dir == NULL ? ERR_NOMEM : open_folder(state);
	if (err == ERR_SYSTEM)
		err = told(state, OF_ADDRESSES, err) == ERR_SYSTEM ? 0 : err;
	if (err == 0 && state->folder >= 0)
		err = read_file(state, ADDRESSES);
	if (err == 0 && state->folder >= 0)
		err = read_file(state, VERDICTS);
	/* A first snapshot tells at once whether the folder can be written, and drops a torn
	 * tail. */
	state->serial_kept = state->content.serial;
	state->noted = true;
	if (err == 0)
		state_sync(state);
done:
	if (err != 0) {
		state_close(state);
		return err;
	}
	*out = state;
	return 0;
}

void
state_close(struct state *state)
{
	if (state == NULL)
		return;
	journal_free(state->addresses);
	journal_free(state->verdicts);
	state_items_free(&state->content.items);
	state_items_free(&state->content.restored);
	if (state->folder >= 0)
		close(state->folder);
	free(state->dir);
	free(state);
}

static int
restore_item(const struct state_item *item, const struct state_restore_ops *ops, void *arg)
{
	struct arena *arena = arena_new(0);
	struct state_record record;
	int err;

	if (arena == NULL)
		return ERR_NOMEM;
	err = state_record_read(item->record, item->len, arena, &record);
	if (err == 0 && record.kind == STATE_RECORD_ALLOTMENT)
		err = ops->allotment(arg, record.allotment, item->removed_unix_s != 0);
	else if (err == 0)
		err = ops->verdict(arg, record.target_id, &record.verdict);
	arena_free(arena);
	return err;
}

/* In the order in which they were removed; those that are there come last. */
static int
compare_removals(const void *left, const void *right)
{
	uint64_t a = (*(const struct state_item *const *)left)->removed_unix_s;
	uint64_t b = (*(const struct state_item *const *)right)->removed_unix_s;

	/* 0, less one, is more than all others. */
	return a - 1 < b - 1 ? -1 : a - 1 > b - 1;
}

/*
 * What one gave up and another took is the other's: what was removed is restored before who may
 * have taken of it.
 */
static int
restore_items(const struct state_items *items, const struct state_restore_ops *ops, void *arg)
{
	const struct state_item **sorted = calloc(items->set.count + 1, sizeof(*sorted));
	size_t at = 0, count = 0;
	int err = 0;

	if (sorted == NULL)
		return ERR_NOMEM;
	while ((sorted[count] = keyset_next(&items->set, &at)) != NULL)
		count++;
	qsort(sorted, count, sizeof(*sorted), compare_removals);
	for (size_t i = 0; i < count && err == 0; i++)
		err = restore_item(sorted[i], ops, arg);
	free(sorted);
	return err;
}

int
state_restore(struct state *state, const struct state_restore_ops *ops, void *arg)
{
	int err = restore_items(&state->content.items, ops, arg);

	if (err == 0)
		err = restore_items(&state->content.restored, ops, arg);
	state_items_free(&state->content.restored);
	return err;
}

uint32_t
state_serial(const struct state *state)
{
	return state->content.serial;
}
