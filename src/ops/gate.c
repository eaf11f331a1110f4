/* gate.c - who may come in with what: host names, origins, the token. */
#include "ops/gate.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/addr.h"

#define HOST_SIZE 256

struct gate {
	unsigned char key[crypto_generichash_KEYBYTES];
	unsigned char token[crypto_generichash_BYTES];
	bool has_token;
	char own[HOST_SIZE];            /* "": it cannot be had */
	const char *const *names;
	size_t name_count;
};

struct gate *
gate_new(void)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (gate == NULL)
		return NULL;
	randombytes_buf(gate->key, sizeof(gate->key));
	if (gethostname(gate->own, sizeof(gate->own) - 1) != 0)
		gate->own[0] = '\0';
	return gate;
}

void
gate_free(struct gate *gate)
{
	free(gate);
}

static void
hash(const struct gate *gate, const char *text, size_t len,
    unsigned char out[crypto_generichash_BYTES])
{
	(void)crypto_generichash(out, crypto_generichash_BYTES, (const unsigned char *)text, len,
	    gate->key, sizeof(gate->key));
}

void
gate_set_token(struct gate *gate, const char *token)
{
	gate->has_token = token != NULL;
	if (token != NULL)
		hash(gate, token, strlen(token), gate->token);
}

void
gate_set_hosts(struct gate *gate, const char *const *names, size_t count)
{
	gate->names = names;
	gate->name_count = count;
}

/* What may stand after a host: nothing, or ":" and a port (RFC 9110, 7.2; RFC 3986, 3.2.3). */
static bool
is_port(const char *text, size_t len)
{
	if (len > 0 && text[0] != ':')
		return false;
	for (size_t i = 1; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* The host of "host", "host:port", "[::1]:port", without a last dot; false: too long, or none. */
static bool
host_of(const struct head_value *value, char host[HOST_SIZE])
{
	size_t len = value->len;
	const char *text = value->text, *end, *rest;

	if (text == NULL || len == 0)
		return false;
	end = memchr(text, text[0] == '[' ? ']' : ':', len);
	if (text[0] == '[') {
		if (end == NULL)
			return false;
		rest = end + 1;
		text++;
	} else {
		rest = end = end == NULL ? text + len : end;
		if (end > text && end[-1] == '.')
			end--;
	}
	if (!is_port(rest, (size_t)(value->text + len - rest)))
		return false;
	len = (size_t)(end - text);
	if (len == 0 || len >= HOST_SIZE)
		return false;
	(void)memcpy(host, text, len);
	host[len] = '\0';
	return true;
}

static bool
is_ours(const struct gate *gate, const struct head_value *value)
{
	char host[HOST_SIZE];
	struct addr addr;

	if (!host_of(value, host))
		return false;
	/* Nobody's DNS has an address for a name. */
	if (addr_parse(host, &addr) == 0)
		return true;
	if (strcasecmp(host, "localhost") == 0 ||
	    (gate->own[0] != '\0' && strcasecmp(host, gate->own) == 0))
		return true;
	for (size_t i = 0; i < gate->name_count; i++)
		if (strcasecmp(host, gate->names[i]) == 0)
			return true;
	return false;
}

/* RFC 6454: scheme "://" host [ ":" port ]; "null" is nobody's. */
static bool
is_same_origin(const struct request_head *head, enum door_kind door)
{
	const char *scheme = door == DOOR_TLS ? "https://" : "http://";
	size_t len = strlen(scheme);

	return head->host.text != NULL && head->origin.len == len + head->host.len &&
	    strncasecmp(head->origin.text, scheme, len) == 0 &&
	    strncasecmp(head->origin.text + len, head->host.text, head->host.len) == 0;
}

static bool
is_for_everybody(const struct request_head *head)
{
	return (head->method == VISIT_GET || head->method == VISIT_HEAD) &&
	    ((head->path.len == 1 && head->path.text[0] == '/') ||
	    (head->path.len > 7 && memcmp(head->path.text, "/badge/", 7) == 0));
}

static int
check_browser(const struct gate *gate, enum door_kind door, const struct request_head *head,
    const char **why)
{
	/* HTTP/1.0 may have no Host; no browser speaks that. */
	if (head->host.text != NULL && !is_ours(gate, &head->host)) {
		*why = "this is not the host that the request is for: name it in http.allowHosts";
		return 421;
	}
	if (head->origin.text != NULL && !is_same_origin(head, door)) {
		*why = "the request comes from a page of somebody else (Origin)";
		return 403;
	}
	if (head->fetch_site.text != NULL && !head_value_is(&head->fetch_site, "same-origin") &&
	    !head_value_is(&head->fetch_site, "none") && !is_for_everybody(head)) {
		*why = "the request comes from a page of another site (Sec-Fetch-Site)";
		return 403;
	}
	return 0;
}

static bool
is_token(const struct gate *gate, const struct head_value *value)
{
	unsigned char other[crypto_generichash_BYTES];
	const char *text = value->text;
	size_t len = value->len;

	if (!gate->has_token || len < 8 || strncasecmp(text, "Bearer ", 7) != 0)
		return false;
	text += 7;
	len -= 7;
	/* Of hashes with a key that nobody knows: neither time nor length says anything. */
	hash(gate, text, len, other);
	return sodium_memcmp(other, gate->token, sizeof(other)) == 0;
}

int
gate_refuse_write(enum door_kind door, const char **why)
{
	if (door == DOOR_TLS) {
		*why = "writing needs the bearer token of http.tokenFile (rollcall kubeconfig)";
		return 401;
	}
	*why = "plain HTTP is read-only: write over the Unix socket (http.socket), or over TLS "
	    "(http.listenTLS) with the bearer token of http.tokenFile";
	return 403;
}

void
gate_ask(const struct gate *gate, enum door_kind door, bool is_peer, const struct request_head *head,
    struct gate_verdict *verdict)
{
	*verdict = (struct gate_verdict){ .code = 0 };
	if (door == DOOR_LOCAL) {
		verdict->is_writer = is_peer;
		verdict->code = is_peer ? 0 : 403;
		verdict->why = "the socket is for root, its owner and its group";
		return;
	}
	verdict->code = check_browser(gate, door, head, &verdict->why);
	if (verdict->code != 0 || door == DOOR_PLAIN || head->authorization.text == NULL)
		return;
	verdict->is_writer = is_token(gate, &head->authorization);
	if (!verdict->is_writer) {
		verdict->code = 401;
		verdict->why = "this is not the token of http.tokenFile";
	}
}
