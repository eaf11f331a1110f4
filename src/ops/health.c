/* health.c - /healthz, /livez, /readyz[?verbose] and a first /metrics over HTTP. */
#include "ops/health.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/latency.h"
#include "base/strbuf.h"
#include "net/sock.h"
#include "ops/exposition.h"
#include "ops/visitors.h"

#define HEADERS_MAX 8192
#define CONNECTIONS_MAX 1000
#define REQUEST_MS 5000
#define PAUSE_MS 100            /* without descriptors: accepting again at once would only spin */

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct health {
	struct evhttp *http;
	struct visitors *visitors;
	struct evconnlistener *listener;        /* the evhttp's */
	struct event *waiting;
	struct event *resume;
	struct log_gate gate;
	struct addr_port bound;
	struct health_settings settings;
	bool stopping;
};

struct reply {
	int status;
	const char *type;
	struct strbuf body;
};

static void
reply_alive(const struct health *health, bool verbose, struct reply *reply)
{
	(void)health;
	(void)verbose;
	strbuf_add(&reply->body, "ok");
}

/* As the Kubernetes API server says it: "[+]name ok", "[-]name failed: why". */
static void
reply_ready(const struct health *health, bool verbose, struct reply *reply)
{
	struct strbuf lines = STRBUF_INIT;
	bool ready = true;

	if (health->stopping) {
		reply->status = HTTP_SERVUNAVAIL;
		strbuf_add(&reply->body, "shutting down\n");
		return;
	}
	for (size_t i = 0; i < health->settings.check_count; i++) {
		const struct health_check *check = &health->settings.checks[i];
		struct strbuf why = STRBUF_INIT;
		bool ok = check->ok(health->settings.arg, &why);

		strbuf_addf(&lines, ok ? "[+]%s ok%s%s\n" : "[-]%s failed%s%s\n", check->name,
		    !ok && why.len > 0 ? ": " : "", ok ? "" : why.text);
		strbuf_release(&why);
		ready = ready && ok;
	}
	if (!ready)
		reply->status = HTTP_SERVUNAVAIL;
	if (ready && !verbose)
		strbuf_add(&reply->body, "ok");
	else
		strbuf_addf(&reply->body, "%sreadyz check %s\n", lines.text,
		    ready ? "passed" : "failed");
	/* What could not be said in full must not pass for the whole. */
	if (lines.err != 0)
		reply->body.err = lines.err;
	strbuf_release(&lines);
}

/* A family under way. */
struct health_sampler {
	const struct health_family *family;
	struct strbuf *body;
	bool begun;                     /* its HELP and TYPE are there */
};

void
health_say(struct health_sampler *sampler, const char *labels, double value)
{
	const struct health_family *family = sampler->family;
	struct strbuf name = STRBUF_INIT;
	struct health_metric before = { .name = family->name };

	strbuf_addf(&name, "%s{%s}", family->name, labels);
	struct health_metric metric = { .name = name.text, .type = family->type,
		.help = family->help };

	if (name.err == 0)
		exposition_add(sampler->body, &metric, sampler->begun ? &before : NULL, value);
	else
		sampler->body->err = name.err;
	sampler->begun = true;
	strbuf_release(&name);
}

void
health_say_durations(struct health_sampler *sampler, const char *labels,
    const struct latency *durations)
{
	const struct health_family *family = sampler->family;
	struct strbuf name = STRBUF_INIT;
	struct health_histogram before = { .name = family->name };

	strbuf_addf(&name, "%s{%s}", family->name, labels);
	struct health_histogram histogram = { .name = name.text, .help = family->help };

	if (name.err == 0)
		exposition_add_histogram(sampler->body, &histogram,
		    sampler->begun ? &before : NULL, durations);
	else
		sampler->body->err = name.err;
	sampler->begun = true;
	strbuf_release(&name);
}

static void
add_families(const struct health *health, struct strbuf *body)
{
	for (size_t i = 0; i < health->settings.family_count; i++) {
		struct health_sampler sampler = { .family = &health->settings.families[i],
			.body = body };

		sampler.family->samples(health->settings.arg, &sampler);
	}
}

static void
reply_metrics(const struct health *health, bool verbose, struct reply *reply)
{
	const struct health_metric *before = NULL;

	(void)verbose;
	reply->type = TEXT_METRICS;
	for (size_t i = 0; i < health->settings.metric_count; i++) {
		const struct health_metric *metric = &health->settings.metrics[i];

		exposition_add(&reply->body, metric, before, metric->value(health->settings.arg));
		before = metric;
	}
	for (size_t i = 0; i < health->settings.histogram_count; i++) {
		const struct health_histogram *histogram = &health->settings.histograms[i];
		struct latency sum = { .total = 0 };

		histogram->durations(health->settings.arg, &sum);
		exposition_add_histogram(&reply->body, histogram,
		    i > 0 ? histogram - 1 : NULL, &sum);
	}
	add_families(health, &reply->body);
}

static const struct page {
	const char *path;
	void (*reply)(const struct health *health, bool verbose, struct reply *reply);
} pages[] = {
	{ "/healthz", reply_alive },
	{ "/livez", reply_alive },
	{ "/metrics", reply_metrics },
	{ "/readyz", reply_ready },
};

/* Whether "verbose" is among the words of a query. */
static bool
wants_verbose(const char *query)
{
	while (query != NULL && *query != '\0') {
		size_t len = strcspn(query, "&");

		if (strncmp(query, "verbose", 7) == 0 && (len == 7 || query[7] == '='))
			return true;
		query += len;
		query += *query == '&';
	}
	return false;
}

static void
fill(const struct health *health, struct evhttp_request *request, struct reply *reply)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
	enum evhttp_cmd_type command = evhttp_request_get_command(request);

	if (command != EVHTTP_REQ_GET && command != EVHTTP_REQ_HEAD) {
		reply->status = HTTP_BADMETHOD;
		strbuf_add(&reply->body, "only GET and HEAD\n");
		(void)evhttp_add_header(evhttp_request_get_output_headers(request), "Allow",
		    "GET, HEAD");
		return;
	}
	for (size_t i = 0; path != NULL && i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(path, pages[i].path) == 0) {
			pages[i].reply(health, wants_verbose(evhttp_uri_get_query(uri)), reply);
			return;
		}
	}
	reply->status = HTTP_NOTFOUND;
	strbuf_add(&reply->body, "not found\n");
}

static void
send_reply(struct evhttp_request *request, const struct reply *reply)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();
	char len[32];

	(void)snprintf(len, sizeof(len), "%zu", reply->body.len);
	(void)evhttp_add_header(headers, "Content-Type", reply->type);
	(void)evhttp_add_header(headers, "Content-Length", len);
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	/* One request a connection: the time to send one begins with the connection. */
	(void)evhttp_add_header(headers, "Connection", "close");
	if (body == NULL || (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD &&
	    evbuffer_add(body, reply->body.text, reply->body.len) != 0)) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	} else {
		evhttp_send_reply(request, reply->status, NULL, body);
	}
	if (body != NULL)
		evbuffer_free(body);
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct health *health = arg;
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	struct reply reply = { .status = HTTP_OK, .type = TEXT_PLAIN, .body = STRBUF_INIT };

	visitors_answered(health->visitors, evhttp_connection_get_bufferevent(connection));
	fill(health, request, &reply);
	if (reply.body.err == 0)
		send_reply(request, &reply);
	else
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	strbuf_release(&reply.body);
}

/*
 * Of threads that race for descriptors another may be faster: then evhttp's listener only
 * looks in vain.
 */
static bool
has_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/*
 * A client waits.  libevent's listener does not rest when accept(2) finds no descriptor but
 * spins, and its error callback belongs to evhttp; so look before it does.
 */
static void
on_waiting(evutil_socket_t fd, short what, void *arg)
{
	struct health *health = arg;
	struct timeval wait = { 0, PAUSE_MS * 1000 };

	(void)fd;
	(void)what;
	if (has_descriptor())
		return;
	log_gated(&health->gate, 1, LOG_WARN, "HTTP clients wait: %s", strerror(errno));
	(void)evconnlistener_disable(health->listener);
	(void)event_del(health->waiting);
	(void)evtimer_add(health->resume, &wait);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct health *health = arg;

	(void)fd;
	(void)what;
	(void)evconnlistener_enable(health->listener);
	(void)event_add(health->waiting, NULL);
}

/* The callback of evhttp's listener: libevent would write a line of its own.  `arg` is evhttp's. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	static struct log_gate gate;

	(void)listener;
	(void)arg;
	log_gated(&gate, 1, LOG_WARN, "HTTP clients wait: accept: %s", strerror(errno));
}

/* evhttp over a socket of our own making. */
static int
bind_http(struct event_base *loop, struct health *health, const struct addr_port *listen)
{
	int fd;
	int err = sock_listen_tcp(listen, SOCK_FLAG_NONBLOCK, SOMAXCONN, &fd);

	if (err != 0)
		return err;
	err = sock_bound(fd, &health->bound);
	if (err != 0) {
		(void)close(fd);
		return err;
	}
	health->listener = evconnlistener_new(loop, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
	    0, fd);
	if (health->listener == NULL) {
		(void)close(fd);
		return ERR_NOMEM;
	}
	if (evhttp_bind_listener(health->http, health->listener) == NULL) {
		evconnlistener_free(health->listener);
		return ERR_NOMEM;
	}
	evconnlistener_set_error_cb(health->listener, on_accept_error);
	/* Added after the listener's own event, this one is called before it. */
	health->waiting = event_new(loop, fd, EV_READ | EV_PERSIST, on_waiting, health);
	return health->waiting == NULL || event_add(health->waiting, NULL) != 0 ? ERR_NOMEM : 0;
}

int
health_start(struct event_base *loop, const struct health_settings *settings, struct health **out)
{
	struct health *health = calloc(1, sizeof(*health));
	int err = ERR_NOMEM, saved;

	if (health == NULL)
		return ERR_NOMEM;
	health->settings = *settings;
	health->settings.listen = NULL; /* borrowed for this call only */
	health->http = evhttp_new(loop);
	health->resume = evtimer_new(loop, on_resume, health);
	if (health->http == NULL || health->resume == NULL)
		goto out;
	evhttp_set_max_headers_size(health->http, HEADERS_MAX);
	evhttp_set_max_body_size(health->http, 0);
	/* Every method gets an answer: 405, not evhttp's 501. */
	evhttp_set_allowed_methods(health->http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
	    EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(health->http, on_request, health);
	health->visitors = visitors_new(loop, health->http, CONNECTIONS_MAX, REQUEST_MS);
	if (health->visitors == NULL)
		goto out;
	err = bind_http(loop, health, settings->listen);
	if (err != 0)
		goto out;
	*out = health;
	return 0;
out:
	saved = errno;
	health_stop(health);
	errno = saved;
	return err;
}

void
health_stop(struct health *health)
{
	if (health == NULL)
		return;
	if (health->waiting != NULL)
		event_free(health->waiting);    /* before evhttp closes its descriptor */
	if (health->http != NULL)
		evhttp_free(health->http);
	visitors_free(health->visitors);
	if (health->resume != NULL)
		event_free(health->resume);
	free(health);
}

void
health_set_stopping(struct health *health)
{
	health->stopping = true;
}

const struct addr_port *
health_bound(const struct health *health)
{
	return &health->bound;
}
