/* flips_targets.c - endpoints that are probed and change their minds, and how soon the answers follow. */
#include "tests/bench/flips_targets.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench_base.h"

#define FIRST_ADDR 0x7f400001U  /* 127.64.0.1 */
#define EVENTS 256
/*
 * So few changes are watched at a time, and each asked for so seldom, that watching is no load; a power
 * of two: the low bits of an id.
 */
#define WATCHES 4U
#define ASK_NS 200000U
#define MISSED_NS 2000000000ULL
#define ASK_AGAIN_NS 5000000U   /* a query without a reply */

/* A Service whose answer is about to change. */
struct watch {
	unsigned service;
	unsigned version;       /* of the Service when it was begun */
	uint64_t since_ns, asked_ns;
	uint16_t id;
	bool used;
	bool answered;          /* as before the change: to be asked again */
};

struct service {
	unsigned well;          /* endpoints */
	unsigned version;       /* grows with each flip */
};

struct flips_targets {
	unsigned service_count, endpoint_count;
	struct service *services;
	bool *ill;              /* by endpoint */
	bool flip;
	int epoll, http, tcp, dns;
	uint16_t http_port, tcp_port, dns_port;
	struct watch watches[WATCHES];
	struct flips_figures figures;
};

static int
listen_any(struct flips_targets *targets, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0 || listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &size) != 0 ||
	    epoll_ctl(targets->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		bench_die("listen");
	*port = ntohs(in.sin_port);
	return fd;
}

struct flips_targets *
flips_targets_new(unsigned services, unsigned endpoints)
{
	struct flips_targets *targets = bench_alloc(1, sizeof(*targets));

	targets->service_count = services;
	targets->endpoint_count = endpoints;
	targets->services = bench_alloc(services, sizeof(*targets->services));
	targets->ill = bench_alloc((size_t)services * endpoints, sizeof(bool));
	for (unsigned i = 0; i < services; i++)
		targets->services[i].well = endpoints;
	targets->dns = -1;
	targets->epoll = epoll_create1(EPOLL_CLOEXEC);
	targets->http = listen_any(targets, &targets->http_port);
	targets->tcp = listen_any(targets, &targets->tcp_port);
	return targets;
}

void
flips_targets_free(struct flips_targets *targets)
{
	(void)close(targets->http);
	(void)close(targets->tcp);
	if (targets->dns >= 0)
		(void)close(targets->dns);
	(void)close(targets->epoll);
	free(targets->services);
	free(targets->ill);
	free(targets);
}

uint16_t
flips_targets_http(const struct flips_targets *targets)
{
	return targets->http_port;
}

uint16_t
flips_targets_tcp(const struct flips_targets *targets)
{
	return targets->tcp_port;
}

char *
flips_targets_addr(const struct flips_targets *targets, unsigned service, unsigned endpoint,
    char text[16])
{
	struct in_addr in = {
		.s_addr = htonl(FIRST_ADDR + service * targets->endpoint_count + endpoint) };

	(void)inet_ntop(AF_INET, &in, text, 16);
	return text;
}

/* ---- asking ---- */

/* c7.n7.svc.cluster.local A */
static void
ask(struct flips_targets *targets, struct watch *watch)
{
	static const char rest[] = "\3svc\7cluster\5local\0\0\1\0\1";
	uint8_t packet[64] = { 0, 0, 1, 0, 0, 1 };
	char labels[2][8];
	size_t len = 12;

	(void)snprintf(labels[0], sizeof(labels[0]), "c%u", watch->service % 100000);
	(void)snprintf(labels[1], sizeof(labels[1]), "n%u", watch->service % 100);
	for (int i = 0; i < 2; i++) {
		size_t size = strlen(labels[i]);

		packet[len++] = (uint8_t)size;
		memcpy(packet + len, labels[i], size);
		len += size;
	}
	memcpy(packet + len, rest, sizeof(rest) - 1);
	/* Another id each time: a late reply is not taken for the next one. */
	watch->id = (uint16_t)(watch->id + WATCHES);
	packet[0] = (uint8_t)(watch->id >> 8);
	packet[1] = (uint8_t)watch->id;
	watch->asked_ns = bench_now_ns();
	watch->answered = false;
	(void)send(targets->dns, packet, len + sizeof(rest) - 1, 0);
}

static void
begin_watch(struct flips_targets *targets, unsigned service, uint64_t since_ns)
{
	for (unsigned slot = 0; slot < WATCHES; slot++) {
		struct watch *watch = &targets->watches[slot];

		if (watch->used)
			continue;
		*watch = (struct watch){ .service = service, .since_ns = since_ns, .used = true,
			.version = targets->services[service].version,
			.id = (uint16_t)((watch->id & ~(WATCHES - 1)) | slot) };
		ask(targets, watch);
		return;
	}
}

static void
end_watch(struct flips_targets *targets, struct watch *watch, uint64_t now_ns)
{
	watch->used = false;
	latency_note(&targets->figures.took, (now_ns - watch->since_ns) / 1000);
}

/* A watch whose Service has changed again says nothing. */
static bool
overtaken(struct flips_targets *targets, struct watch *watch)
{
	if (targets->services[watch->service].version == watch->version)
		return false;
	targets->figures.overtaken++;
	watch->used = false;
	return true;
}

static void
read_replies(struct flips_targets *targets)
{
	uint8_t packet[2048];
	ssize_t len;

	while ((len = recv(targets->dns, packet, sizeof(packet), MSG_DONTWAIT)) >= 12) {
		uint16_t id = (uint16_t)(packet[0] << 8 | packet[1]);
		struct watch *watch = &targets->watches[id % WATCHES];
		unsigned answers = (unsigned)(packet[6] << 8 | packet[7]);

		if (!watch->used || watch->id != id || overtaken(targets, watch))
			continue;
		if ((packet[3] & 15) != 0 && (packet[3] & 15) != 3)
			bench_fail("rcode %d", packet[3] & 15);
		if (answers == targets->services[watch->service].well)
			end_watch(targets, watch, bench_now_ns());
		else
			watch->answered = true;
	}
}

/* Ask again; give up what does not change.  Returns when to come again, in nanoseconds. */
static uint64_t
sweep(struct flips_targets *targets)
{
	uint64_t now_ns = bench_now_ns(), wait_ns = ASK_AGAIN_NS;

	for (unsigned i = 0; i < WATCHES; i++) {
		struct watch *watch = &targets->watches[i];
		uint64_t due_ns = watch->asked_ns + (watch->answered ? ASK_NS : ASK_AGAIN_NS);

		if (!watch->used || overtaken(targets, watch))
			continue;
		if (now_ns - watch->since_ns > MISSED_NS) {
			targets->figures.missed++;
			watch->used = false;
		} else if (now_ns >= due_ns) {
			ask(targets, watch);
		} else if (due_ns - now_ns < wait_ns) {
			wait_ns = due_ns - now_ns;
		}
	}
	return wait_ns;
}

/* ---- being probed ---- */

static size_t
endpoint_of(const struct flips_targets *targets, int fd)
{
	struct sockaddr_in in;
	socklen_t size = sizeof(in);
	size_t count = (size_t)targets->service_count * targets->endpoint_count, i;

	if (getsockname(fd, (struct sockaddr *)&in, &size) != 0)
		return count;
	i = ntohl(in.sin_addr.s_addr) - FIRST_ADDR;
	return i < count ? i : count;
}

static void
flip(struct flips_targets *targets, size_t i)
{
	struct service *service = &targets->services[i / targets->endpoint_count];

	targets->ill[i] = !targets->ill[i];
	service->well += targets->ill[i] ? -1U : 1U;
	service->version++;
}

/* A probe's request comes in one segment: what is there is the request. */
static void
serve_request(struct flips_targets *targets, int fd)
{
	static const char well[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	static const char ill[] =
	    "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	size_t i = endpoint_of(targets, fd);
	char buf[2048];

	if (i < (size_t)targets->service_count * targets->endpoint_count &&
	    recv(fd, buf, sizeof(buf), 0) > 0) {
		uint64_t now_ns;

		if (targets->flip)
			flip(targets, i);
		now_ns = bench_now_ns();
		(void)send(fd, targets->ill[i] ? ill : well, sizeof(well) - 1, MSG_NOSIGNAL);
		if (targets->flip) {
			targets->figures.flips++;
			begin_watch(targets, (unsigned)(i / targets->endpoint_count), now_ns);
		}
	}
	(void)close(fd);
}

static void
accept_all(struct flips_targets *targets, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

		if (listener == targets->tcp)
			(void)close(fd);
		else if (epoll_ctl(targets->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			bench_die("epoll_ctl");
	}
}

/* ---- running ---- */

static void
connect_dns(struct flips_targets *targets, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN };

	if (targets->dns_port == port)
		return;
	if (targets->dns >= 0)
		(void)close(targets->dns);
	targets->dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	event.data.fd = targets->dns;
	if (targets->dns < 0 ||
	    connect(targets->dns, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    epoll_ctl(targets->epoll, EPOLL_CTL_ADD, targets->dns, &event) != 0)
		bench_die("dns");
	targets->dns_port = port;
}

void
flips_targets_run(struct flips_targets *targets, uint16_t dns)
{
	struct epoll_event events[EVENTS];
	struct timespec wait = { 0, 0 };
	int count;

	connect_dns(targets, dns);
	wait.tv_nsec = (long)sweep(targets);
	count = epoll_pwait2(targets->epoll, events, EVENTS, &wait, NULL);
	for (int i = 0; i < count; i++) {
		int fd = events[i].data.fd;

		if (fd == targets->http || fd == targets->tcp)
			accept_all(targets, fd);
		else if (fd == targets->dns)
			read_replies(targets);
		else
			serve_request(targets, fd);
	}
}

void
flips_targets_flip(struct flips_targets *targets, bool flip)
{
	targets->flip = flip;
}

unsigned
flips_targets_watched(const struct flips_targets *targets)
{
	unsigned count = 0;

	for (unsigned i = 0; i < WATCHES; i++)
		count += targets->watches[i].used;
	return count;
}

void
flips_targets_take(struct flips_targets *targets, struct flips_figures *figures)
{
	*figures = targets->figures;
	targets->figures = (struct flips_figures){ .flips = 0 };
}
