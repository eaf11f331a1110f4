/* write_world.c - an API that writes, over a keeper and a view of the test's own. */
#include "tests/ops/write_world.h"

#include <check.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "net/local_socket.h"
#include "ops/api.h"
#include "ops/follow.h"
#include "ops/httpd.h"
#include "ops/view.h"
#include "tests/ops/http_client.h"

struct write_world_mood write_world_mood;
char write_world_head[4096];

static struct {
	struct event_base *loop;
	struct clock *clock;
	struct ledger *ledger;
	struct follows *follows;
	struct httpd *httpd;
	struct write *write;
	struct api *api;
	json_t *objects;                /* by "services/shop/web" */
	json_t *files;                  /* the same, of those that files state */
	char path[100];
} world;

/* One change that is not finished. */
static struct pending {
	bool used;
	char key[600];
	enum api_kind kind;
	char ns[254], name[254];
	json_t *object;
	write_done_fn *done;
	void *arg;
} pending[8];

/* ---- the view ---- */

static void
write_key(char key[600], const char *resource, const char *ns, const char *name)
{
	snprintf(key, 600, "%s/%s/%s", resource, ns, name);
}

static json_t *
object_of(const struct ledger_entry *entry)
{
	char key[600];

	write_key(key, api_kind_resource((enum api_kind)entry->kind), entry->ns, entry->name);
	return json_object_get(world.objects, key);
}

json_t *
view_object(struct view *view, const struct ledger_entry *entry, bool all)
{
	json_t *object = json_deep_copy(object_of(entry));
	json_t *metadata = json_object_get(object, "metadata");
	char version[24], uid[LEDGER_UID_SIZE];

	(void)view, (void)all;
	snprintf(version, sizeof(version), "%" PRIu64, entry->version);
	json_object_set_new(metadata, "resourceVersion", json_string(version));
	json_object_set_new(metadata, "uid", json_string(ledger_uid(entry, uid)));
	return object;
}

json_t *
view_object_beta(struct view *view, const struct ledger_entry *entry, bool all)
{
	return view_object(view, entry, all);
}

json_t *
view_metadata(struct view *view, const struct ledger_entry *entry, bool all)
{
	json_t *object = view_object(view, entry, all);
	json_t *metadata = json_incref(json_object_get(object, "metadata"));

	json_decref(object);
	return metadata;
}

bool
view_origin(const struct view *view, const struct ledger_entry *entry, struct place *place)
{
	char key[600];

	(void)view;
	write_key(key, api_kind_resource((enum api_kind)entry->kind), entry->ns, entry->name);
	*place = (struct place){ .file = json_object_get(world.files, key) != NULL ?
	    "zones/a.yaml" : "state/objects/x.yaml", .line = 7 };
	return entry->origin == LEDGER_STATED;
}

/* ---- the keeper ---- */

static const char *
keeper_problem(void *arg)
{
	(void)arg;
	write_world_mood.begun++;
	return write_world_mood.problem;
}

static bool
keeper_owns(void *arg, const char *file)
{
	(void)arg;
	return strncmp(file, "state/", 6) == 0;
}

static bool
keeper_is_busy(void *arg, const struct write_key *write)
{
	char key[600];

	(void)arg;
	write_key(key, write->resource, write->ns, write->name);
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i].used && strcmp(pending[i].key, key) == 0)
			return true;
	return false;
}

static int
keeper_read_yaml(void *arg, const char *text, size_t len, struct diag *diag, json_t **out)
{
	static const struct place place = { "written", 3, 1 };

	(void)arg;
	*out = json_loadb(text, len, 0, NULL);
	if (*out == NULL)
		diag_add(diag, SEVERITY_ERROR, &place, "is no YAML");
	return *out == NULL ? ERR_SYNTAX : 0;
}

static json_t *
keeper_stated(void *arg, const char *file)
{
	(void)arg, (void)file;
	return NULL;
}

static int
keeper_check(void *arg, json_t *object, struct diag *diag, allot_refusal_fn *tell, void *tell_arg)
{
	const struct write_world_mood *mood = &write_world_mood;

	(void)arg, (void)object;
	if (mood->warning != NULL)
		diag_add(diag, SEVERITY_WARNING, NULL, "%s", mood->warning);
	if (mood->error != NULL)
		diag_add(diag, SEVERITY_ERROR, NULL, "%s", mood->error);
	if (mood->refusal != NULL)
		tell(tell_arg, mood->refusal);
	return mood->error != NULL || mood->refusal != NULL ? ERR_INVALID : 0;
}

static enum api_kind
kind_of(const char *resource)
{
	for (unsigned kind = 0; kind < API_KIND_COUNT; kind++)
		if (strcmp(api_kind_resource((enum api_kind)kind), resource) == 0)
			return (enum api_kind)kind;
	ck_abort_msg("%s is no resource", resource);
}

static void
put_entry(const struct pending *change)
{
	static uint64_t digest;

	if (change->object == NULL) {
		json_object_del(world.objects, change->key);
		ledger_remove(world.ledger, change->kind, change->ns, change->name);
		return;
	}
	json_object_set(world.objects, change->key, change->object);
	ck_assert_int_eq(ledger_put(world.ledger, &(struct ledger_item){ .kind = change->kind,
	    .origin = LEDGER_STATED, .ns = change->ns, .name = change->name, .digest = ++digest }), 0);
}

static void
finish(struct pending *change)
{
	struct pending now = *change;
	int err = write_world_mood.put_err;

	change->used = false;
	if (err == 0)
		put_entry(&now);
	now.done(now.arg, err, err == 0 ? "" : write_world_mood.put_why);
	json_decref(now.object);
}

void
write_world_finish(void)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i].used)
			finish(&pending[i]);
}

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (((struct pending *)arg)->used)
		finish(arg);
}

static int
begin(const struct write_key *key, json_t *object, write_done_fn *done, void *arg)
{
	static const struct timeval now = { 0 };
	struct pending *change = pending;

	while (change->used)
		change++;
	*change = (struct pending){ .used = true, .kind = kind_of(key->resource), .done = done,
		.arg = arg, .object = object == NULL ? NULL : json_deep_copy(object) };
	write_key(change->key, key->resource, key->ns, key->name);
	snprintf(change->ns, sizeof(change->ns), "%s", key->ns);
	snprintf(change->name, sizeof(change->name), "%s", key->name);
	if (!write_world_mood.slow)
		event_base_once(world.loop, -1, EV_TIMEOUT, on_later, change, &now);
	return 0;
}

static int
keeper_put(void *arg, const struct write_key *key, json_t *object, struct diag *diag,
    write_done_fn *done, void *done_arg)
{
	(void)arg, (void)diag;
	return begin(key, object, done, done_arg);
}

static int
keeper_drop(void *arg, const struct write_key *key, write_done_fn *done, void *done_arg)
{
	(void)arg;
	return begin(key, NULL, done, done_arg);
}

static const struct write_keeper keeper = {
	.problem = keeper_problem, .owns = keeper_owns, .is_busy = keeper_is_busy,
	.read_yaml = keeper_read_yaml, .stated = keeper_stated, .check = keeper_check,
	.put = keeper_put, .drop = keeper_drop,
};

/* ---- life ---- */

void
write_world_start(void)
{
	struct local_socket_settings door = { .path = world.path };
	struct write_settings settings = { .keeper = &keeper };
	struct api_settings api;

	/* As in the daemon: clients go when they like. */
	signal(SIGPIPE, SIG_IGN);
	memset(&write_world_mood, 0, sizeof(write_world_mood));
	world.loop = event_base_new();
	world.clock = clock_new_manual(1000, 2620);
	world.objects = json_object();
	world.files = json_object();
	world.ledger = ledger_new(&(struct ledger_settings){ .clock = world.clock });
	ck_assert_int_eq(httpd_new(world.loop, &world.httpd), 0);
	ck_assert_int_eq(follows_new(world.loop, world.clock, world.ledger, &world.follows), 0);
	settings.clock = world.clock;
	settings.ledger = world.ledger;
	ck_assert_int_eq(write_new(&settings, &world.write), 0);
	api = (struct api_settings){ .loop = world.loop, .clock = world.clock, .ledger = world.ledger,
		.follows = world.follows, .write = write_handle, .write_arg = world.write };
	ck_assert_int_eq(api_new(&api, &world.api), 0);
	ck_assert_int_eq(api_serve(world.api, world.httpd), 0);
	snprintf(world.path, sizeof(world.path), "/tmp/rollcall-write-%d.sock", (int)getpid());
	ck_assert_int_eq(httpd_listen_local(world.httpd, &door), 0);
}

void
write_world_stop(void)
{
	httpd_free(world.httpd);
	write_world_finish();
	api_free(world.api);
	write_free(world.write);
	follows_free(world.follows);
	ledger_free(world.ledger);
	json_decref(world.objects);
	json_decref(world.files);
	clock_free(world.clock);
	event_base_free(world.loop);
}

void
write_world_state(enum api_kind kind, const char *ns, const char *name, const char *json)
{
	struct pending change = { .kind = kind, .object = json_loads(json, 0, NULL) };

	ck_assert_msg(change.object != NULL, "%s", json);
	write_key(change.key, api_kind_resource(kind), ns, name);
	snprintf(change.ns, sizeof(change.ns), "%s", ns);
	snprintf(change.name, sizeof(change.name), "%s", name);
	json_object_set_new(world.files, change.key, json_true());
	put_entry(&change);
	json_decref(change.object);
}

json_t *
write_world_kept(const char *resource, const char *ns, const char *name)
{
	char key[600];

	write_key(key, resource, ns, name);
	return json_object_get(world.objects, key);
}

/* ---- asking ---- */

static int
send_octets(const char *what, const char *type, const void *body, size_t len)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char head[2048];

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", world.path);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "User-Agent: tester/1\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", what, type, len);
	ck_assert_int_eq((int)send(fd, head, strlen(head), 0), (int)strlen(head));
	ck_assert_int_eq((int)send(fd, body, len, 0), (int)len);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	return fd;
}

int
write_world_send(const char *what, const char *type, const char *body)
{
	return send_octets(what, type, body, strlen(body));
}

json_t *
write_world_reply(int fd, int status)
{
	static char reply[1u << 20];
	char *body;
	json_t *value;

	ck_assert(http_client_read(world.loop, fd, reply, sizeof(reply)));
	close(fd);
	body = strstr(reply, "\r\n\r\n");
	ck_assert_ptr_ne(body, NULL);
	snprintf(write_world_head, sizeof(write_world_head), "%.*s", (int)(body - reply), reply);
	ck_assert_msg(atoi(reply + 9) == status, "%.2000s", reply);
	value = json_loads(body + 4, 0, NULL);
	ck_assert_msg(value != NULL, "%s", reply);
	return value;
}

json_t *
write_world_ask_octets(const char *what, const char *type, const void *body, size_t len,
    int status)
{
	return write_world_reply(send_octets(what, type, body, len), status);
}

json_t *
write_world_ask(const char *what, const char *type, const char *body, int status)
{
	return write_world_ask_octets(what, type, body, strlen(body), status);
}

const char *
write_world_says(const char *what, const char *type, const char *body, int status)
{
	static char message[1200];
	json_t *value = write_world_ask(what, type, body, status);
	const char *text = json_string_value(json_object_get(value, "message"));

	snprintf(message, sizeof(message), "%s", text == NULL ? "" : text);
	json_decref(value);
	return message;
}
