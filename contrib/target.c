/* target.c - services to be probed: HTTP, TCP and gRPC listeners that can be broken and mended. */
#include "target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "net/sock.h"

#define BACKLOG 4096
/* So many connections are accepted before the other listeners have their turn. */
#define ACCEPT_MAX 64
/* How often the folder of broken targets is looked at. */
#define LOOK_MS 20

static const char usage[] =
    "usage: target [--break DIR] [--http [NAME=]ADDRESS:PORT | --tcp ... | --grpc ...]...\n"
    "\n"
    "Serve any number of targets until SIGTERM or SIGINT.  Once all of them listen, each is printed\n"
    "with the address that it has (port 0: the kernel's choice), and then \"ready\".\n"
    "    --http  GET /healthz answers 200, or 503 while broken; GET / says who answers\n"
    "    --tcp   accepts connections, or refuses them while broken\n"
    "    --grpc  grpc.health.v1.Health/Check answers SERVING, or NOT_SERVING while broken\n"
    "A target is broken while DIR holds a file of its NAME (default: ADDRESS:PORT).\n";

struct targets {
	struct event_base *loop;
	const char *break_dir;          /* NULL: nothing can be broken */
	struct listener *listeners;
	size_t count;
	struct connection *connections;
};

static const struct service *const services[] = { &service_http, &service_tcp, &service_grpc };

/* ---- connections ---- */

struct connection *
connection_new(struct listener *listener, int fd, size_t size, event_callback_fn ready)
{
	struct targets *targets = listener->targets;
	struct connection *connection = calloc(1, size);

	if (connection == NULL) {
		close(fd);
		return NULL;
	}
	connection->listener = listener;
	connection->fd = fd;
	connection->next = targets->connections;
	if (connection->next != NULL)
		connection->next->previous = connection;
	targets->connections = connection;
	event_assign(&connection->event, targets->loop, fd, EV_READ | EV_PERSIST, ready,
	    connection);
	event_add(&connection->event, NULL);
	return connection;
}

void
connection_wait(struct connection *connection, short what)
{
	struct event *event = &connection->event;

	what |= EV_PERSIST;
	if (event_get_events(event) == what)
		return;
	event_del(event);
	event_assign(event, event_get_base(event), connection->fd, what, event_get_callback(event),
	    connection);
	event_add(event, NULL);
}

void
connection_end(struct connection *connection)
{
	if (connection->clear != NULL)
		connection->clear(connection);
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		connection->listener->targets->connections = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	event_del(&connection->event);
	close(connection->fd);
	free(connection);
}

/* ---- TCP: hold the line, say nothing ---- */

/* false once the other side is gone. */
static bool
discard(int fd)
{
	char octets[4096];
	ssize_t n = recv(fd, octets, sizeof(octets), 0);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void
tcp_ready(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	if (!discard(fd))
		connection_end(arg);
}

static void
tcp_accept(struct listener *listener, int fd)
{
	/* A probe is often gone before it is accepted. */
	if (discard(fd))
		connection_new(listener, fd, sizeof(struct connection), tcp_ready);
	else
		close(fd);
}

const struct service service_tcp = { "--tcp", tcp_accept, true };

/* ---- listeners ---- */

static void
accept_some(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;

	(void)what;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			listener->service->accept(listener, client);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			event_del(listener->event);
			listener->paused = true;
		}
		return;
	}
}

static int
listener_open(struct listener *listener)
{
	int err = sock_listen_tcp(&listener->at, SOCK_FLAG_NONBLOCK, BACKLOG, &listener->fd);

	if (err != 0)
		return err;
	/* Mended, it comes back to the port that it had. */
	sock_bound(listener->fd, &listener->at);
	listener->event = event_new(listener->targets->loop, listener->fd, EV_READ | EV_PERSIST,
	    accept_some, listener);
	if (listener->event != NULL && event_add(listener->event, NULL) == 0)
		return 0;
	close(listener->fd);
	return ERR_NOMEM;
}

static void
listener_close(struct listener *listener)
{
	if (listener->event == NULL)
		return;
	event_free(listener->event);
	close(listener->fd);
	listener->event = NULL;
}

static bool
is_broken(const struct listener *listener)
{
	char path[4096];

	if (listener->targets->break_dir == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/%s", listener->targets->break_dir, listener->name);
	return access(path, F_OK) == 0;
}

/* See who is to be broken or mended, and go on where descriptors were short. */
static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct targets *targets = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < targets->count; i++) {
		struct listener *listener = &targets->listeners[i];

		listener->broken = is_broken(listener);
		if (listener->service->refuses && listener->broken)
			listener_close(listener);
		else if (listener->event == NULL)
			listener_open(listener);
		if (listener->paused && listener->event != NULL)
			event_add(listener->event, NULL);
		listener->paused = false;
	}
}

static int
listen_all(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct listener *listener = &targets->listeners[i];

		listener->broken = is_broken(listener);
		if (listener->service->refuses && listener->broken)
			continue;
		int err = listener_open(listener);

		if (err != 0) {
			fprintf(stderr, "target: %s: %s\n", listener->name,
			    err == ERR_SYSTEM ? strerror(errno) : err_text(err));
			return err;
		}
	}
	return 0;
}

/* ---- the program ---- */

static void
stop(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	event_base_loopbreak(arg);
}

static bool
add_listener(struct targets *targets, const char *option, const char *value)
{
	struct listener *listener = &targets->listeners[targets->count];
	const char *equals = strchr(value, '=');

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(services[i]->option, option) == 0)
			listener->service = services[i];
	}
	if (equals != NULL)
		listener->name = strndup(value, (size_t)(equals - value));
	else
		listener->name = strdup(value);
	listener->targets = targets;
	targets->count++;
	return listener->service != NULL && listener->name != NULL &&
	    addr_port_parse(equals != NULL ? equals + 1 : value, &listener->at) == 0;
}

static bool
read_arguments(struct targets *targets, int argc, char **argv)
{
	targets->listeners = calloc((size_t)argc, sizeof(*targets->listeners));
	for (int i = 1; i < argc; i += 2) {
		if (targets->listeners == NULL || i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--break") == 0)
			targets->break_dir = argv[i + 1];
		else if (!add_listener(targets, argv[i], argv[i + 1]))
			return false;
	}
	return targets->count > 0;
}

static void
tell(const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		const struct listener *listener = &targets->listeners[i];
		char at[ADDR_PORT_TEXT_SIZE];

		printf("%s %s %s\n", listener->name, listener->service->option + 2,
		    addr_port_text(&listener->at, at));
	}
	puts("ready");
	fflush(stdout);
}

static int
serve(struct targets *targets)
{
	struct event *ends[] = {
		evsignal_new(targets->loop, SIGTERM, stop, targets->loop),
		evsignal_new(targets->loop, SIGINT, stop, targets->loop),
	};
	struct event *looking = event_new(targets->loop, -1, EV_PERSIST, look, targets);
	int err = listen_all(targets);

	if (err == 0) {
		event_add(ends[0], NULL);
		event_add(ends[1], NULL);
		event_add(looking, &(struct timeval){ .tv_usec = LOOK_MS * 1000 });
		tell(targets);
		event_base_dispatch(targets->loop);
	}
	while (targets->connections != NULL)
		connection_end(targets->connections);
	for (size_t i = 0; i < targets->count; i++)
		listener_close(&targets->listeners[i]);
	event_free(looking);
	event_free(ends[0]);
	event_free(ends[1]);
	return err;
}

int
main(int argc, char **argv)
{
	struct targets targets = { .loop = event_base_new() };
	struct rlimit files;
	int status = 64;

	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (targets.loop != NULL && read_arguments(&targets, argc, argv))
		status = serve(&targets) == 0 ? 0 : 71;
	else
		fputs(usage, stderr);
	for (size_t i = 0; i < targets.count; i++)
		free((char *)targets.listeners[i].name);
	free(targets.listeners);
	event_base_free(targets.loop);
	return status;
}
