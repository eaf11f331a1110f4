/* zone_set.c - the zones and hosts that files state: who serves which zone. */
#include "dns/zone_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/zone_set_parts.h"
#include "dns/zone_table.h"

#define WHY_SIZE 1536
#define ROUNDS_MAX 4

/* ---- who serves what ----------------------------------------------------------------------- */

struct key {
	const uint8_t *name;
	size_t len;
};

static bool
has_origin(const void *item, const void *key)
{
	const struct content *content = ((const struct zone_file *)item)->now;
	const struct key *name = key;

	return content->origin_len == name->len &&
	    memcmp(content->origin, name->name, name->len) == 0;
}

struct zone_file *
zone_set_serves(const struct zone_set *set, const uint8_t *name, size_t len)
{
	const struct key key = { name, len };

	if (set->served.count == 0)
		return NULL;
	return keyset_find(&set->served, keyset_hash(&set->served, name, len), has_origin, &key);
}

static uint32_t
origin_hash(const struct zone_set *set, const struct content *content)
{
	return keyset_hash(&set->served, content->origin, content->origin_len);
}

/* What the zones above may state, and hosts, depends on which zones there are. */
static void
note_change(struct zone_set *set, const struct content *changed)
{
	const uint8_t *name = changed->origin;
	size_t len = changed->origin_len;

	set->unsettled = true;
	set->hosts_dirty = true;
	while (*name != 0) {
		len -= 1u + *name;
		name += 1 + *name;
		struct zone_file *above = zone_set_serves(set, name, len);
		if (above != NULL)
			above->dirty = true;
	}
}

static int
set_zone(struct index *index, const struct zone_file *file, unsigned flags)
{
	const struct content *content = file->now;

	return index_set_stated_zone(index, content->origin, content->soa_rdata, content->soa_len,
	    content->negative_ttl_s,
	    flags | ZONE_STATED | (file->kind == ZONE_LOCAL ? ZONE_FINAL : 0));
}

int
zone_set_tell(struct zone_set *set, const struct zone_file *file, bool coming)
{
	return set_zone(set->index, file, coming ? ZONE_COMING : 0);
}

/*
 * Settings that came since may have made the zone the cluster's (dns.reverseZones): it has been put
 * over the file's then, and stays.
 */
static void
remove_zone(struct zone_set *set, const struct content *content)
{
	const struct zone *zone = zone_table_at(index_zones(set->index), content->origin,
	    content->origin_len);

	if (zone != NULL && (zone->flags & ZONE_STATED) != 0)
		index_remove_zone(set->index, content->origin);
}

/* The zone is nobody's any more; with `keep` the file can serve it again. */
static int
unserve(struct zone_set *set, struct zone_file *file, bool keep)
{
	int err = zone_set_withdraw(set, file, keep);

	if (!file->served || err != 0)
		return err;
	file->served = false;
	if (file->kind == ZONE_OF_HOSTS)
		return 0;
	keyset_remove(&set->served, origin_hash(set, file->now), file);
	remove_zone(set, file->now);
	note_change(set, file->now);
	return 0;
}

int
zone_set_enter(struct zone_set *set, struct zone_file *file, bool coming)
{
	int err = zone_set_tell(set, file, coming);

	if (err == 0 && keyset_add(&set->served, origin_hash(set, file->now), file) != 0) {
		index_remove_zone(set->index, file->now->origin);
		err = ERR_NOMEM;
	}
	if (err != 0)
		return err;
	file->served = true;
	note_change(set, file->now);
	return 0;
}

/*
 * The zone of a file that has its content: its claims, as far as they may be made.  The zone comes
 * before its names: an entry whose zone is not there is refused.
 */
static int
serve(struct zone_set *set, struct zone_file *file)
{
	int err = zone_set_enter(set, file, false);

	if (err == 0)
		err = zone_set_reconsider(set, file);
	/* Who follows changes takes an SOA for the end of one (observer.h). */
	return err != 0 ? err : zone_set_tell(set, file, false);
}

static bool
is_large(const struct zone_set *set, const struct zone_file *file, const struct content *content)
{
	return set->settings.turn_from > 0 &&
	    file->claim_count + content->count >= set->settings.turn_from;
}

static bool
same_origin(const struct content *a, const struct content *b)
{
	return a->origin_len == b->origin_len && memcmp(a->origin, b->origin, a->origin_len) == 0;
}

/* Nobody is in the way: the file states this from now on.  It is the file's, also on failure. */
static int
admit(struct zone_set *set, struct zone_file *file, struct content *content)
{
	struct zone_file *other = zone_set_serves(set, content->origin, content->origin_len);
	int err = 0;

	if (file->now != NULL && file->served && !same_origin(file->now, content))
		err = unserve(set, file, false);
	if (err == 0 && other != NULL && other != file)
		err = unserve(set, other, true);
	bool large = file->now != content && is_large(set, file, content);
	if (err == 0 && large)
		err = zone_set_turn_begin(set, file, content);
	else if (err == 0 && file->now != content)
		err = zone_set_apply(set, file, content);
	if (file->now != content)
		content_free(content);
	if (err != 0 || large)
		return err;
	return file->served ? zone_set_tell(set, file, false) : serve(set, file);
}

/* ---- files --------------------------------------------------------------------------------- */

static bool
has_path(const void *item, const void *key)
{
	return strcmp(((const struct zone_file *)item)->path, key) == 0;
}

static uint32_t
path_hash(const struct zone_set *set, const char *path)
{
	return keyset_hash(&set->paths, path, strlen(path));
}

static struct zone_file *
find_file(const struct zone_set *set, const char *path)
{
	return keyset_find(&set->paths, path_hash(set, path), has_path, path);
}

static struct zone_file *
add_file(struct zone_set *set, enum zone_origin kind, const char *path)
{
	size_t len = strlen(path);
	struct zone_file *file;

	if (array_reserve(&set->files, &set->room, set->count + 1, sizeof(*set->files)) != 0)
		return NULL;
	file = calloc(1, sizeof(*file) + len + 1);
	if (file == NULL)
		return NULL;
	file->kind = kind;
	memcpy(file->path, path, len + 1);
	if (keyset_add(&set->paths, path_hash(set, path), file) != 0) {
		free(file);
		return NULL;
	}
	set->files[set->count++] = file;
	return file;
}

static void
free_file(struct zone_file *file)
{
	/* NULL is allowed, and may be among them. */
	for (size_t i = 0; i < file->claim_count; i++)
		stated_claim_free(file->claims[i]);
	free(file->claims);
	content_free(file->now);
	content_free(file->waiting);
	free(file);
}

static int
drop_file(struct zone_set *set, struct zone_file *file)
{
	size_t at = 0;

	(void)unserve(set, file, false);
	while (set->files[at] != file)
		at++;
	set->files[at] = set->files[--set->count];
	keyset_remove(&set->paths, path_hash(set, file->path), file);
	set->unsettled = true;
	free_file(file);
	return 0;
}

static int
take_hosts(struct zone_set *set, struct zone_file *file, struct content *content)
{
	file->served = true;
	int err = zone_set_apply(set, file, content);

	if (file->now != content)
		content_free(content);
	return err;
}

static void
wait_for(struct zone_set *set, struct zone_file *file, struct content *content)
{
	content_free(file->waiting);
	file->waiting = content;
	set->unsettled = true;
}

static int
take_zone(struct zone_set *set, struct zone_file *file, struct content *content,
    struct diag *diag)
{
	const struct place place = { file->path, content->soa_line, 0 };
	char text[NAME_TEXT_SIZE], buf[WHY_SIZE];
	const struct zone_file *other = zone_set_serves(set, content->origin, content->origin_len);
	const char *why = other == file ? NULL : zone_set_owner(set, content, buf, sizeof(buf));

	/* What comes while there is more to do of before waits for its end, the last one. */
	if (why == NULL && !file->busy) {
		wait_for(set, file, NULL);
		return admit(set, file, content);
	}
	if (why != NULL)
		diag_add(diag, SEVERITY_ERROR, &place, "%s %s", name_to_text(content->origin, text),
		    why);
	wait_for(set, file, content);
	return 0;
}

int
zone_set_take(struct zone_set *set, enum zone_origin origin, const char *path, unsigned rank,
    struct content *content, struct diag *diag)
{
	struct zone_file *file = find_file(set, path);

	if (content == NULL)
		return file == NULL ? 0 : drop_file(set, file);
	if (file == NULL)
		file = add_file(set, origin, path);
	if (file == NULL) {
		content_free(content);
		return ERR_NOMEM;
	}
	file->rank = rank;
	switch (origin) {
	case ZONE_OF_FILE:
		return take_zone(set, file, content, diag);
	case ZONE_OF_HOSTS:
		return take_hosts(set, file, content);
	case ZONE_LOCAL:
		break;
	}
	wait_for(set, file, content);
	return 0;
}

/* ---- the end of a batch --------------------------------------------------------------------- */

static int
compare_paths(const void *a, const void *b)
{
	return strcmp((*(const struct zone_file *const *)a)->path,
	    (*(const struct zone_file *const *)b)->path);
}

/* A setting has made a zone the cluster's. */
static int
give_up(struct zone_set *set, struct zone_file *file)
{
	char text[NAME_TEXT_SIZE], buf[WHY_SIZE];
	const char *why = !file->served ? NULL :
	    zone_set_owner(set, file->now, buf, sizeof(buf));

	if (why == NULL)
		return 0;
	log_error("%s:%u: error: %s %s", file->path, file->now->soa_line,
	    name_to_text(file->now->origin, text), why);
	return unserve(set, file, true);
}

/* Is nobody in the way of what the file would state?  What it serves already is its own. */
static bool
is_free(const struct zone_set *set, const struct zone_file *file, const struct content *content)
{
	char buf[WHY_SIZE];

	return zone_set_serves(set, content->origin, content->origin_len) == file ||
	    zone_set_owner(set, content, buf, sizeof(buf)) == NULL;
}

/* What stood back, and need not any more. */
static int
settle_zone(struct zone_set *set, struct zone_file *file)
{
	struct content *content = file->waiting;

	if (file->busy)
		return 0;
	if (content != NULL && is_free(set, file, content)) {
		file->waiting = NULL;
		return admit(set, file, content);
	}
	if (file->now != NULL && !file->served && is_free(set, file, file->now))
		return admit(set, file, file->now);
	return 0;
}

static int
settle_local(struct zone_set *set, struct zone_file *file)
{
	struct content *content = file->waiting;
	bool wanted;
	int err = 0;

	if (content != NULL && file->served && !same_origin(file->now, content))
		err = unserve(set, file, false);
	if (content != NULL && err == 0) {
		file->waiting = NULL;
		if (file->served)
			return admit(set, file, content);
		/* Its claims are made once the zone is served. */
		err = zone_set_apply(set, file, content);
		if (file->now != content)
			content_free(content);
	}
	if (err != 0 || file->now == NULL)
		return err;
	wanted = zone_set_wants_local(set, file);
	if (wanted && !file->served)
		return serve(set, file);
	return !wanted && file->served ? unserve(set, file, true) : 0;
}

static int
settle_kind(struct zone_set *set, enum zone_origin kind,
    int (*settle)(struct zone_set *, struct zone_file *))
{
	int err = 0;

	for (size_t i = 0; i < set->count; i++)
		if (set->files[i]->kind == kind) {
			int failed = settle(set, set->files[i]);

			err = failed != 0 ? failed : err;
		}
	return err;
}

static int
settle_dirty(struct zone_set *set)
{
	int err = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct zone_file *file = set->files[i];

		if (file->kind == ZONE_OF_HOSTS && set->hosts_dirty)
			file->dirty = true;
		if (file->dirty && file->served && zone_set_reconsider(set, file) != 0)
			err = ERR_NOMEM;
		else
			file->dirty = false;
	}
	set->hosts_dirty = false;
	return err;
}

static int
settle_once(struct zone_set *set)
{
	int err = settle_kind(set, ZONE_OF_FILE, give_up);

	if (err == 0)
		err = settle_kind(set, ZONE_OF_FILE, settle_zone);
	if (err == 0)
		err = settle_kind(set, ZONE_LOCAL, settle_local);
	return err != 0 ? err : settle_dirty(set);
}

int
zone_set_settle(struct zone_set *set)
{
	int err = 0;

	/* Of two files that want one zone, the first by name has it. */
	if (set->unsettled && set->count > 1)
		qsort(set->files, set->count, sizeof(*set->files), compare_paths);
	/* A zone that is given up may be what another one waited for. */
	for (int round = 0; err == 0 && set->unsettled && round < ROUNDS_MAX; round++) {
		set->unsettled = false;
		err = settle_once(set);
	}
	if (err != 0)
		set->unsettled = true;
	return err;
}

static int
yield_local(struct zone_set *set, struct zone_file *file)
{
	return file->served && !zone_set_wants_local(set, file) ? unserve(set, file, true) : 0;
}

static int
yield_names(struct zone_set *set, struct zone_file *file)
{
	return file->served ? zone_set_retreat(set, file) : 0;
}

int
zone_set_yield(struct zone_set *set, const struct zone_set_settings *settings)
{
	zone_set_configure(set, settings);
	int err = settle_kind(set, ZONE_OF_FILE, give_up);

	if (err == 0)
		err = settle_kind(set, ZONE_LOCAL, yield_local);
	for (int kind = ZONE_OF_FILE; err == 0 && kind <= ZONE_LOCAL; kind++)
		err = settle_kind(set, (enum zone_origin)kind, yield_names);
	return err;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct zone_set *
zone_set_new(const struct zone_set_settings *settings, struct index *index)
{
	struct zone_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->index = index;
	keyset_init(&set->paths);
	keyset_init(&set->served);
	set->stated = stated_new(index);
	if (set->stated == NULL) {
		zone_set_free(set);
		return NULL;
	}
	zone_set_configure(set, settings);
	return set;
}

void
zone_set_free(struct zone_set *set)
{
	if (set == NULL)
		return;
	if (set->stated != NULL)
		stated_abandon(set->stated);
	for (size_t i = 0; i < set->count; i++)
		free_file(set->files[i]);
	free(set->files);
	keyset_release(&set->paths);
	keyset_release(&set->served);
	stated_free(set->stated);
	free(set);
}

void
zone_set_configure(struct zone_set *set, const struct zone_set_settings *settings)
{
	set->settings = *settings;
	zone_set_read_settings(set);
	for (size_t i = 0; i < set->count; i++)
		set->files[i]->dirty = true;
	set->unsettled = true;
}

int
zone_set_copy(const struct zone_set *set, struct index *index)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < set->count; i++)
		if (set->files[i]->served && set->files[i]->kind != ZONE_OF_HOSTS)
			err = set_zone(index, set->files[i], 0);
	return err != 0 ? err : stated_copy(set->stated, index);
}

void
zone_set_switch(struct zone_set *set, struct index *index)
{
	stated_switch(set->stated, index);
	set->index = index;
}

/* ---- looking in ---------------------------------------------------------------------------- */

size_t
zone_set_zones(const struct zone_set *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += set->files[i]->kind == ZONE_OF_FILE && set->files[i]->served;
	return count;
}

size_t
zone_set_names(const struct zone_set *set)
{
	return stated_count(set->stated);
}
