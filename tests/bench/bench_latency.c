/* bench_latency.c - how long from a probe's reply to the changed answer, in a world of many Services.
 *
 * Runs rollcalld on a world of its own, is itself the one target that is probed (every 20 ms, by HTTP), and
 * flips between well and ill.  The clock starts when the deciding reply is written and stops when a query
 * over UDP gets the changed answer.  Run by hand:  bench_latency src/rollcalld [SERVICES [FLIPS]]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench_base.h"

#define NAME "\6target\5bench\3svc\7cluster\5local"
#define START_TIMEOUT_S 60

/* The target that is probed: one thread, one connection at a time. */
struct target {
	int fd;
	uint16_t port;
	atomic_bool ill;
	_Atomic uint64_t decided_ns;    /* when the first reply of the present state was written; 0: not yet */
};

struct bench {
	char folder[32];
	pid_t daemon;
	uint16_t dns_port;
	int dns;
	struct target target;
};

__attribute__((noreturn)) static void
fail(struct bench *bench, const char *what)
{
	fprintf(stderr, "bench_latency: %s: %s\n", what, strerror(errno));
	if (bench->daemon > 0)
		(void)kill(bench->daemon, SIGKILL);
	exit(1);
}

/* A socket on a port of the kernel's choice. */
static int
bind_loopback(struct bench *bench, int type, uint16_t *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0)
		fail(bench, "socket");
	*port = ntohs(sin.sin_port);
	return fd;
}

static void
serve_one(struct target *target, int fd)
{
	static const char well[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	static const char ill[] = "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	char request[2048];
	uint64_t none = 0;

	if (read(fd, request, sizeof(request)) <= 0)
		return;
	bool is_ill = atomic_load(&target->ill);
	uint64_t now = bench_now_ns();
	if (write(fd, is_ill ? ill : well, sizeof(well) - 1) < 0)
		return;
	if (is_ill == atomic_load(&target->ill))
		(void)atomic_compare_exchange_strong(&target->decided_ns, &none, now);
}

static void *
serve(void *arg)
{
	struct target *target = arg;
	int fd;

	while ((fd = accept(target->fd, NULL, NULL)) >= 0) {
		serve_one(target, fd);
		(void)close(fd);
	}
	return NULL;
}

static void
write_world(struct bench *bench, unsigned services)
{
	FILE *file = bench_create(bench->folder, "world.yaml");

	for (unsigned i = 0; i < services; i++)
		fprintf(file,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: n%u}\n"
		    "spec: {ports: [{name: http, port: 80}]}\n"
		    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		    "metadata: {name: s%u, namespace: n%u, labels: {kubernetes.io/service-name: s%u}}\n"
		    "addressType: IPv4\nports: [{name: http, port: 8080}]\n"
		    "endpoints: [{addresses: [10.200.%u.%u]}]\n",
		    i, i % 100, i, i % 100, i, i / 250 % 250, i % 250 + 1);
	fprintf(file,
	    "---\napiVersion: v1\nkind: Service\nmetadata: {name: target, namespace: bench}\n"
	    "spec: {clusterIP: None, selector: {app: target}, ports: [{name: http, port: %u}]}\n"
	    "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: target\n  namespace: bench\n"
	    "  labels: {app: target}\n  annotations: {rollcall/period-ms: \"20\"}\n"
	    "spec:\n  containers:\n  - name: c\n    image: i\n    readinessProbe:\n"
	    "      httpGet: {port: %u}\n      failureThreshold: 1\nstatus: {podIP: 127.0.0.1}\n",
	    bench->target.port, bench->target.port);
	bench_close(file);
	file = bench_create(bench->folder, "rollcall.conf");
	fprintf(file,
	    "forward: []\nthreads: 1\n"
	    "listen: [\"127.0.0.1:%u\"]\nzones: [%s/world.yaml]\nserviceCIDRs: [127.96.0.0/14]\n"
	    "http: {listen: \"127.0.0.1:0\", socket: \"\"}\nstate: {dir: %s/state}\n",
	    bench->dns_port, bench->folder, bench->folder);
	bench_close(file);
}

/* How many records the target's name has now; -1: no answer within 100 ms. */
static int
ask(struct bench *bench)
{
	static const uint8_t query[] = "\0\0\1\0\0\1\0\0\0\0\0\0" NAME "\0\0\1\0\1";
	uint8_t packet[512];
	struct pollfd poller = { bench->dns, POLLIN, 0 };
	static uint16_t id;

	memcpy(packet, query, sizeof(query) - 1);
	id++;
	memcpy(packet, &id, 2);
	if (send(bench->dns, packet, sizeof(query) - 1, 0) < 0)
		return -1;
	while (poll(&poller, 1, 100) == 1)
		if (recv(bench->dns, packet, sizeof(packet), 0) >= 12 && memcmp(packet, &id, 2) == 0)
			return packet[6] << 8 | packet[7];
	return -1;
}

static void
await_answer(struct bench *bench, int records)
{
	uint64_t end = bench_now_ns() + (uint64_t)START_TIMEOUT_S * 1000000000U;

	while (ask(bench) != records) {
		if (bench_now_ns() > end)
			fail(bench, "no answer in time");
		(void)poll(NULL, 0, 10);
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Flip once; nanoseconds from the deciding reply to the changed answer. */
static uint64_t
flip(struct bench *bench, bool ill)
{
	uint64_t end = bench_now_ns() + 5000000000U;

	atomic_store(&bench->target.ill, ill);
	atomic_store(&bench->target.decided_ns, 0);
	while (ask(bench) != (ill ? 0 : 1))
		if (bench_now_ns() > end)
			fail(bench, "the answer does not change");
	uint64_t seen = bench_now_ns(), decided = atomic_load(&bench->target.decided_ns);

	/* Two attempts to be well again are one: successThreshold is 1. */
	(void)poll(NULL, 0, rand() % 20);
	return decided != 0 && seen > decided ? seen - decided : 0;
}

static void
start_daemon(struct bench *bench, char *program)
{
	char config[64];
	char *argv[] = { program, (char *)"--config", config, NULL };

	(void)snprintf(config, sizeof(config), "%s/rollcall.conf", bench->folder);
	bench->daemon = fork();
	if (bench->daemon == 0) {
		if (freopen("/dev/null", "w", stderr) != NULL)
			(void)execv(program, argv);
		_exit(127);
	}
}

static void
connect_dns(struct bench *bench)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)close(bench->dns);
	sin.sin_port = htons(bench->dns_port);
	bench->dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bench->dns < 0 || connect(bench->dns, (struct sockaddr *)&sin, sizeof(sin)) != 0)
		fail(bench, "connect");
}

int
main(int argc, char **argv)
{
	struct bench bench = { .folder = "/tmp/rollcall-bench-XXXXXX" };
	unsigned services = argc > 2 ? (unsigned)atoi(argv[2]) : 10000;
	size_t flips = argc > 3 ? (size_t)atoi(argv[3]) : 500;
	uint64_t *took = calloc(flips + 1, sizeof(*took));
	char command[64];
	pthread_t thread;

	if (argc < 2 || took == NULL || mkdtemp(bench.folder) == NULL) {
		fprintf(stderr, "usage: %s ROLLCALLD [SERVICES [FLIPS]]\n", argv[0]);
		return 64;
	}
	bench.target.fd = bind_loopback(&bench, SOCK_STREAM, &bench.target.port);
	/* Found free, then given to the daemon. */
	bench.dns = bind_loopback(&bench, SOCK_DGRAM, &bench.dns_port);
	if (listen(bench.target.fd, 64) != 0 || pthread_create(&thread, NULL, serve, &bench.target) != 0)
		fail(&bench, "target");
	write_world(&bench, services);
	connect_dns(&bench);
	start_daemon(&bench, argv[1]);
	await_answer(&bench, 1);
	for (size_t i = 0; i < flips; i++)
		took[i] = flip(&bench, i % 2 == 0);
	(void)kill(bench.daemon, SIGTERM);
	(void)waitpid(bench.daemon, NULL, 0);
	qsort(took, flips, sizeof(*took), compare);
	printf("%u Services, %zu changes, probe reply to changed answer: p50 %.3f ms, p99 %.3f ms, worst %.3f ms\n",
	    services, flips, (double)took[flips / 2] / 1e6, (double)took[flips * 99 / 100] / 1e6,
	    (double)took[flips - 1] / 1e6);
	(void)snprintf(command, sizeof(command), "rm -rf %s", bench.folder);
	free(took);
	return system(command) == 0 ? 0 : 1;
}
