/* config_http.h - http: where the API and the page are served, and who may write.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_HTTP_H
#define ROLLCALL_DAEMON_CONFIG_HTTP_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "source/field.h"

struct config;

struct config_http {
	const char *listen_text;        /* plain TCP; "": none */
	struct addr_port listen;
	const char *socket;             /* the Unix socket; "": none */
	bool socket_stated;             /* else it is tried, and done without */
	const char **tls_texts;
	size_t tls_text_count;
	struct addr_port *tls;          /* none: not served over TLS */
	size_t tls_count;
	const char *token_file;         /* "": none, and nobody writes over TLS */
	const char **allow_hosts;       /* names besides the host's own that we are called by */
	size_t allow_host_count;
};

extern const struct field_table config_http_table;

void config_http_default(struct config_http *http);
/* Texts to addresses; the paths that were not stated.  ERR_NOMEM. */
int config_http_derive(struct config *config);
#endif
