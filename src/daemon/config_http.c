/* config_http.c - http: where the API and the page are served, and who may write. */
#include "daemon/config_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "source/doc.h"

#define ROOT_SOCKET "/run/rollcall/api.sock"
#define USER_SOCKET "/rollcall/api.sock"        /* below $XDG_RUNTIME_DIR */
#define UNIT_SOCKET "/api.sock"                 /* below $RUNTIME_DIRECTORY */
#define STATE_TOKEN "/api/token"                /* below state.dir */

static const char *
path_rule(const char *text)
{
	return text[0] == '\0' || text[0] == '/' ? NULL : "must be an absolute path, or \"\"";
}

static const char *
host_rule(const char *text)
{
	return text_is_dns1123_subdomain(text) ? NULL : "must be a DNS name in lower case";
}

static void
check_path(struct field_context *context, const struct doc_node *node, const char *name,
    const char *path)
{
	char below[32];
	const char *wrong = path == NULL ? NULL : path_rule(path);

	snprintf(below, sizeof(below), ".%s", name);
	if (wrong != NULL)
		field_error(context, doc_find(node, name), below, "%s: %s", path, wrong);
}

/* An empty text turns a way off; with a rule it would be taken for one that is not there. */
static void
check_http(struct field_context *context, const struct doc_node *node, void *target)
{
	const struct config_http *http = target;
	const char *wrong = config_listen_rule(http->listen_text);

	if (http->listen_text[0] != '\0' && wrong != NULL)
		field_error(context, doc_find(node, "listen"), ".listen", "%s: %s",
		    http->listen_text, wrong);
	check_path(context, node, "socket", http->socket);
	check_path(context, node, "tokenFile", http->token_file);
}

static const struct field http_fields[] = {
	{ FIELD("listen", FIELD_TEXT, config_http, listen_text),
	    .doc = "ADDRESS:PORT, read-only" },
	{ FIELD("socket", FIELD_TEXT, config_http, socket),
	    .doc = "the Unix socket for its owner and group" },
	{ FIELD_ITEMS("listenTLS", FIELD_TEXTS, config_http, tls_texts, tls_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_listen_rule,
	    .doc = "ADDRESS:PORT; who has the token may write" },
	{ FIELD("tokenFile", FIELD_TEXT, config_http, token_file),
	    .doc = "where the token is" },
	{ FIELD_ITEMS("allowHosts", FIELD_TEXTS, config_http, allow_hosts, allow_host_count),
	    .flags = FIELD_SCALAR_OK, .rule = host_rule,
	    .doc = "names besides the host's own that requests may be for" },
};
const struct field_table config_http_table = { FIELD_TABLE(http_fields, config_http),
	.title = "http", .check = check_http };

void
config_http_default(struct config_http *http)
{
	http->listen_text = "127.0.0.1:8053";
}

static const char *
join(struct arena *arena, const char *folder, const char *name)
{
	char *path = arena_array(arena, strlen(folder) + strlen(name) + 1, 1);

	if (path != NULL) {
		(void)memcpy(path, folder, strlen(folder));
		(void)memcpy(path + strlen(folder), name, strlen(name) + 1);
	}
	return path;
}

static int
make_paths(struct config *config)
{
	struct config_http *http = &config->http;
	const char *folder = getenv("XDG_RUNTIME_DIR");
	/* systemd's, made for our unit, which may have started us as our own user already. */
	const char *unit = getenv("RUNTIME_DIRECTORY");

	http->socket_stated = http->socket != NULL;
	if (!http->socket_stated && unit != NULL && unit[0] == '/' && strchr(unit, ':') == NULL)
		http->socket = join(config->arena, unit, UNIT_SOCKET);
	else if (!http->socket_stated && geteuid() == 0)
		http->socket = ROOT_SOCKET;
	else if (!http->socket_stated && folder != NULL && folder[0] == '/')
		http->socket = join(config->arena, folder, USER_SOCKET);
	else if (!http->socket_stated)
		http->socket = "";
	if (http->token_file == NULL && config->state_dir != NULL && !config->no_state)
		http->token_file = join(config->arena, config->state_dir, STATE_TOKEN);
	else if (http->token_file == NULL)
		http->token_file = "";
	return http->socket == NULL || http->token_file == NULL ? ERR_NOMEM : 0;
}

int
config_http_derive(struct config *config)
{
	struct config_http *http = &config->http;

	if (http->listen_text[0] != '\0')
		addr_port_parse(http->listen_text, &http->listen);
	http->tls = arena_array(config->arena, http->tls_text_count, sizeof(*http->tls));
	if (http->tls == NULL && http->tls_text_count > 0)
		return ERR_NOMEM;
	http->tls_count = http->tls_text_count;
	for (size_t i = 0; i < http->tls_count; i++)
		addr_port_parse(http->tls_texts[i], &http->tls[i]);
	return make_paths(config);
}
