/*
 * config_edge.h - dns.cookies, dns.nsid, dns.version, dns.rrl: what clients are told and granted
 * beside answers.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_CONFIG_EDGE_H
#define ROLLCALL_DAEMON_CONFIG_EDGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/cookie.h"
#include "dns/rrl.h"
#include "source/field.h"

/* Lines of a secret file: the one that makes cookies, and one that is still, or already, taken. */
#define CONFIG_SECRETS_MAX 2

struct config_rrl {
	struct rrl_settings settings;
	const char **exempt_texts;
	size_t exempt_text_count;
};

struct config_edge {
	bool cookies;
	bool cookies_required;
	const char *secret_file;        /* NULL: secrets of our own, at random */
	uint8_t secrets[CONFIG_SECRETS_MAX][COOKIE_SECRET_LEN];
	size_t secret_count;
	const char *nsid;               /* NULL: not told */
	const char *version;            /* NULL: not told */
	struct config_rrl *rrl;         /* NULL: nobody is held back */
};

/* dns.rrl, decoded into a struct config_rrl. */
extern const struct field_table config_edge_rrl;

struct dns_settings;

/* What holds where the file says nothing. */
void config_edge_default(struct config_edge *edge);
/* All but the cookie's secrets, which change while these settings last. */
void config_edge_settings(const struct config_edge *edge, struct dns_settings *settings);

/* Hooks; the target is a struct config_dns. */
void config_edge_cookies(struct field_context *context, const struct doc_node *node, void *target);
void config_edge_nsid(struct field_context *context, const struct doc_node *node, void *target);
void config_edge_version(struct field_context *context, const struct doc_node *node, void *target);
#endif
