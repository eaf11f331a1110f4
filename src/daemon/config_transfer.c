/* config_transfer.c - who may have whole zones, and who is told of changes. */
#include "daemon/config_transfer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "daemon/secret_file.h"
#include "dns/name.h"
#include "dns/tsig.h"
#include "source/doc.h"

#define SECRET_MIN 8            /* octets; RFC 8945, 10 wants as many as the hash has, and that said */
#define SECRET_MAX 512

/* ---- secrets ------------------------------------------------------------------------------- */

/* What is wrong with the secret, or NULL. */
static const char *
make_key(struct config_tsig *tsig, const char *base64, int *err)
{
	uint8_t octets[SECRET_MAX], name[DNS_NAME_MAX];
	const char *wrong = NULL;
	size_t len, name_len;

	if (tsig_secret_read(base64, octets, sizeof(octets), &len) != 0)
		wrong = "must be base64 of at most 512 octets";
	else if (len < SECRET_MIN)
		wrong = "is too short: at least 8 octets are needed";
	else if (name_from_text(tsig->name, name, &name_len) == 0)
		*err = tsig_key_new(name, tsig->algorithm, octets, len, &tsig->key);
	explicit_bzero(octets, sizeof(octets));
	return wrong;
}

static void
check_tsig(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_tsig *tsig = target;
	const char *below = tsig->secret_file != NULL ? ".secretFile" : ".secret";
	const char *wrong = NULL, *base64 = tsig->secret;
	char text[SECRET_FILE_MAX + 1];
	int err = 0;

	if (tsig->name == NULL || tsig->algorithm == NULL)
		return;         /* that was said */
	if ((tsig->secret == NULL) == (tsig->secret_file == NULL)) {
		field_error(context, node, "", "must have either secretFile or secret");
		return;
	}
	if (tsig->secret_file != NULL) {
		wrong = secret_file_read(tsig->secret_file, text);
		base64 = text;
	}
	if (wrong == NULL)
		wrong = make_key(tsig, base64, &err);
	explicit_bzero(text, sizeof(text));
	if (err != 0 && context->err == 0)
		context->err = ERR_NOMEM;
	if (wrong != NULL)
		field_error(context, doc_find(node, below + 1), below, "%s%s%s",
		    tsig->secret_file != NULL ? tsig->secret_file : "",
		    tsig->secret_file != NULL ? ": " : "", wrong);
}

/* ---- rules --------------------------------------------------------------------------------- */

static const char *
name_rule(const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	return name_from_text(text, name, &len) == 0 && len > 1 ? NULL : "must be a DNS name";
}

static const char *
algorithm_rule(const char *text)
{
	return tsig_algorithm_is_known(text) ? NULL :
	    "must be hmac-sha256, hmac-sha224, hmac-sha384, hmac-sha512 or hmac-sha1";
}

/* ADDRESS:PORT, and the name of a key behind it; *key NULL: none.  false: it is none. */
static bool
read_notify(const char *text, struct addr_port *to, const char **key)
{
	size_t len = strcspn(text, " ");
	char where[ADDR_PORT_TEXT_SIZE + 8];

	if (len >= sizeof(where))
		return false;
	memcpy(where, text, len);
	where[len] = '\0';
	*key = text + len + strspn(text + len, " ");
	if (**key == '\0')
		*key = NULL;
	return addr_port_parse(where, to) == 0 && to->port != 0 &&
	    !addr_is_unspecified(&to->addr) && !addr_is_multicast(&to->addr);
}

static const char *
notify_rule(const char *text)
{
	struct addr_port to;
	const char *key;

	return read_notify(text, &to, &key) ? NULL :
	    "must be ADDRESS:PORT, or ADDRESS:PORT and the name of a key";
}

static bool
same_name(const char *a, const char *b)
{
	uint8_t one[DNS_NAME_MAX], other[DNS_NAME_MAX];
	size_t len;

	return a != NULL && b != NULL && name_from_text(a, one, &len) == 0 &&
	    name_from_text(b, other, &len) == 0 && name_equal(one, other);
}

static const struct config_tsig *
find_key(const struct config_transfer *transfer, const char *name)
{
	for (size_t i = 0; i < transfer->tsig_count; i++)
		if (same_name(transfer->tsig[i].name, name))
			return &transfer->tsig[i];
	return NULL;
}

static void
check_transfer(struct field_context *context, const struct doc_node *node, void *target)
{
	const struct config_transfer *transfer = target;
	const struct doc_node *list = doc_find(node, "notify");
	struct addr_port to;
	const char *key;
	char name[32];

	for (size_t i = 0; i < transfer->notify_text_count; i++) {
		if (!read_notify(transfer->notify_texts[i], &to, &key) || key == NULL ||
		    find_key(transfer, key) != NULL)
			continue;
		(void)snprintf(name, sizeof(name), ".notify[%zu]", i);
		field_error(context, list != NULL && list->type == DOC_LIST &&
		    list->count == transfer->notify_text_count ? doc_item(list, i) : list, name,
		    "\"%.300s\" names a key that transfer.tsig does not have",
		    transfer->notify_texts[i]);
	}
	list = doc_find(node, "tsig");
	for (size_t i = 0; i < transfer->tsig_count; i++)
		if (find_key(transfer, transfer->tsig[i].name) != &transfer->tsig[i] &&
		    transfer->tsig[i].name != NULL && list != NULL && list->type == DOC_LIST)
			field_error(context, doc_item(list, i), ".tsig", "key %.255s is there "
			    "already", transfer->tsig[i].name);
}

/* ---- tables -------------------------------------------------------------------------------- */

static const struct field tsig_fields[] = {
	{ FIELD("name", FIELD_TEXT, config_tsig, name), .flags = FIELD_REQUIRED,
	    .rule = name_rule, .doc = "as both sides call the key" },
	{ FIELD("algorithm", FIELD_TEXT, config_tsig, algorithm), .rule = algorithm_rule,
	    .fallback = "hmac-sha256", .doc = "of the MAC" },
	{ FIELD("secretFile", FIELD_TEXT, config_tsig, secret_file),
	    .doc = "where the secret is, in base64" },
	{ FIELD("secret", FIELD_TEXT, config_tsig, secret), .doc = "or the secret itself" },
};
static const struct field_table tsig_table = { FIELD_TABLE(tsig_fields, config_tsig),
	.title = "tsig", .check = check_tsig };

static const struct field transfer_fields[] = {
	{ FIELD_ITEMS("to", FIELD_TEXTS, config_transfer, to_texts, to_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_network_rule,
	    .doc = "who may have whole zones; none: nobody" },
	{ FIELD_ITEMS("notify", FIELD_TEXTS, config_transfer, notify_texts, notify_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = notify_rule, .doc = "who is told of changes" },
	{ FIELD_ITEMS("tsig", FIELD_LIST, config_transfer, tsig, tsig_count), .sub = &tsig_table,
	    .doc = "with any, transfers must be signed by one of them" },
};
const struct field_table config_transfer_table = {
	FIELD_TABLE(transfer_fields, config_transfer), .title = "transfer", .check = check_transfer
};

/* ---- derived ------------------------------------------------------------------------------- */

static int
derive_keys(struct config *config)
{
	struct config_transfer *transfer = &config->transfer;
	const struct tsig_key **keys = arena_array(config->arena, transfer->tsig_count + 1,
	    sizeof(*keys));

	if (keys == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < transfer->tsig_count; i++)
		keys[i] = transfer->tsig[i].key;
	transfer->access.keys = keys;
	transfer->access.key_count = transfer->tsig_count;
	return 0;
}

int
config_transfer_derive(struct config *config)
{
	struct config_transfer *transfer = &config->transfer;
	struct cidr *to = arena_array(config->arena,
	    transfer->to_text_count * CONFIG_NETWORKS_MAX + 1, sizeof(*to));

	transfer->notify = arena_array(config->arena, transfer->notify_text_count + 1,
	    sizeof(*transfer->notify));
	if (to == NULL || transfer->notify == NULL || derive_keys(config) != 0)
		return ERR_NOMEM;
	transfer->access.to = to;
	for (size_t i = 0; i < transfer->to_text_count; i++)
		transfer->access.to_count += config_networks(transfer->to_texts[i],
		    to + transfer->access.to_count);
	for (size_t i = 0; i < transfer->notify_text_count; i++) {
		struct announce_target *target = &transfer->notify[transfer->notify_count++];
		const char *key;

		if (read_notify(transfer->notify_texts[i], &target->to, &key) && key != NULL)
			target->key = find_key(transfer, key)->key;
	}
	return 0;
}

void
config_transfer_release(struct config *config)
{
	for (size_t i = 0; i < config->transfer.tsig_count; i++)
		tsig_key_free(config->transfer.tsig[i].key);
}

const struct transfer_access *
config_transfer_access(const struct config *config)
{
	const struct transfer_access *access = &config->transfer.access;

	return access->to_count > 0 || access->key_count > 0 ? access : NULL;
}
