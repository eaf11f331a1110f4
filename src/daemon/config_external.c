/* config_external.c - externalZone: the zone in which Services have their external addresses. */
#include "daemon/config_external.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "source/doc.h"

static const struct field external_fields[] = {
	{ FIELD("zone", FIELD_TEXT, config_external, zone), .rule = config_domain_rule,
	    .flags = FIELD_REQUIRED, .doc = "the zone's name" },
	{ FIELD("headless", FIELD_BOOL, config_external, headless),
	    .doc = "headless Services are known there by their endpoints" },
	{ FIELD("ttl", FIELD_INT, config_external, ttl_s), .max = 86400,
	    .doc = "seconds an answer may be cached; default: dns.ttl" },
};
static const struct field_table external_table = { FIELD_TABLE(external_fields, config_external),
	.title = "externalZone" };

void
config_external_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config *config = target;
	struct config_external *external = &config->external;
	const char *wrong;

	if (node == NULL || node->type == DOC_NULL)
		return;
	if (node->type == DOC_MAP) {
		field_decode(&external_table, node, external, context);
		return;
	}
	if (node->type != DOC_STRING) {
		field_error(context, node, "", "must be a DNS name, or a mapping with zone");
		return;
	}
	if (node->text[0] == '\0')
		return;
	wrong = config_domain_rule(node->text);
	if (wrong != NULL)
		field_error(context, node, "", "%.64s %s", node->text, wrong);
	else
		external->zone = node->text;
}

static size_t
text_len(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

/* Is the name this zone's, or does it lie in it? */
static bool
is_in(const char *name, const char *zone)
{
	size_t len = text_len(name), zone_len = text_len(zone);

	return len >= zone_len && strncasecmp(name + len - zone_len, zone, zone_len) == 0 &&
	    (len == zone_len || name[len - zone_len - 1] == '.');
}

static const char *
wrong_zone(const struct config *config)
{
	const char *zone = config->external.zone;

	if (zone == NULL)
		return NULL;
	if (is_in(zone, config->cluster_domain))
		return "lies in clusterDomain, which has names of its own";
	if (is_in(config->cluster_domain, zone))
		return "has clusterDomain in it, which could be taken for a namespace";
	if (is_in(zone, "in-addr.arpa") || is_in(zone, "ip6.arpa"))
		return "is a zone of reverse names";
	return NULL;
}

void
config_external_check(struct field_context *context, const struct doc_node *root,
    const struct config *config)
{
	const struct doc_node *node = doc_find(root, "externalZone");
	const char *wrong = wrong_zone(config);

	if (wrong == NULL)
		return;
	if (node != NULL && node->type == DOC_MAP)
		node = doc_find(node, "zone");
	field_error(context, node, ".externalZone", "%s %s", config->external.zone, wrong);
}

int
config_external_derive(struct config *config, struct diag *diag)
{
	struct config_external *external = &config->external;
	const char *wrong = wrong_zone(config);

	if (external->ttl_s == CONFIG_TTL_UNSET)
		external->ttl_s = config->dns.ttl_s;
	if (wrong != NULL)
		diag_add(diag, SEVERITY_ERROR, NULL, "externalZone: %s %s", external->zone, wrong);
	if (external->zone == NULL)
		return 0;
	char *name = arena_text(config->arena, external->zone);
	if (name == NULL)
		return ERR_NOMEM;
	name[text_len(name)] = '\0';
	for (char *c = name; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	external->zone = name;
	return 0;
}
