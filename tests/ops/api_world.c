/* api_world.c - an API over a ledger of the test's own, asked over HTTP. */
#include "tests/ops/api_world.h"

#include <check.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/follow.h"
#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/view.h"
#include "tests/ops/http_client.h"

#define REPLY_SIZE (8u << 20)

json_t *
view_metadata(struct view *view, const struct ledger_entry *entry, bool all)
{
	char version[24];
	char app[64];

	(void)view;
	(void)all;
	snprintf(version, sizeof(version), "%" PRIu64, entry->version);
	snprintf(app, sizeof(app), "%.*s", (int)strcspn(entry->name, "-"), entry->name);
	return json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "name", entry->name, "namespace",
	    entry->ns, "resourceVersion", version, "creationTimestamp", "1970-01-01T00:00:00Z",
	    "labels", "app", app);
}

json_t *
view_object(struct view *view, const struct ledger_entry *entry, bool all)
{
	return json_pack("{s:s, s:s, s:o, s:{s:s, s:[s], s:[{s:i, s:s}]}}", "apiVersion", "v1",
	    "kind", api_kind_text((enum api_kind)entry->kind), "metadata",
	    view_metadata(view, entry, all), "spec", "type", "ClusterIP", "clusterIPs", "10.0.0.1",
	    "ports", "port", 80, "protocol", "TCP");
}

json_t *
view_object_beta(struct view *view, const struct ledger_entry *entry, bool all)
{
	json_t *object = view_object(view, entry, all);

	json_object_set_new(object, "apiVersion", json_string("discovery.k8s.io/v1beta1"));
	return object;
}

static void
take_write(void *arg, struct visit *visit, const struct api_target *target)
{
	struct api_world *world = arg;

	world->handed = *target;
	world->handed_to = "write";
	visit_reply(visit, 200, "text/plain", "write", 5);
}

void
api_world_start(struct api_world *world, const struct openapi *openapi)
{
	struct addr_port at = { .port = 0 };
	struct api_settings settings = { .write = take_write, .write_arg = world, .openapi = openapi };

	memset(world, 0, sizeof(*world));
	ck_assert_int_eq(addr_parse("127.0.0.1", &at.addr), 0);
	world->loop = event_base_new();
	world->clock = clock_new_manual(1000, 2620);
	world->ledger = ledger_new(&(struct ledger_settings){ .clock = world->clock });
	ck_assert_int_eq(httpd_new(world->loop, &world->httpd), 0);
	settings.loop = world->loop;
	settings.clock = world->clock;
	settings.ledger = world->ledger;
	ck_assert_int_eq(follows_new(world->loop, world->clock, world->ledger, &world->follows), 0);
	settings.follows = world->follows;
	ck_assert_int_eq(api_new(&settings, &world->api), 0);
	ck_assert_int_eq(api_serve(world->api, world->httpd), 0);
	ck_assert_int_eq(httpd_listen(world->httpd, &at), 0);
}

void
api_world_stop(struct api_world *world)
{
	api_free(world->api);
	httpd_free(world->httpd);
	follows_free(world->follows);
	ledger_free(world->ledger);
	clock_free(world->clock);
	event_base_free(world->loop);
}

void
api_world_put(struct api_world *world, enum api_kind kind, const char *ns, const char *name)
{
	ck_assert_int_eq(ledger_put(world->ledger, &(struct ledger_item){ .kind = kind,
	    .origin = LEDGER_IMPLIED, .ns = ns, .name = name, .created_unix_s = 1 }), 0);
}

const char *
api_world_ask(struct api_world *world, const char *what, const char *headers)
{
	static char reply[REPLY_SIZE];
	char request[4096];
	int fd = http_client_connect(httpd_bound(world->httpd));

	snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
	    "%s\r\n", what, headers);
	http_client_send(fd, request);
	ck_assert(http_client_read(world->loop, fd, reply, sizeof(reply)));
	close(fd);
	return reply;
}

/* Chunks (RFC 9112, 7.1) put together, in place. */
static void
join_chunks(char *body)
{
	char *to = body;
	char *end;
	unsigned long len;

	while ((len = strtoul(body, &end, 16)) != 0 && *end == '\r') {
		memmove(to, end + 2, len);
		to += len;
		body = end + 2 + len + 2;
	}
	*to = '\0';
}

json_t *
api_world_json(struct api_world *world, const char *what, const char *headers, int status)
{
	/* The reply is the world's own buffer. */
	char *reply = (char *)(uintptr_t)api_world_ask(world, what, headers);
	char *body = strstr(reply, "\r\n\r\n");
	json_error_t error;
	json_t *document;

	ck_assert_ptr_nonnull(body);
	ck_assert_msg(atoi(reply + 9) == status, "%s: %.200s", what, reply);
	body += 4;
	if (strcasestr(reply, "transfer-encoding: chunked") != NULL)
		join_chunks(body);
	document = json_loads(body, 0, &error);
	ck_assert_msg(document != NULL, "%s: %s at %d: %.200s", what, error.text, error.position,
	    body);
	return document;
}

const char *
api_world_names(const json_t *list)
{
	static char text[4096];
	const json_t *items = json_object_get(list, "items");
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *metadata = json_object_get(json_array_get(items, i), "metadata");

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s/%s",
		    i == 0 ? "" : " ", json_string_value(json_object_get(metadata, "namespace")),
		    json_string_value(json_object_get(metadata, "name")));
	}
	return text;
}
