/* client_parts.h - what the files of the client share. */
#ifndef ROLLCALL_CLI_CLIENT_PARTS_H
#define ROLLCALL_CLI_CLIENT_PARTS_H
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "cli/client.h"

/* Where a daemon may be. */
struct client_address {
	char *url;                      /* without a path */
	char *socket;                   /* NULL: none */
	bool reads_only;                /* plain HTTP that nobody asked for: writing is in vain */
};

#define CLIENT_ADDRESSES_MAX 3
struct client {
	CURL *easy;
	struct client_address addresses[CLIENT_ADDRESSES_MAX];
	size_t address_count;
	size_t last;                    /* which answered; CLIENT_ADDRESSES_MAX: none */
	const char *cacert;
	struct strbuf token;            /* "Bearer ..." */
	struct strbuf problem;
};

/* client_address.c: where to ask (NULL: the defaults).  0 or ERR_NOMEM. */
int client_find_addresses(struct client *client, const char *server);

/* client_address.c: the token's file, one line of at most 4096 octets.  false: said. */
bool client_read_token(struct client *client, const char *path, struct strbuf *problem);

/* client_problem.c: the words for what went wrong, into client->problem. */
void client_add_tried(struct client *client, const struct client_address *address, CURLcode code);
void client_say_nobody(struct client *client, bool writes);
int client_say_failure(struct client *client, CURLcode code, bool too_large);

/* client_stream.c: what curl_easy_perform() does, with ticks. */
CURLcode client_perform_stream(struct client *client, const struct client_stream *stream);
#endif
