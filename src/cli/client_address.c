/* client_address.c - where a daemon may be asked, and with which token. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/client_parts.h"

#define SYSTEM_SOCKET "/run/rollcall/api.sock"
#define USER_SOCKET "/rollcall/api.sock"        /* below $XDG_RUNTIME_DIR */
#define PLAIN_HTTP "http://127.0.0.1:8053"
#define TOKEN_MAX 4096

/* `url` and `socket` (or NULL) become the client's. */
static int
add_address(struct client *client, char *url, char *socket, bool reads_only)
{
	client->addresses[client->address_count++] = (struct client_address){
		.url = url,
		.socket = socket,
		.reads_only = reads_only,
	};
	return url == NULL ? ERR_NOMEM : 0;
}

static int
add_socket(struct client *client, const char *folder, const char *path)
{
	struct strbuf name = STRBUF_INIT;
	char *socket;

	strbuf_addf(&name, "%s%s", folder, path);
	socket = strbuf_take(&name);
	return socket == NULL ? ERR_NOMEM : add_address(client, strdup("http://localhost"), socket,
	    false);
}

static int
add_url(struct client *client, const char *server)
{
	struct strbuf url = STRBUF_INIT;
	size_t len = strlen(server);

	while (len > 0 && server[len - 1] == '/')
		len--;
	if (strstr(server, "://") == NULL)
		strbuf_add(&url, "http://");
	strbuf_add_n(&url, server, len);
	return add_address(client, strbuf_take(&url), NULL, false);
}

int
client_find_addresses(struct client *client, const char *server)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int err;

	if (server != NULL && strncmp(server, "unix:", 5) == 0)
		return add_socket(client, "", server + 5 + (strncmp(server + 5, "//", 2) == 0 ? 2 : 0));
	if (server != NULL && (*server == '/' || *server == '.'))
		return add_socket(client, "", server);
	if (server != NULL)
		return add_url(client, server);
	err = add_socket(client, SYSTEM_SOCKET, "");
	if (err == 0 && runtime != NULL && *runtime == '/')
		err = add_socket(client, runtime, USER_SOCKET);
	if (err == 0)
		err = add_address(client, strdup(PLAIN_HTTP), NULL, true);
	return err;
}

bool
client_read_token(struct client *client, const char *path, struct strbuf *problem)
{
	char line[TOKEN_MAX + 2];
	FILE *file = fopen(path, "re");
	size_t len;

	if (file == NULL) {
		strbuf_addf(problem, "%s: %s", path, strerror(errno));
		return false;
	}
	len = fread(line, 1, sizeof(line) - 1, file);
	(void)fclose(file);
	line[len] = '\0';
	len = strcspn(line, " \t\r\n");
	line[len] = '\0';
	if (len == 0 || len > TOKEN_MAX) {
		strbuf_addf(problem, "%s: no token in its first line", path);
		return false;
	}
	strbuf_addf(&client->token, "Bearer %s", line);
	return client->token.err == 0;
}
