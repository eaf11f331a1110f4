/* kube_proto.c - objects that kubectl sends as protobuf, as the values that JSON would have given. */
#include "ops/kube_proto.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/kube.pb-c.h"

/* runtime/serializer/protobuf: the envelope's first octets. */
static const uint8_t magic[4] = { 'k', '8', 's', 0 };

/*
 * Names are as in the description, with capitals for underscores: port_name is portName.  Those
 * that differ have capitals in their midst.
 */
static const struct { const char *name, *json; } odd_names[] = {
	{ "cluster_ip", "clusterIP" }, { "cluster_ips", "clusterIPs" },
	{ "external_ips", "externalIPs" }, { "load_balancer_ip", "loadBalancerIP" },
	{ "client_ip", "clientIP" },
};

static void
json_name(const char *name, char out[64])
{
	size_t len = 0;

	for (size_t i = 0; i < sizeof(odd_names) / sizeof(*odd_names); i++) {
		if (strcmp(odd_names[i].name, name) == 0) {
			snprintf(out, 64, "%s", odd_names[i].json);
			return;
		}
	}
	for (; *name != '\0' && len < 63; name++) {
		bool capital = *name == '_' && name[1] >= 'a' && name[1] <= 'z';

		name += capital;
		out[len++] = (char)(capital ? *name - 'a' + 'A' : *name);
	}
	out[len] = '\0';
}

static json_t *value_of_message(const ProtobufCMessage *message);

/* An IntOrString is one or the other: type 0 a number. */
static json_t *
value_of_either(const ProtobufCMessage *message)
{
	const Kube__IntOrString *value = (const void *)message;

	if (value->type == 0)
		return json_integer(value->int_val);
	return json_string(value->str_val == NULL ? "" : value->str_val);
}

static json_t *
value_of(ProtobufCType type, const void *at)
{
	const ProtobufCMessage *message;
	const char *text;

	if (type == PROTOBUF_C_TYPE_INT32)
		return json_integer(*(const int32_t *)at);
	if (type == PROTOBUF_C_TYPE_INT64)
		return json_integer(*(const int64_t *)at);
	if (type == PROTOBUF_C_TYPE_BOOL)
		return json_boolean(*(const protobuf_c_boolean *)at);
	if (type == PROTOBUF_C_TYPE_STRING) {
		text = *(char *const *)at;
		return json_string(text == NULL ? "" : text);
	}
	message = *(const ProtobufCMessage *const *)at;
	return message->descriptor == &kube__int_or_string__descriptor ?
	    value_of_either(message) : value_of_message(message);
}

/* map<string, string>, which on the wire is a list of pairs. */
static json_t *
value_of_map(const void *items, size_t count)
{
	const Kube__Map *const *pairs = items;
	json_t *map = json_object();

	for (size_t i = 0; map != NULL && i < count; i++) {
		const char *value = pairs[i]->value == NULL ? "" : pairs[i]->value;

		if (json_object_set_new(map, pairs[i]->key, json_string(value)) != 0) {
			json_decref(map);
			map = NULL;
		}
	}
	return map;
}

static json_t *
value_of_list(const ProtobufCFieldDescriptor *field, const uint8_t *items, size_t count)
{
	json_t *list;

	if (field->descriptor == &kube__map__descriptor)
		return value_of_map(items, count);
	list = json_array();
	/* All repeated fields are texts or messages: pointers. */
	for (size_t i = 0; list != NULL && i < count; i++) {
		if (json_array_append_new(list, value_of(field->type,
		    items + i * sizeof(void *))) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/*
 * Kubernetes writes fields that say nothing, too: empty texts, zeros and falses are left out, as
 * omitempty does in JSON; but for what is a pointer there, which is only written where it is stated.
 */
static bool
says_something(const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
	const uint8_t *at = base + field->offset;

	if (field->type == PROTOBUF_C_TYPE_STRING)
		return *(char *const *)(const void *)at != NULL &&
		    **(char *const *)(const void *)at != '\0';
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(void *const *)(const void *)at != NULL;
	if (!*(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset))
		return false;
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		return *(const protobuf_c_boolean *)(const void *)at ||
		    strcmp(field->name, "allocate_load_balancer_node_ports") == 0;
	return field->type != PROTOBUF_C_TYPE_INT32 || *(const int32_t *)(const void *)at != 0;
}

static int
add_field(json_t *object, const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
	char name[64];
	json_t *value = NULL;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);

		if (count == 0)
			return 0;
		value = value_of_list(field,
		    *(const uint8_t *const *)(const void *)(base + field->offset), count);
	} else if (says_something(field, base)) {
		value = value_of(field->type, base + field->offset);
	} else {
		return 0;
	}
	json_name(field->name, name);
	return json_object_set_new(object, name, value);
}

static json_t *
value_of_message(const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	json_t *object = json_object();

	for (unsigned i = 0; object != NULL && i < descriptor->n_fields; i++) {
		if (add_field(object, &descriptor->fields[i], (const uint8_t *)message) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

static const struct {
	const char *kind;
	const ProtobufCMessageDescriptor *descriptor;
} kinds[] = {
	{ "Service", &kube__service__descriptor },
	{ "Namespace", &kube__namespace__descriptor },
	{ "SelfSubjectAccessReview", &kube__access_review__descriptor },
	{ "SelfSubjectRulesReview", &kube__rules_review__descriptor },
	{ "DeleteOptions", &kube__delete_options__descriptor },
};

static const ProtobufCMessageDescriptor *
find_kind(const char *kind)
{
	for (size_t i = 0; kind != NULL && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].descriptor;
	return NULL;
}

static int
set_type(json_t *object, const Kube__TypeMeta *type)
{
	const char *version = type->api_version == NULL ? "v1" : type->api_version;

	return json_object_set_new(object, "kind", json_string(type->kind)) == 0 &&
	    json_object_set_new(object, "apiVersion", json_string(version)) == 0 ? 0 : ERR_NOMEM;
}

static int
read_raw(const Kube__Envelope *envelope, json_t **out, char why[KUBE_PROTO_WHY_SIZE])
{
	const Kube__TypeMeta *type = envelope->type;
	const ProtobufCMessageDescriptor *descriptor = find_kind(type == NULL ? NULL : type->kind);
	ProtobufCMessage *message;
	json_t *object;

	if (descriptor == NULL) {
		snprintf(why, KUBE_PROTO_WHY_SIZE, "the kind %.64s is not read as protobuf; send "
		    "JSON or YAML", type == NULL || type->kind == NULL ? "\"\"" : type->kind);
		return ERR_INVALID;
	}
	message = protobuf_c_message_unpack(descriptor, NULL, envelope->raw.len,
	    envelope->raw.data);
	if (message == NULL) {
		snprintf(why, KUBE_PROTO_WHY_SIZE, "the %s is broken", type->kind);
		return ERR_SYNTAX;
	}
	object = value_of_message(message);
	protobuf_c_message_free_unpacked(message, NULL);
	/* A text that is no UTF-8 is no value either. */
	if (object == NULL || set_type(object, type) != 0) {
		json_decref(object);
		snprintf(why, KUBE_PROTO_WHY_SIZE, "the %s has no value in JSON", type->kind);
		return ERR_SYNTAX;
	}
	*out = object;
	return 0;
}

int
kube_proto_read(const uint8_t *body, size_t len, json_t **out, char why[KUBE_PROTO_WHY_SIZE])
{
	Kube__Envelope *envelope = NULL;
	int err;

	if (len >= sizeof(magic) && memcmp(body, magic, sizeof(magic)) == 0)
		envelope = kube__envelope__unpack(NULL, len - sizeof(magic), body + sizeof(magic));
	if (envelope == NULL) {
		snprintf(why, KUBE_PROTO_WHY_SIZE, "the body is no Kubernetes envelope");
		return ERR_SYNTAX;
	}
	err = read_raw(envelope, out, why);
	kube__envelope__free_unpacked(envelope, NULL);
	return err;
}
