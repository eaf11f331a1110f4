/* config_tls.c - listenTLS: where DNS over TLS is served, and with which certificate. */
#include "daemon/config_tls.h"

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "source/doc.h"

static const char *
file_rule(const char *text)
{
	return text[0] == '/' ? NULL : "must be an absolute path";
}

static void
check_tls(struct field_context *context, const struct doc_node *node, void *target)
{
	const struct config_tls *tls = target;

	if (tls->listen_text_count == 0)
		return;
	if (tls->certificate[0] == '\0')
		field_error(context, node, ".certificate", "must name the file of the certificate");
	if (tls->key[0] == '\0')
		field_error(context, node, ".key", "must name the file of the certificate's key");
}

static const struct field tls_fields[] = {
	{ FIELD_ITEMS("listen", FIELD_TEXTS, config_tls, listen_texts, listen_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_listen_rule, .doc = "DNS over TLS" },
	{ FIELD("certificate", FIELD_TEXT, config_tls, certificate), .rule = file_rule,
	    .doc = "the file of the certificate and those above it, PEM; watched" },
	{ FIELD("key", FIELD_TEXT, config_tls, key), .rule = file_rule,
	    .doc = "the file of its key, PEM; watched" },
};
const struct field_table config_tls_table = { FIELD_TABLE(tls_fields, config_tls),
	.title = "listenTLS", .check = check_tls };

void
config_tls_default(struct config_tls *tls)
{
	tls->certificate = "";
	tls->key = "";
}

int
config_tls_derive(struct config *config)
{
	struct config_tls *tls = &config->tls;

	tls->listen = arena_array(config->arena, tls->listen_text_count, sizeof(*tls->listen));
	if (tls->listen == NULL && tls->listen_text_count > 0)
		return ERR_NOMEM;
	tls->listen_count = tls->listen_text_count;
	for (size_t i = 0; i < tls->listen_count; i++)
		addr_port_parse(tls->listen_texts[i], &tls->listen[i]);
	return 0;
}
