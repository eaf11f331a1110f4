/* config_tls.h - listenTLS: where DNS over TLS is served, and with which certificate.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_TLS_H
#define ROLLCALL_DAEMON_CONFIG_TLS_H
#include <stddef.h>

#include "source/field.h"

struct addr_port;
struct config;

struct config_tls {
	const char **listen_texts;
	size_t listen_text_count;
	struct addr_port *listen;       /* none: DNS over TLS is not served */
	size_t listen_count;
	const char *certificate;        /* files, PEM; "": not stated */
	const char *key;
};

extern const struct field_table config_tls_table;

void config_tls_default(struct config_tls *tls);
/* Texts to addresses.  ERR_NOMEM. */
int config_tls_derive(struct config *config);
#endif
