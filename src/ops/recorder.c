/* recorder.c - core/v1 Events: what became of objects, counted and bounded. */
#include "ops/recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/keyset.h"
#include "base/text.h"

#define NAME_SIZE 280                   /* an object's name of 253, a dot, 16 digits */

/* Newest first. */
struct note {
	struct recorder_event event;
	struct note *newer;
	struct note *older;
	uint32_t name_hash;
	uint32_t what_hash;
	char texts[];
};

struct recorder {
	struct ledger *ledger;
	const struct clock *clock;
	struct keyset by_name;
	struct keyset by_what;
	struct note *newest;
	struct note *oldest;
	uint64_t last_number;           /* of names: grows */
};

/* ---- finding ---- */

static bool
is_named(const void *item, const void *key)
{
	const struct recorder_event *event = &((const struct note *)item)->event;
	const struct recorder_event *wanted = key;

	return strcmp(event->name, wanted->name) == 0 && strcmp(event->ns, wanted->ns) == 0;
}

static bool
is_same(const void *item, const void *key)
{
	const struct recorder_event *event = &((const struct note *)item)->event;
	const struct recorder_event *wanted = key;

	return event->type == wanted->type && strcmp(event->reason, wanted->reason) == 0 &&
	    strcmp(event->about_name, wanted->about_name) == 0 &&
	    strcmp(event->about_ns, wanted->about_ns) == 0 &&
	    strcmp(event->about_kind, wanted->about_kind) == 0 &&
	    strcmp(event->message, wanted->message) == 0;
}

static uint32_t
hash_what(const struct recorder *recorder, const struct recorder_event *what)
{
	const char *const texts[] = { what->about_kind, what->about_ns, what->about_name,
		what->reason, what->message };
	uint64_t digest = TEXT_HASH_SEED;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		digest = text_digest(digest, texts[i], strlen(texts[i]));
	return keyset_hash(&recorder->by_what, &digest, sizeof(digest));
}

static void
write_uid(const struct recorder *recorder, struct recorder_event *event)
{
	for (unsigned kind = 0; kind < API_EVENTS; kind++) {
		const struct ledger_entry *entry;

		if (strcmp(api_kind_text((enum api_kind)kind), event->about_kind) != 0)
			continue;
		entry = ledger_find(recorder->ledger, (enum api_kind)kind, event->about_ns,
		    event->about_name);
		if (entry != NULL)
			ledger_uid(entry, event->about_uid);
	}
}

const struct recorder_event *
recorder_find(const struct recorder *recorder, const char *ns, const char *name)
{
	const struct recorder_event key = { .ns = ns, .name = name };
	struct note *note = keyset_find(&recorder->by_name,
	    keyset_hash_names(&recorder->by_name, ns, name), is_named, &key);

	if (note == NULL)
		return NULL;
	/* What became of it may have been noted before the object itself was in the ledger. */
	if (*note->event.about_uid == '\0')
		write_uid(recorder, &note->event);
	return &note->event;
}

int
recorder_each(const struct recorder *recorder, recorder_visit_fn *visit, void *arg)
{
	int stop = 0;

	for (const struct note *note = recorder->newest; stop == 0 && note != NULL;
	    note = note->older)
		stop = visit(arg, &note->event);
	return stop;
}

/* ---- order ---- */

static void
unlink_note(struct recorder *recorder, struct note *note)
{
	if (note->newer != NULL)
		note->newer->older = note->older;
	else
		recorder->newest = note->older;
	if (note->older != NULL)
		note->older->newer = note->newer;
	else
		recorder->oldest = note->newer;
}

static void
link_newest(struct recorder *recorder, struct note *note)
{
	note->newer = NULL;
	note->older = recorder->newest;
	if (recorder->newest != NULL)
		recorder->newest->newer = note;
	else
		recorder->oldest = note;
	recorder->newest = note;
}

static void
drop(struct recorder *recorder, struct note *note)
{
	unlink_note(recorder, note);
	keyset_remove(&recorder->by_name, note->name_hash, note);
	keyset_remove(&recorder->by_what, note->what_hash, note);
	ledger_remove(recorder->ledger, API_EVENTS, note->event.ns, note->event.name);
	free(note);
}

/* ---- noting ---- */

static const char *
copy_text(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	const char *copy = memcpy(*at, text, size);

	*at += size;
	return copy;
}

/* As client-go names them: the object's name and a number in hexadecimal, here never twice. */
static void
write_name(struct recorder *recorder, const char *about, char buf[NAME_SIZE])
{
	uint64_t number = clock_unix_ms(recorder->clock) * 1000000;

	if (number <= recorder->last_number)
		number = recorder->last_number + 1;
	recorder->last_number = number;
	snprintf(buf, NAME_SIZE, "%.253s.%" PRIx64, about, number);
}

static struct note *
note_new(struct recorder *recorder, const struct recorder_event *what, const char *name)
{
	const char *ns = *what->about_ns != '\0' ? what->about_ns : "default";
	size_t size = strlen(ns) + strlen(name) + strlen(what->about_kind) +
	    strlen(what->about_ns) + strlen(what->about_name) + strlen(what->reason) +
	    strlen(what->message) + 7;
	struct note *note = calloc(1, sizeof(*note) + size);
	char *at = note != NULL ? note->texts : NULL;

	if (note == NULL)
		return NULL;
	note->event = *what;
	note->event.ns = copy_text(&at, ns);
	note->event.name = copy_text(&at, name);
	note->event.about_kind = copy_text(&at, what->about_kind);
	note->event.about_ns = copy_text(&at, what->about_ns);
	note->event.about_name = copy_text(&at, what->about_name);
	note->event.reason = copy_text(&at, what->reason);
	note->event.message = copy_text(&at, what->message);
	note->name_hash = keyset_hash_names(&recorder->by_name, ns, name);
	note->what_hash = hash_what(recorder, what);
	return note;
}

static int
show(const struct recorder *recorder, const struct recorder_event *event)
{
	const struct ledger_item item = {
		.kind = API_EVENTS, .origin = LEDGER_IMPLIED, .ns = event->ns, .name = event->name,
		.digest = event->count, .created_unix_s = (uint32_t)event->first_unix_s,
	};

	return ledger_put(recorder->ledger, &item);
}

static void
add_new(struct recorder *recorder, const struct recorder_event *what)
{
	char name[NAME_SIZE];
	struct note *note;

	if (recorder->by_name.count >= RECORDER_MAX)
		drop(recorder, recorder->oldest);
	write_name(recorder, what->about_name, name);
	note = note_new(recorder, what, name);
	if (note == NULL)
		return;
	write_uid(recorder, &note->event);
	if (keyset_add(&recorder->by_name, note->name_hash, note) != 0) {
		free(note);
		return;
	}
	if (keyset_add(&recorder->by_what, note->what_hash, note) != 0) {
		keyset_remove(&recorder->by_name, note->name_hash, note);
		free(note);
		return;
	}
	link_newest(recorder, note);
	if (show(recorder, &note->event) != 0)
		drop(recorder, note);
}

void
recorder_note(struct recorder *recorder, const char *kind, const char *ns, const char *name,
    enum event_type type, const char *reason, const char *message)
{
	struct recorder_event what = {
		.about_kind = kind, .about_ns = ns, .about_name = name, .type = type,
		.reason = reason, .message = message, .count = 1,
	};
	struct note *note;

	if (recorder == NULL)
		return;
	what.first_unix_s = what.last_unix_s = clock_unix_s(recorder->clock);
	note = keyset_find(&recorder->by_what, hash_what(recorder, &what), is_same, &what);
	if (note == NULL) {
		add_new(recorder, &what);
		return;
	}
	note->event.count++;
	note->event.last_unix_s = what.last_unix_s;
	unlink_note(recorder, note);
	link_newest(recorder, note);
	/* It is there already: no memory is needed. */
	(void)show(recorder, &note->event);
}

void
recorder_expire(struct recorder *recorder)
{
	uint64_t now_unix_s = clock_unix_s(recorder->clock);

	while (recorder->oldest != NULL &&
	    recorder->oldest->event.last_unix_s + RECORDER_HOURS * 3600 <= now_unix_s)
		drop(recorder, recorder->oldest);
}

/* ---- life ---- */

struct recorder *
recorder_new(struct ledger *ledger, const struct clock *clock)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (recorder == NULL)
		return NULL;
	recorder->ledger = ledger;
	recorder->clock = clock;
	keyset_init(&recorder->by_name);
	keyset_init(&recorder->by_what);
	return recorder;
}

void
recorder_free(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	while (recorder->oldest != NULL)
		drop(recorder, recorder->oldest);
	keyset_release(&recorder->by_name);
	keyset_release(&recorder->by_what);
	free(recorder);
}
