/* ledger.c - every object that the API shows: its name, version and age, in order. */
#include "ops/ledger.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/object.h"
#include "ops/ledger_parts.h"

#define LOG_SIZE 20000
/* What an entry's count of references can hold, with some to spare. */
#define LOG_SIZE_MAX 65000

static const struct {
	const char *resource;
	const char *text;
} kinds[API_KIND_COUNT] = {
	[API_SERVICES] = { "services", "Service" },
	[API_PODS] = { "pods", "Pod" },
	[API_ENDPOINTS] = { "endpoints", "Endpoints" },
	[API_ENDPOINT_SLICES] = { "endpointslices", "EndpointSlice" },
	[API_NAMESPACES] = { "namespaces", "Namespace" },
	[API_INGRESSES] = { "ingresses", "Ingress" },
	[API_EVENTS] = { "events", "Event" },
};

const char *
api_kind_resource(enum api_kind kind)
{
	return kinds[kind].resource;
}

const char *
api_kind_text(enum api_kind kind)
{
	return kinds[kind].text;
}

/* ---- namespaces ---- */

static bool
is_space(const void *item, const void *name)
{
	return strcmp(((const struct ledger_space *)item)->name, name) == 0;
}

/* With a reference; NULL: no memory. */
static struct ledger_space *
space_take(struct ledger *ledger, const char *name)
{
	size_t len = strlen(name);
	uint32_t hash = keyset_hash(&ledger->spaces, name, len);
	struct ledger_space *space = keyset_find(&ledger->spaces, hash, is_space, name);

	if (space == NULL) {
		space = malloc(sizeof(*space) + len + 1);
		if (space == NULL)
			return NULL;
		*space = (struct ledger_space){ .hash = hash };
		memcpy(space->name, name, len + 1);
		if (keyset_add(&ledger->spaces, hash, space) != 0) {
			free(space);
			return NULL;
		}
	}
	space->references++;
	return space;
}

static void
space_give(struct ledger *ledger, const char *name)
{
	struct ledger_space *space = (void *)((uintptr_t)name -
	    offsetof(struct ledger_space, name));

	if (--space->references > 0)
		return;
	keyset_remove(&ledger->spaces, space->hash, space);
	free(space);
}

/* ---- entries ---- */

static int
compare_entry(const void *item, const void *key)
{
	const struct ledger_entry *entry = item;
	const struct ledger_key *wanted = key;
	int order = entry->ns == wanted->ns ? 0 : strcmp(entry->ns, wanted->ns);

	return order != 0 ? order : strcmp(entry->name, wanted->name);
}

static struct ledger_entry *
find(const struct ledger *ledger, enum api_kind kind, const char *ns, const char *name)
{
	const struct ledger_key key = { ns, name };

	return ordered_find(&ledger->entries[kind], compare_entry, &key);
}

void
ledger_entry_unref(struct ledger *ledger, struct ledger_entry *entry)
{
	if (--entry->references > 0)
		return;
	object_unref(entry->object);
	space_give(ledger, entry->ns);
	free(entry);
}

static uint32_t
created_of(struct ledger *ledger, const struct ledger_item *item)
{
	uint32_t known = ledger_recall(ledger, item->kind, item->ns, item->name);

	if (item->created_unix_s != 0)
		return item->created_unix_s;
	return known != 0 ? known : (uint32_t)clock_unix_s(ledger->clock);
}

static int
entry_new(struct ledger *ledger, const struct ledger_item *item, struct ledger_entry **out)
{
	size_t len = strlen(item->name);
	struct ledger_entry *entry = calloc(1, sizeof(*entry) + len + 1);
	struct ledger_space *space = entry != NULL ? space_take(ledger, item->ns) : NULL;
	const struct ledger_key key = { item->ns, entry != NULL ? entry->name : NULL };
	int err;

	if (space == NULL) {
		free(entry);
		return ERR_NOMEM;
	}
	entry->ns = space->name;
	entry->kind = (uint8_t)item->kind;
	memcpy(entry->name, item->name, len + 1);
	err = ordered_add(&ledger->entries[item->kind], compare_entry, &key, entry);
	if (err != 0) {
		space_give(ledger, entry->ns);
		free(entry);
		return err;
	}
	entry->references = 1;
	entry->created_unix_s = created_of(ledger, item);
	*out = entry;
	return 0;
}

/* Does it say anything else now? */
static bool
says_more(const struct ledger_entry *entry, const struct ledger_item *item)
{
	const struct object *held = entry->object, *now = item->object;

	if (entry->digest != item->digest || entry->origin != item->origin)
		return true;
	if (item->created_unix_s != 0 && entry->created_unix_s != item->created_unix_s)
		return true;
	if (item->origin != LEDGER_STATED || held == now)
		return false;
	return held == NULL || now == NULL || held->digest != now->digest;
}

static void
entry_fill(struct ledger_entry *entry, const struct ledger_item *item)
{
	const struct object *before = entry->object;

	entry->object = object_ref(item->object);
	object_unref(before);
	entry->digest = item->digest;
	entry->origin = (uint8_t)item->origin;
	entry->part = item->part;
	entry->parts = item->parts;
	if (item->created_unix_s != 0)
		entry->created_unix_s = item->created_unix_s;
}

int
ledger_put(struct ledger *ledger, const struct ledger_item *item)
{
	struct ledger_entry *entry = find(ledger, item->kind, item->ns, item->name);
	bool there = entry != NULL, more;
	int err = there ? 0 : entry_new(ledger, item, &entry);

	if (err != 0)
		return err;
	more = !there || says_more(entry, item);
	entry_fill(entry, item);
	if (more)
		ledger_log_add(ledger, entry, there ? LEDGER_MODIFIED : LEDGER_ADDED);
	return 0;
}

void
ledger_remove(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name)
{
	const struct ledger_key key = { ns, name };
	struct ledger_entry *entry = ordered_remove(&ledger->entries[kind], compare_entry, &key);

	if (entry == NULL)
		return;
	entry->gone = true;
	ledger_log_add(ledger, entry, LEDGER_DELETED);
	ledger_entry_unref(ledger, entry);
}

/* ---- reading ---- */

uint64_t
ledger_version(const struct ledger *ledger)
{
	return ledger->version;
}

size_t
ledger_count(const struct ledger *ledger, enum api_kind kind)
{
	return ledger->entries[kind].count;
}

const struct ledger_entry *
ledger_find(const struct ledger *ledger, enum api_kind kind, const char *ns, const char *name)
{
	return find(ledger, kind, ns, name);
}

const struct ledger_entry *
ledger_next(const struct ledger *ledger, enum api_kind kind, const char *ns, const char *after_ns,
    const char *after_name)
{
	struct ledger_key key = { after_ns, after_name };
	const struct ledger_entry *entry;

	/* No name is empty: behind this key lies the first one of the namespace. */
	if (ns != NULL && (after_ns == NULL || strcmp(after_ns, ns) < 0))
		key = (struct ledger_key){ ns, "" };
	entry = ordered_after(&ledger->entries[kind], compare_entry, key.ns != NULL ? &key : NULL);
	if (entry == NULL || (ns != NULL && strcmp(entry->ns, ns) != 0))
		return NULL;
	return entry;
}

char *
ledger_uid(const struct ledger_entry *entry, char buf[LEDGER_UID_SIZE])
{
	const char *const texts[] = { kinds[entry->kind].text, entry->ns, entry->name };
	crypto_generichash_state state;
	uint8_t hash[16], when[4];

	for (size_t i = 0; i < sizeof(when); i++)
		when[i] = (uint8_t)(entry->created_unix_s >> 8 * i);
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		crypto_generichash_update(&state, (const uint8_t *)texts[i], strlen(texts[i]) + 1);
	crypto_generichash_update(&state, when, sizeof(when));
	crypto_generichash_final(&state, hash, sizeof(hash));
	/* RFC 9562, 5.8: version 8, of a form of our own. */
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x80);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	snprintf(buf, LEDGER_UID_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7], hash[8],
	    hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
	return buf;
}

/* ---- life ---- */

struct ledger *
ledger_new(const struct ledger_settings *settings)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger == NULL)
		return NULL;
	ledger->clock = settings->clock;
	keyset_init(&ledger->spaces);
	keyset_init(&ledger->memories);
	ledger->version = clock_unix_ms(settings->clock) * 1000;
	ledger->log.max = settings->log_size != 0 ? settings->log_size : LOG_SIZE;
	if (ledger->log.max > LOG_SIZE_MAX)
		ledger->log.max = LOG_SIZE_MAX;
	return ledger;
}

void
ledger_free(struct ledger *ledger)
{
	struct ledger_entry *entry = NULL;

	if (ledger == NULL)
		return;
	ledger_settle(ledger);
	ledger_log_release(ledger);
	for (size_t kind = 0; kind < API_KIND_COUNT; kind++) {
		struct ordered *set = &ledger->entries[kind];

		while ((entry = ordered_after(set, compare_entry, NULL)) != NULL) {
			const struct ledger_key key = { entry->ns, entry->name };

			ordered_remove(set, compare_entry, &key);
			ledger_entry_unref(ledger, entry);
		}
		ordered_release(set);
	}
	keyset_release(&ledger->spaces);
	free(ledger->listeners);
	free(ledger);
}
