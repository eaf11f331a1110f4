/* follow_run.c - what one watch tells: what there is, then what changes. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "ops/follow_parts.h"
#include "ops/visit.h"

#define STEPS_PER_LOOK 16       /* looking at the clock costs as much as passing over a few entries */
/* What all watches with selectors may remember together: 2 million names, 32 MiB. */
#define NAMES_MAX 2000000

static enum follow_outcome
end_with_error(struct follow *follow, int code, const char *message)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	if (follow_write_error(code, message, text) == 0)
		(void)visit_more(follow->visit, text->text, text->len);
	return follow_end(follow);
}

/* What could not be told would be missing for ever: let the client list anew. */
static enum follow_outcome
break_off(struct follow *follow)
{
	return end_with_error(follow, 500, "no memory");
}

/* ---- telling ---- */

static enum follow_outcome
give(struct follow *follow, int err)
{
	struct strbuf *text = &follow->follows->text;

	if (err != 0)
		return break_off(follow);
	follow->has_told = true;
	follow->blocked = !visit_more(follow->visit, text->text, text->len);
	return follow->blocked ? FOLLOW_BLOCKED : FOLLOW_DONE;
}

static enum follow_outcome
tell(struct follow *follow, struct follow_shared *shared, const char *type)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	return give(follow, follow_write(shared, &follow->settings, type, !follow->has_told, text));
}

enum follow_outcome
follow_tell_bookmark(struct follow *follow, bool is_end)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	return give(follow, follow_write_bookmark(&follow->settings, follow->cursor, is_end,
	    !follow->has_told, text));
}

/* ---- what the client has ---- */

static int
remember(struct follow *follow, struct name_set *set, const struct ledger_entry *entry)
{
	size_t before = set->count;
	int err;

	if (follow->follows->names >= NAMES_MAX)
		return ERR_LIMIT;
	err = name_set_add(set, entry->ns, entry->name);
	follow->follows->names += set->count - before;
	return err;
}

static bool
forget(struct follow *follow, struct name_set *set, const struct ledger_entry *entry)
{
	bool was = name_set_remove(set, entry->ns, entry->name);

	follow->follows->names -= was;
	return was;
}

static const char *
event_text(enum ledger_event event)
{
	switch (event) {
	case LEDGER_ADDED:
		return "ADDED";
	case LEDGER_MODIFIED:
		return "MODIFIED";
	case LEDGER_DELETED:
		break;
	}
	return "DELETED";
}

/*
 * What the change is to this client; NULL: nothing.  With a selector an object that ceases to match
 * is deleted for him, one that begins to is added.  *err: without a memory of what he has, nothing
 * can be told.
 */
static const char *
type_for(struct follow *follow, const struct ledger_change *change, const json_t *object, int *err)
{
	const struct follow_settings *settings = &follow->settings;
	bool matches = settings->matches == NULL || settings->matches(settings->arg, object);
	bool had, may_have;

	if (!follow->keeps_names)
		return matches ? event_text(change->event) : NULL;
	had = forget(follow, &follow->known, change->entry);
	/* What is only now made nobody had before. */
	may_have = forget(follow, &follow->unsure, change->entry) && change->event != LEDGER_ADDED;
	if (change->event == LEDGER_DELETED || !matches)
		return had || may_have ? "DELETED" : NULL;
	*err = remember(follow, &follow->known, change->entry);
	return had ? "MODIFIED" : may_have ? event_text(change->event) : "ADDED";
}

/* ---- changes ---- */

static bool
is_wanted(const struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;

	return entry->kind == settings->kind &&
	    (settings->ns[0] == '\0' || strcmp(settings->ns, entry->ns) == 0) &&
	    (settings->wants == NULL || settings->wants(settings->arg, entry->ns, entry->name));
}

/* Did the walk pass it already?  What lies before it will be seen as it is then. */
static bool
is_passed(const struct follow *follow, const struct ledger_entry *entry)
{
	int order;

	if (follow->phase != FOLLOW_FIRST)
		return true;
	if (!follow->walked)
		return false;
	order = strcmp(entry->ns, follow->ns);
	return order < 0 || (order == 0 && strcmp(entry->name, follow->name) <= 0);
}

static enum follow_outcome
tell_change(struct follow *follow, const struct ledger_change *change)
{
	struct follow_shared *shared = follow_object(follow->follows->shared, &follow->settings,
	    change);
	const char *type;
	int err = 0;

	if (shared == NULL)
		return break_off(follow);
	type = type_for(follow, change, shared->object, &err);
	if (err != 0)
		return end_with_error(follow, 429, "watches with selectors remember too much");
	return type == NULL ? FOLLOW_DONE : tell(follow, shared, type);
}

/* A turn is over: others have work too. */
static bool
is_late(struct follow *follow)
{
	return ++follow->steps % STEPS_PER_LOOK == 0 &&
	    clock_now_us(follow->follows->clock) >= follow->turn_end_us;
}

/* 0: go on. */
static int
visit_change(void *arg, const struct ledger_change *change)
{
	struct follow *follow = arg;
	/* Of a MODIFIED that was changed again the later record tells all there is to tell. */
	bool is_old = change->event == LEDGER_MODIFIED &&
	    change->version != change->entry->version;
	enum follow_outcome outcome = FOLLOW_DONE;

	if (!is_old && is_wanted(follow, change->entry) && is_passed(follow, change->entry))
		outcome = tell_change(follow, change);
	if (outcome == FOLLOW_ENDED)
		return FOLLOW_ENDED;
	follow->cursor = change->version;
	if (outcome == FOLLOW_DONE && is_late(follow))
		outcome = FOLLOW_LATER;
	return (int)outcome;
}

enum follow_outcome
follow_catch_up(struct follow *follow)
{
	struct follows *follows = follow->follows;
	uint64_t now = ledger_version(follows->ledger);
	int stopped;

	if (follows->changed[follow->settings.kind] <= follow->cursor && follow->cursor <= now) {
		follow->cursor = now;
		return FOLLOW_DONE;
	}
	stopped = ledger_since(follows->ledger, follow->cursor, visit_change, follow);
	if (stopped == ERR_GONE || stopped == ERR_RANGE)
		return end_with_error(follow, 410, "too old resource version");
	if (stopped == 0)
		follow->cursor = now;
	return (enum follow_outcome)stopped;
}

/* ---- walks ---- */

static enum follow_outcome
learn(struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;
	struct name_set *set = NULL;
	json_t *object;

	if (entry->version > follow->query.from) {
		set = &follow->unsure;
	} else {
		object = settings->object(settings->arg, entry);
		if (object == NULL)
			return break_off(follow);
		if (settings->matches(settings->arg, object))
			set = &follow->known;
		json_decref(object);
	}
	if (set != NULL && remember(follow, set, entry) != 0)
		return end_with_error(follow, 429, "watches with selectors remember too much");
	return FOLLOW_DONE;
}

static enum follow_outcome
tell_first(struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;
	struct strbuf *text = &follow->follows->text;
	json_t *object = settings->object(settings->arg, entry);

	if (object == NULL)
		return break_off(follow);
	if (settings->matches != NULL && !settings->matches(settings->arg, object)) {
		json_decref(object);
		return FOLLOW_DONE;
	}
	if (follow->keeps_names && remember(follow, &follow->known, entry) != 0) {
		json_decref(object);
		return end_with_error(follow, 429, "watches with selectors remember too much");
	}
	strbuf_clear(text);
	return give(follow, follow_write_alone(settings, object, "ADDED", !follow->has_told, text));
}

static enum follow_outcome
walk(struct follow *follow)
{
	const struct follow_settings *settings = &follow->settings;
	enum follow_outcome outcome = FOLLOW_DONE;

	while (outcome == FOLLOW_DONE) {
		const struct ledger_entry *entry = ledger_next(follow->follows->ledger,
		    settings->kind, settings->ns[0] == '\0' ? NULL : settings->ns,
		    follow->walked ? follow->ns : NULL, follow->name);

		if (entry == NULL)
			return FOLLOW_DONE;
		(void)snprintf(follow->ns, sizeof(follow->ns), "%s", entry->ns);
		(void)snprintf(follow->name, sizeof(follow->name), "%s", entry->name);
		follow->walked = true;
		if (is_wanted(follow, entry))
			outcome = follow->phase == FOLLOW_FIRST ? tell_first(follow, entry) :
			    learn(follow, entry);
		if (outcome == FOLLOW_DONE && is_late(follow))
			outcome = FOLLOW_LATER;
	}
	return outcome;
}

enum follow_outcome
follow_run(struct follow *follow)
{
	enum follow_outcome outcome = FOLLOW_DONE;

	/* What changes while it learns is told behind that, when it is known what he has. */
	if (follow->phase != FOLLOW_LEARNING)
		outcome = follow_catch_up(follow);
	if (outcome != FOLLOW_DONE || follow->phase == FOLLOW_LIVE)
		return outcome;
	outcome = walk(follow);
	if (outcome != FOLLOW_DONE)
		return outcome;
	if (follow->phase == FOLLOW_FIRST && follow->query.says_end)
		outcome = follow_tell_bookmark(follow, true);
	if (outcome == FOLLOW_ENDED)
		return FOLLOW_ENDED;
	follow->phase = FOLLOW_LIVE;
	return outcome == FOLLOW_DONE ? follow_catch_up(follow) : outcome;
}

bool
follow_is_behind(const struct follow *follow)
{
	const struct follows *follows = follow->follows;

	return !follow->blocked && (follow->phase != FOLLOW_LIVE ||
	    follows->changed[follow->settings.kind] > follow->cursor);
}
