/* config_forward.c - forward entries: who is asked for what is not ours. */
#include "daemon/config_forward.h"

#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "source/doc.h"

#define DNS_PORT 53

/* ---- rules ---- */

static const char *
zone_rule(const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	return name_from_text(text, name, &len) == 0 ? NULL :
	    "must be a DNS name, or . for all that no other entry names";
}

bool
config_forward_address(const char *text, struct addr_port *upstream)
{
	if (addr_port_parse(text, upstream) == 0)
		return upstream->port != 0 && !addr_is_unspecified(&upstream->addr) &&
		    !addr_is_multicast(&upstream->addr);
	*upstream = (struct addr_port){ .port = DNS_PORT };
	return addr_parse(text, &upstream->addr) == 0 && !addr_is_unspecified(&upstream->addr) &&
	    !addr_is_multicast(&upstream->addr);
}

static const char *
upstream_rule(const char *text)
{
	struct addr_port upstream;

	return text[0] == '/' || config_forward_address(text, &upstream) ? NULL :
	    "must be ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT, or the absolute path of a resolv.conf";
}

static void
check_entry(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_forward *entry = target;
	const struct doc_node *upstreams = doc_find(node, "upstreams");
	const struct doc_node *cache = doc_find(node, "cache");

	/* The hook of what is not stated does not run. */
	if (cache == NULL || cache->type == DOC_NULL)
		config_cache_zone_default(&entry->cache);
	if (upstreams == NULL || upstreams->type != DOC_LIST)
		return;
	if (upstreams->count == 0)
		field_error(context, upstreams, ".upstreams", "must name at least one upstream");
	if (entry->upstream_count > FORWARD_UPSTREAMS_MAX)
		field_error(context, upstreams, ".upstreams", "names %zu upstreams, %d are allowed",
		    entry->upstream_count, FORWARD_UPSTREAMS_MAX);
}

/* "corp.example" and "Corp.Example." are one zone. */
static bool
same_zone(const char *a, const char *b)
{
	uint8_t one[DNS_NAME_MAX], other[DNS_NAME_MAX];
	size_t one_len, other_len;

	return a != NULL && b != NULL && name_from_text(a, one, &one_len) == 0 &&
	    name_from_text(b, other, &other_len) == 0 && one_len == other_len &&
	    name_equal(one, other);
}

void
config_forward_check(struct field_context *context, const struct doc_node *list,
    const struct config *config)
{
	if (list == NULL || list->type != DOC_LIST || list->count != config->forward_count)
		return;
	for (size_t i = 0; i < config->forward_count; i++) {
		const struct config_forward *entry = &config->forward[i];

		for (size_t j = 0; j < i; j++) {
			const struct place *first = &config->forward[j].place;

			if (!same_zone(entry->zone, config->forward[j].zone))
				continue;
			field_error(context, doc_item(list, i), ".forward",
			    "zone %s is forwarded already, at %s:%u:%u", entry->zone, first->file,
			    first->line, first->column);
			break;
		}
	}
}

/* ---- tables ---- */

static const struct field_word policy_words[] = {
	{ "random", FORWARD_RANDOM },
	{ "round_robin", FORWARD_ROUND_ROBIN },
	{ "sequential", FORWARD_SEQUENTIAL },
	{ NULL, 0 },
};

static const struct field forward_fields[] = {
	{ FIELD("zone", FIELD_TEXT, config_forward, zone), .flags = FIELD_REQUIRED,
	    .rule = zone_rule, .doc = "whose names are asked there; the longest wins" },
	{ FIELD_ITEMS("upstreams", FIELD_TEXTS, config_forward, upstreams, upstream_count),
	    .flags = FIELD_SCALAR_OK | FIELD_REQUIRED, .rule = upstream_rule,
	    .doc = "addresses, or a resolv.conf" },
	{ FIELD("policy", FIELD_ENUM, config_forward, policy), .words = policy_words,
	    .doc = "which of them is asked first" },
	{ FIELD("cache", FIELD_HOOK, config_forward, cache), .hook = config_cache_zone_hook,
	    .shown = "mapping", .doc = "how long its answers are kept" },
};
const struct field_table config_forward_table = {
	.fields = forward_fields,
	.count = sizeof(forward_fields) / sizeof(forward_fields[0]),
	.size = sizeof(struct config_forward),
	.place_offset = offsetof(struct config_forward, place),
	.title = "forward",
	.check = check_entry,
};

int
config_forward_default(struct config *config)
{
	struct config_forward *entry = arena_array(config->arena, 1, sizeof(*entry));
	const char **upstreams = arena_array(config->arena, 1, sizeof(*upstreams));

	if (entry == NULL || upstreams == NULL)
		return ERR_NOMEM;
	upstreams[0] = "/etc/resolv.conf";
	*entry = (struct config_forward){
		.zone = ".", .upstreams = upstreams, .upstream_count = 1, .policy = FORWARD_RANDOM
	};
	config_cache_zone_default(&entry->cache);
	config->forward = entry;
	config->forward_count = 1;
	return 0;
}
