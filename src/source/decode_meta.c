/* decode_meta.c - what the decoders of all kinds share: metadata, annotations, rules of names. */
#include "source/decode_meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/text.h"
#include "model/service.h"
#include "source/doc.h"

#define PREFIX "rollcall/"
#define ANNOTATIONS_MAX 16

const struct field_word decode_protocol_words[] = {
	{ "TCP", PROTOCOL_TCP }, { "UDP", PROTOCOL_UDP }, { "SCTP", PROTOCOL_SCTP }, { NULL, 0 },
};

const char *
decode_rule_label(const char *text)
{
	return text_is_dns1123_label(text) ? NULL :
	    "must be a DNS label (at most 63 of a-z, 0-9 and '-', a letter or digit at both ends)";
}

const char *
decode_rule_subdomain(const char *text)
{
	return text_is_dns1123_subdomain(text) ? NULL :
	    "must be a DNS name (labels of a-z, 0-9 and '-', joined by dots, at most 253 "
	    "characters)";
}

const char *
decode_rule_label_key(const char *text)
{
	return text_is_label_key(text) ? NULL :
	    "must be a label key (at most 63 letters, digits, '-', '_' and '.', with a DNS name "
	    "and '/' in front "
	    "if wanted)";
}

const char *
decode_rule_label_value(const char *text)
{
	return text_is_label_value(text) ? NULL :
	    "must be a label value (at most 63 letters, digits, '-', '_' and '.', a letter or "
	    "digit at both ends)";
}

const char *
decode_rule_port_name(const char *text)
{
	return text_is_port_name(text) ? NULL :
	    "must be a port name (1-15 of a-z, 0-9 and '-', at least one letter, no '-' at the "
	    "ends or doubled)";
}

/* RFC 3339, as the API writes it: 2024-05-01T10:00:00Z.  Fractions and offsets are read over. */
static void
hook_created(struct field_context *context, const struct doc_node *node, void *target)
{
	struct tm tm = { 0 };
	const char *rest = node->type != DOC_STRING ? NULL : strptime(node->text,
	    "%Y-%m-%dT%H:%M:%S", &tm);
	time_t seconds = rest == NULL ? -1 : timegm(&tm);

	if (seconds < 0)
		field_error(context, node, "", "must be a time like 2024-05-01T10:00:00Z");
	else if (seconds <= UINT32_MAX)
		((struct stated_meta *)target)->object.created_unix_s = (uint32_t)seconds;
}

static void
hook_deleted(struct field_context *context, const struct doc_node *node, void *target)
{
	struct stated_meta *meta = target;

	(void)context;
	(void)node;
	meta->object.deleting = true;
}

#define META_FIELDS(name_rule, namespace_doc) \
	{ FIELD("name", FIELD_TEXT, stated_meta, object.name), .flags = FIELD_REQUIRED, \
	    .rule = (name_rule), \
	    .doc = "the object's name" }, \
	{ FIELD("namespace", FIELD_TEXT, stated_meta, object.ns), .rule = decode_rule_label, \
	    .doc = (namespace_doc) }, \
	{ FIELD("labels", FIELD_PAIRS, stated_meta, labels), .key_rule = decode_rule_label_key, \
	    .rule = decode_rule_label_value, .doc = "what selectors look at" }, \
	{ FIELD("annotations", FIELD_PAIRS, stated_meta, annotations), \
	    .key_rule = decode_rule_label_key, \
	    .doc = "those under rollcall/ are ours; others are shown" }, \
	{ FIELD("uid", FIELD_TEXT, stated_meta, uid), .doc = "checked, not kept" }, \
	{ .name = "creationTimestamp", .type = FIELD_HOOK, .hook = hook_created, .shown = "time", \
	    .doc = "shown; default: when it was first seen" }, \
	{ .name = "deletionTimestamp", .type = FIELD_HOOK, .hook = hook_deleted, .shown = "time", \
	    .doc = "the object is going: its endpoints are not ready" }, \
	FIELD_UNUSED("generateName"), FIELD_UNUSED("generation"), FIELD_UNUSED("resourceVersion"), \
	FIELD_UNUSED("selfLink"), FIELD_UNUSED("finalizers"), FIELD_UNUSED("ownerReferences"), \
	FIELD_UNUSED("managedFields"), FIELD_UNUSED("deletionGracePeriodSeconds")

static const struct field meta_fields[] = { META_FIELDS(decode_rule_subdomain,
    "default where not stated") };
static const struct field meta_label_fields[] = { META_FIELDS(decode_rule_label,
    "default where not stated") };

const struct field_table decode_meta_table = { FIELD_TABLE(meta_fields, stated_meta),
    .title = "metadata" };
const struct field_table decode_meta_label_table = { FIELD_TABLE(meta_label_fields, stated_meta),
    .title = "metadata" };

const struct doc_node *
decode_annotation(const struct doc_node *root, const char *key)
{
	const struct doc_node *value = doc_find(doc_find(doc_find(root, "metadata"), "annotations"),
	    key);

	return value == NULL || value->type != DOC_STRING ? NULL : value;
}

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

void
decode_annotations_check(struct field_context *context, const struct doc_node *root,
    const char *kind,
    const char *const *known, size_t count)
{
	static const char *const all[] = {
		"readiness-probe", "address", "period-ms", "timeout-ms", "panic-threshold",
		    "exec-prefix", "tls-verify",
	};
	const struct doc_node *map = doc_find(doc_find(root, "metadata"), "annotations");
	size_t all_count = sizeof(all) / sizeof(*all);

	for (size_t i = 0; map != NULL && map->type == DOC_MAP && i < map->count; i++) {
		const struct doc_node *key = map->entries[i].key;

		if (strncmp(key->text, PREFIX, sizeof(PREFIX) - 1) != 0)
			continue;
		const char *name = key->text + sizeof(PREFIX) - 1;

		if (is_one_of(name, known, count))
			continue;
		const char *closest = text_closest(name, known, count);

		if (is_one_of(name, all, all_count))
			field_warn(context, key, "", "annotation %s means nothing on a %s",
			    key->text, kind);
		else
			field_warn(context, key, "", "annotation %s is unknown%s%s%s", key->text,
			    closest == NULL ? "" : "; did you mean " PREFIX, closest == NULL ? "" :
			    closest,
			    closest == NULL ? "" : "?");
	}
}

static void
annotation_path(char *buf, size_t size, const char *key)
{
	(void)snprintf(buf, size, ".metadata.annotations.%s", key);
}

uint64_t
decode_annotation_number(struct field_context *context, const struct doc_node *root,
    const char *key,
    uint64_t min, uint64_t max, uint64_t absent)
{
	const struct doc_node *node = decode_annotation(root, key);
	char path[128];
	uint64_t value;

	if (node == NULL)
		return absent;
	if (strlen(node->text) == node->count && text_to_u64(node->text, max, &value) &&
	    value >= min)
		return value;
	annotation_path(path, sizeof(path), key);
	field_error(context, node, path, "\"%.64s\" is not a whole number in %" PRIu64 "-%" PRIu64,
	    node->text,
	    min, max);
	return absent;
}

bool
decode_annotation_bool(struct field_context *context, const struct doc_node *root, const char *key)
{
	const struct doc_node *node = decode_annotation(root, key);
	char path[128];

	if (node == NULL || strcmp(node->text, "false") == 0)
		return false;
	if (strcmp(node->text, "true") == 0)
		return true;
	annotation_path(path, sizeof(path), key);
	field_error(context, node, path, "\"%.64s\" must be \"true\" or \"false\"", node->text);
	return false;
}

bool
decode_check_address(struct field_context *context, const struct doc_node *node, const char *below,
    const struct addr *addr, bool warn)
{
	char text[ADDR_TEXT_SIZE];
	const char *what = addr_is_unspecified(addr) ? "the unspecified address" :
	    addr_is_link_local(addr) ? "link-local" : addr_is_multicast(addr) ? "multicast" : NULL;

	if (what != NULL) {
		field_error(context, node, below, "%s must not be %s", addr_text(addr, text), what);
		return false;
	}
	if (warn && addr_is_loopback(addr))
		field_warn(context, node, below,
		    "%s is a loopback address: fine on this host, but an API server "
		    "would refuse it", addr_text(addr, text));
	return true;
}
