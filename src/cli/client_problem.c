/* client_problem.c - plain sentences for what goes wrong on the way to the daemon. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "cli/client_parts.h"

/* Why nobody was there, as the kernel said it. */
static const char *
reason_of(const struct client *client, CURLcode code)
{
	long number = 0;

	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return "no such host";
	(void)curl_easy_getinfo(client->easy, CURLINFO_OS_ERRNO, &number);
	switch (number) {
	case ENOENT:
		return "no such socket";
	case EACCES:
		return "permission denied: join the group rollcall (usermod -aG rollcall $USER)";
	case ECONNREFUSED:
		return "connection refused";
	case 0:
		return "no connection";
	}
	return strerror((int)number);
}

static const char *
name_of(const struct client_address *address)
{
	return address->socket != NULL ? address->socket : address->url;
}

void
client_add_tried(struct client *client, const struct client_address *address, CURLcode code)
{
	strbuf_addf(&client->problem, "%s%s: %s", client->problem.len > 0 ? "; " : "",
	    name_of(address), reason_of(client, code));
}

void
client_say_nobody(struct client *client, bool writes)
{
	struct strbuf whole = STRBUF_INIT;

	strbuf_addf(&whole, "no daemon to ask (%s).", client->problem.text);
	if (writes && client->address_count > 1)
		strbuf_add(&whole, " To change something wants its Unix socket, or https and a token.");
	strbuf_add(&whole, " Is rollcalld running?");
	strbuf_release(&client->problem);
	client->problem = whole;
}

int
client_say_failure(struct client *client, CURLcode code, bool too_large)
{
	const char *name = name_of(&client->addresses[client->last]);
	struct strbuf *problem = &client->problem;

	strbuf_clear(problem);
	if (too_large) {
		strbuf_addf(problem, "%s: the reply is too large", name);
		return ERR_LIMIT;
	}
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		strbuf_add(problem, "no memory");
		return ERR_NOMEM;
	case CURLE_OPERATION_TIMEDOUT:
		strbuf_addf(problem, "%s: no answer in time", name);
		return ERR_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		strbuf_addf(problem, "%s: the certificate is not trusted (%s): give its authority with "
		    "--cacert; on the daemon's host \"rollcall kubeconfig\" has it", name,
		    curl_easy_strerror(code));
		return ERR_DENIED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		strbuf_addf(problem, "%s is no address of a daemon: http://HOST:PORT, "
		    "https://HOST:PORT or the path of a socket", name);
		return ERR_INVALID;
	default:
		strbuf_addf(problem, "%s: the connection broke off (%s)", name,
		    curl_easy_strerror(code));
		return ERR_CLOSED;
	}
}
