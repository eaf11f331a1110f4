/* config_show.c - the settings that hold, under the names of rollcall.yaml. */
#include "daemon/config_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/strbuf.h"
#include "daemon/config.h"
#include "daemon/config_edge.h"
#include "daemon/config_external.h"
#include "daemon/config_forward.h"
#include "daemon/config_table.h"
#include "daemon/config_zones.h"
#include "model/object.h"
#include "model/pod.h"

#define UNSET UINT64_MAX

static json_t *show_table(const struct field_table *table, const struct config *config,
    const char *base);

/* ---- single values ---- */

static uint64_t
number_at(const char *at, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)(const void *)at;
	case 4:
		return *(const uint32_t *)(const void *)at == UINT32_MAX ? UNSET :
		    *(const uint32_t *)(const void *)at;
	default:
		return *(const uint64_t *)(const void *)at;
	}
}

static const char *
word_of(const struct field_word *words, uint64_t value)
{
	for (; words != NULL && words->text != NULL; words++)
		if (words->value == value)
			return words->text;
	return NULL;
}

static json_t *
show_number(const struct field *field, const char *at)
{
	uint64_t value = number_at(at, field->size);
	const char *word = word_of(field->words, value);

	if (word != NULL)
		return json_string(word);
	return value == UNSET ? json_null() : json_integer((json_int_t)value);
}

static json_t *
show_duration(uint64_t ms)
{
	return ms % 1000 == 0 ? json_sprintf("%" PRIu64 "s", ms / 1000) :
	    json_sprintf("%" PRIu64 "ms", ms);
}

static json_t *
show_text(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
show_texts(const char *const *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, show_text(texts[i])) != 0)
			goto fail;
	return list;
fail:
	json_decref(list);
	return NULL;
}

static json_t *
show_addrs(const struct addr *addrs, size_t count)
{
	json_t *list = json_array();
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, json_string(addr_text(&addrs[i], text))) != 0)
			goto fail;
	return list;
fail:
	json_decref(list);
	return NULL;
}

static json_t *
show_items(const struct field *field, const struct config *config, const char *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, show_table(field->sub, config,
		    items + i * field->sub->size)) != 0)
			goto fail;
	return list;
fail:
	json_decref(list);
	return NULL;
}

/* ---- what hooks read, which say nothing of where they put it ---- */

static json_t *
show_cookies(const struct config *config)
{
	const struct config_edge *edge = &config->dns.edge;

	return edge->cookies ? json_pack("{s:b, s:o}", "required", edge->cookies_required, "secretFile",
	    show_text(edge->secret_file)) : json_false();
}

static json_t *
show_nsid(const struct config *config)
{
	return show_text(config->dns.edge.nsid);
}

static json_t *
show_version(const struct config *config)
{
	return show_text(config->dns.edge.version);
}

static json_t *
show_autopath(const struct config *config)
{
	const struct config_autopath *autopath = &config->dns.autopath;
	json_t *networks;

	if (!autopath->on)
		return json_false();
	networks = json_array();
	for (size_t i = 0; i < autopath->network_count; i++)
		(void)json_array_append_new(networks, json_pack("{s:s, s:s}", "cidr",
		    autopath->networks[i].cidr, "namespace", autopath->networks[i].ns));
	return json_pack("{s:b, s:o, s:o}", "pods", autopath->pods, "networks", networks, "resolvConf",
	    show_text(autopath->resolv_conf));
}

static json_t *
show_external(const struct config *config)
{
	const struct config_external *external = &config->external;

	return external->zone == NULL ? json_null() : json_pack("{s:s, s:b, s:I}", "zone",
	    external->zone, "headless", external->headless, "ttl", (json_int_t)external->ttl_s);
}

static json_t *
show_local(const struct config *config)
{
	return config->local_zones == NULL ? json_false() : json_string(config->local_zones);
}

static json_t *
show_cache(const struct config *config)
{
	const struct config_cache *cache = &config->cache;

	return json_pack("{s:I, s:I, s:I, s:o, s:b}", "size", (json_int_t)cache->size, "maxTTL",
	    (json_int_t)cache->max_ttl_s, "maxNegativeTTL", (json_int_t)cache->max_negative_ttl_s,
	    "serveStale", show_duration(cache->serve_stale_ms), "prefetch",
	    cache->prefetch == TRI_TRUE);
}

static const struct {
	field_hook_fn *hook;
	json_t *(*show)(const struct config *config);
} hooks[] = {
	{ config_edge_cookies, show_cookies },
	{ config_edge_nsid, show_nsid },
	{ config_edge_version, show_version },
	{ config_autopath_hook, show_autopath },
	{ config_external_hook, show_external },
	{ config_zones_local, show_local },
	{ config_cache_hook, show_cache },
};

/* NULL: it is none that holds anything. */
static json_t *
show_hook(const struct field *field, const struct config *config)
{
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (hooks[i].hook == field->hook)
			return hooks[i].show(config);
	return NULL;
}

/* ---- tables ---- */

static json_t *
show_pointed(const struct field *field, const struct config *config, const char *at)
{
	const char *target = *(const char *const *)(const void *)at;

	return target == NULL ? json_null() : show_table(field->sub, config, target);
}

/* Who reads the configuration needs no secret of it. */
static bool
is_secret(const struct field *field)
{
	return strcmp(field->name, "secret") == 0 || strcmp(field->name, "token") == 0;
}

static json_t *
show_field(const struct field *field, const struct config *config, const char *base)
{
	const char *at = base + field->offset;
	size_t count = 0;

	if (field->count_offset != 0)
		count = *(const size_t *)(const void *)(base + field->count_offset);
	if (is_secret(field))
		return json_string("(hidden)");
	switch (field->type) {
	case FIELD_IGNORED:
	case FIELD_PAIRS:
	case FIELD_PORT:
		return NULL;
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_TRISTATE:
		return number_at(at, field->size) == TRI_UNSET ? json_null() :
		    json_boolean(number_at(at, field->size) == TRI_TRUE);
	case FIELD_TEXT:
		return show_text(*(const char *const *)(const void *)at);
	case FIELD_INT:
	case FIELD_ENUM:
		return show_number(field, at);
	case FIELD_DURATION:
		return show_duration(*(const uint64_t *)(const void *)at);
	case FIELD_ADDR:
		return show_addrs((const void *)at, 1);
	case FIELD_TEXTS:
		return show_texts(*(const char *const *const *)(const void *)at, count);
	case FIELD_ADDRS:
		return show_addrs(*(const struct addr *const *)(const void *)at, count);
	case FIELD_MAP:
		return show_table(field->sub, config, at);
	case FIELD_MAP_NEW:
		return show_pointed(field, config, at);
	case FIELD_LIST:
		return show_items(field, config, *(const char *const *)(const void *)at, count);
	case FIELD_HOOK:
		return show_hook(field, config);
	}
	return NULL;
}

static json_t *
show_table(const struct field_table *table, const struct config *config, const char *base)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < table->count; i++) {
		json_t *value = show_field(&table->fields[i], config, base);

		if (value != NULL && json_object_set_new(object, table->fields[i].name, value) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

json_t *
config_show(const struct config *config)
{
	return show_table(&config_table, config, (const char *)config);
}

/* ---- as YAML ---- */

static void
show_plain(const json_t *value, struct strbuf *text)
{
	char *flow = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	strbuf_add(text, flow != NULL ? flow : "null");
	free(flow);
}

static void
show_map(const json_t *object, unsigned depth, struct strbuf *text)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (json_is_null(value))
			continue;
		strbuf_addf(text, "%*s%s:", (int)(2 * depth), "", key);
		if (json_is_object(value) && json_object_size(value) > 0) {
			strbuf_add(text, "\n");
			show_map(value, depth + 1, text);
			continue;
		}
		strbuf_add(text, " ");
		show_plain(value, text);
		strbuf_add(text, "\n");
	}
}

/* A map in blocks; lists in one line each, as JSON, which YAML reads. */
void
config_show_yaml(const json_t *shown, struct strbuf *text)
{
	show_map(shown, 0, text);
}
