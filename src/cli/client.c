/* client.c - ask the daemon over its Unix socket, HTTP or HTTPS. */
#include "cli/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/client_parts.h"

#define AGENT "rollcall"

struct client *
client_new(const struct client_settings *settings, struct strbuf *problem)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		strbuf_add(problem, "no memory");
		free(client);
		return NULL;
	}
	client->problem = (struct strbuf)STRBUF_INIT;
	client->token = (struct strbuf)STRBUF_INIT;
	client->cacert = settings->cacert;
	client->easy = curl_easy_init();
	client->last = CLIENT_ADDRESSES_MAX;
	if (client->easy == NULL || client_find_addresses(client, settings->server) != 0)
		strbuf_add(problem, "no memory");
	else if (settings->token_file == NULL ||
	    client_read_token(client, settings->token_file, problem))
		return client;
	client_free(client);
	return NULL;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	for (size_t i = 0; i < client->address_count; i++) {
		free(client->addresses[i].url);
		free(client->addresses[i].socket);
	}
	if (client->easy != NULL)
		curl_easy_cleanup(client->easy);
	strbuf_release(&client->problem);
	strbuf_release(&client->token);
	free(client);
	curl_global_cleanup();
}

void
call_release(struct call *call)
{
	strbuf_release(&call->reply);
	strbuf_release(&call->warnings);
}

const char *
client_problem(const struct client *client)
{
	return client->problem.err != 0 ? "no memory" : client->problem.text;
}

const char *
client_address(const struct client *client)
{
	const struct client_address *address;

	if (client->last == CLIENT_ADDRESSES_MAX)
		return NULL;
	address = &client->addresses[client->last];
	return address->socket != NULL ? address->socket : address->url;
}

void
client_escape(struct strbuf *url, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    strchr("-._~", c) != NULL)
			strbuf_add_n(url, text, 1);
		else
			strbuf_addf(url, "%%%02X", c);
	}
}

/* A reply that is being read. */
struct reading {
	struct client *client;
	struct call *call;
	const struct client_stream *stream;     /* NULL: a whole reply */
	struct strbuf partial;                  /* a line that has not ended */
	bool too_large;
	bool enough;                            /* line() said so */
};

/* Warning: 299 - "text" (RFC 7234, 5.5); a quote inside is escaped with a backslash. */
static size_t
on_header(char *data, size_t size, size_t count, void *arg)
{
	static const char name[] = "warning: 299 ";
	struct reading *reading = arg;
	struct strbuf *warnings = &reading->call->warnings;
	size_t len = size * count;
	const char *at = data, *end = data + len;

	if (len < sizeof(name) || strncasecmp(data, name, sizeof(name) - 1) != 0 ||
	    warnings->len > 65536)
		return len;
	at = memchr(at, '"', len);
	if (at == NULL)
		return len;
	for (at++; at < end && *at != '"'; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		strbuf_add_n(warnings, at, 1);
	}
	strbuf_add(warnings, "\n");
	return len;
}

static bool
hand_line(struct reading *reading, const char *text, size_t len)
{
	if (len > 0 && text[len - 1] == '\r')
		len--;
	reading->enough = !reading->stream->line(reading->stream->arg, text, len);
	return !reading->enough;
}

static bool
take_lines(struct reading *reading, const char *data, size_t len)
{
	const char *end;

	while ((end = memchr(data, '\n', len)) != NULL) {
		size_t span = (size_t)(end - data);
		bool more;

		if (reading->partial.len > 0) {
			strbuf_add_n(&reading->partial, data, span);
			more = reading->partial.err == 0 &&
			    hand_line(reading, reading->partial.text, reading->partial.len);
			strbuf_clear(&reading->partial);
		} else {
			more = hand_line(reading, data, span);
		}
		if (!more)
			return false;
		data = end + 1;
		len -= span + 1;
	}
	reading->too_large = reading->partial.len + len > CLIENT_LINE_MAX;
	if (reading->too_large)
		return false;
	strbuf_add_n(&reading->partial, data, len);
	return reading->partial.err == 0;
}

static size_t
on_data(char *data, size_t size, size_t count, void *arg)
{
	struct reading *reading = arg;
	struct strbuf *reply = &reading->call->reply;
	size_t len = size * count;
	long status = 0;

	(void)curl_easy_getinfo(reading->client->easy, CURLINFO_RESPONSE_CODE, &status);
	if (reading->stream != NULL && status < 400)
		return take_lines(reading, data, len) ? len : CURL_WRITEFUNC_ERROR;
	reading->too_large = reply->len + len > CLIENT_REPLY_MAX;
	if (reading->too_large)
		return CURL_WRITEFUNC_ERROR;
	strbuf_add_n(reply, data, len);
	return reply->err == 0 ? len : CURL_WRITEFUNC_ERROR;
}

static struct curl_slist *
add_header(struct curl_slist *list, bool *sound, const char *name, const char *value)
{
	struct strbuf line = STRBUF_INIT;
	struct curl_slist *longer = NULL;

	strbuf_addf(&line, "%s: %s", name, value);
	if (line.err == 0)
		longer = curl_slist_append(list, line.text);
	strbuf_release(&line);
	if (longer == NULL)
		*sound = false;
	return longer != NULL ? longer : list;
}

/* The headers of a call; *sound is false where memory ran out.  The caller frees the list. */
static struct curl_slist *
make_headers(const struct client *client, const struct call *call, bool secret, bool *sound)
{
	struct curl_slist *list = NULL;

	*sound = true;
	list = add_header(list, sound, "Accept",
	    call->accept != NULL ? call->accept : "application/json");
	if (call->body != NULL)
		list = add_header(list, sound, "Content-Type",
		    call->type != NULL ? call->type : "application/json");
	list = add_header(list, sound, "Expect", "");
	if (secret && client->token.len > 0)
		list = add_header(list, sound, "Authorization", client->token.text);
	return list;
}

static void
set_connection(struct client *client, const struct client_address *address)
{
	CURL *easy = client->easy;

	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, AGENT);
	(void)curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, address->socket);
	if (client->cacert != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, client->cacert);
}

static void
set_question(struct client *client, const struct call *call, struct reading *reading)
{
	CURL *easy = client->easy;
	unsigned timeout_ms = call->timeout_ms;

	if (timeout_ms == 0 && reading->stream == NULL)
		timeout_ms = CLIENT_TIMEOUT_MS;
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	if (call->body != NULL) {
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
	}
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, reading);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, reading);
}

/* Ask at one address. */
static CURLcode
ask_at(struct reading *reading, const struct client_address *address)
{
	struct client *client = reading->client;
	struct strbuf url = STRBUF_INIT;
	bool sound;
	struct curl_slist *headers;
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long status = 0;

	curl_easy_reset(client->easy);
	strbuf_addf(&url, "%s%s", address->url, reading->call->path);
	headers = make_headers(client, reading->call,
	    strncmp(address->url, "https:", 6) == 0 && address->socket == NULL, &sound);
	if (!sound || url.err != 0)
		goto out;
	set_connection(client, address);
	set_question(client, reading->call, reading);
	(void)curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(client->easy, CURLOPT_URL, url.text);
	code = reading->stream != NULL ? client_perform_stream(client, reading->stream)
				       : curl_easy_perform(client->easy);
	(void)curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
	reading->call->status = (int)status;
out:
	curl_slist_free_all(headers);
	strbuf_release(&url);
	return code;
}

/* Whether nobody was there, so that the next address may be tried. */
static bool
nobody_there(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
}

static int
ask(struct reading *reading)
{
	struct client *client = reading->client;
	bool writes = strcmp(reading->call->method, "GET") != 0;
	CURLcode code = CURLE_COULDNT_CONNECT;
	size_t first = client->last < client->address_count ? client->last : 0;

	strbuf_clear(&client->problem);
	for (size_t i = first; i < client->address_count && nobody_there(code); i++) {
		const struct client_address *address = &client->addresses[i];

		if (writes && address->reads_only)
			continue;
		code = ask_at(reading, address);
		if (nobody_there(code))
			client_add_tried(client, address, code);
		else
			client->last = i;
	}
	if (reading->enough || code == CURLE_OK)
		return 0;
	if (nobody_there(code)) {
		client_say_nobody(client, writes);
		client->last = CLIENT_ADDRESSES_MAX;
		return ERR_NOTFOUND;
	}
	return client_say_failure(client, code, reading->too_large);
}

int
client_call(struct client *client, struct call *call)
{
	struct reading reading = { .client = client, .call = call };

	return ask(&reading);
}

int
client_stream(struct client *client, struct call *call, const struct client_stream *stream)
{
	struct reading reading = {
		.client = client,
		.call = call,
		.stream = stream,
		.partial = STRBUF_INIT,
	};
	int err = ask(&reading);

	strbuf_release(&reading.partial);
	return err;
}
