/* bench_daemon.c - rollcalld as the child of a benchmark: its folder, its ports, its figures. */
#include "tests/bench/bench_daemon.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "tests/bench/bench_base.h"

static struct sockaddr_in
loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A TCP port that is free for UDP, too. */
static uint16_t
free_port(void)
{
	for (int tries = 0; tries < 100; tries++) {
		struct sockaddr_in sin = loopback(0);
		socklen_t len = sizeof(sin);
		int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		int failed = bind(tcp, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
		    getsockname(tcp, (struct sockaddr *)&sin, &len) != 0 ||
		    bind(udp, (struct sockaddr *)&sin, sizeof(sin)) != 0;

		(void)close(tcp);
		(void)close(udp);
		if (!failed)
			return ntohs(sin.sin_port);
	}
	bench_fail("no port is free");
}

void
bench_daemon_begin(struct bench_daemon *daemon)
{
	char zones[64];

	*daemon = (struct bench_daemon){ .folder = "/tmp/rollcall-bench-XXXXXX" };
	if (mkdtemp(daemon->folder) == NULL)
		bench_die("mkdtemp");
	(void)snprintf(zones, sizeof(zones), "%s/zones", daemon->folder);
	if (mkdir(zones, 0755) != 0)
		bench_die(zones);
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st, (void)what, (void)at;
	return remove(path);
}

void
bench_daemon_stop(struct bench_daemon *daemon)
{
	if (daemon->pid > 0) {
		(void)kill(daemon->pid, SIGCONT);
		(void)kill(daemon->pid, SIGTERM);
		(void)waitpid(daemon->pid, NULL, 0);
	}
	daemon->pid = 0;
}

void
bench_daemon_end(struct bench_daemon *daemon)
{
	bench_daemon_stop(daemon);
	(void)nftw(daemon->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
write_config(const struct bench_daemon *daemon)
{
	FILE *file = bench_create(daemon->folder, "rollcall.conf");

	fprintf(file, "listen: [\"127.0.0.1:%u\"]\nzones: [%s/zones]\nserviceCIDRs: [10.96.0.0/12]\n"
	    "threads: 1\nhttp: {listen: \"127.0.0.1:%u\", socket: \"\"}\nstate: {dir: %s/state}\nuser: \"\"\n"
	    "forward: []\n"
	    "probes: {exec: {enabled: false}}\n", daemon->port, daemon->folder, daemon->http,
	    daemon->folder);
	bench_close(file);
}

void
bench_daemon_start(struct bench_daemon *daemon, const char *program, int cpu)
{
	char config[64], log[64];
	char *argv[] = { (char *)(uintptr_t)program, (char *)"--config", config, NULL };

	daemon->port = free_port();
	daemon->http = free_port();
	write_config(daemon);
	(void)snprintf(config, sizeof(config), "%s/rollcall.conf", daemon->folder);
	(void)snprintf(log, sizeof(log), "%s/log", daemon->folder);
	fflush(NULL);
	daemon->pid = fork();
	if (daemon->pid < 0)
		bench_die("fork");
	if (daemon->pid > 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	bench_pin(cpu);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(71);
	(void)execv(program, argv);
	_exit(127);
}

/* GET it; the whole reply, NULL: none. */
static char *
get(const struct bench_daemon *daemon, const char *path)
{
	struct sockaddr_in sin = loopback(daemon->http);
	struct timeval limit = { .tv_sec = 20 };
	struct strbuf reply = STRBUF_INIT;
	char buf[4096];
	ssize_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	len = snprintf(buf, sizeof(buf), "GET %s HTTP/1.0\r\n\r\n", path);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    send(fd, buf, (size_t)len, MSG_NOSIGNAL) != len) {
		(void)close(fd);
		return NULL;
	}
	while ((len = recv(fd, buf, sizeof(buf), 0)) > 0)
		strbuf_add_n(&reply, buf, (size_t)len);
	(void)close(fd);
	if (reply.len > 0)
		return reply.text;
	strbuf_release(&reply);
	return NULL;
}

void
bench_daemon_await(const struct bench_daemon *daemon, unsigned seconds)
{
	uint64_t end_ns = bench_now_ns() + seconds * 1000000000ULL;

	while (bench_now_ns() < end_ns) {
		char *reply = waitpid(daemon->pid, NULL, WNOHANG) == 0 ? get(daemon, "/readyz") : NULL;
		int ready = reply != NULL && strstr(reply, " 200 ") != NULL;

		free(reply);
		if (ready)
			return;
		(void)poll(NULL, 0, 50);
	}
	bench_fail("rollcalld is not ready after %u s; see %s/log", seconds, daemon->folder);
}

char *
bench_daemon_metrics(const struct bench_daemon *daemon)
{
	return get(daemon, "/metrics");
}

double
bench_metric(const char *metrics, const char *name)
{
	size_t len = strlen(name);

	while (metrics != NULL) {
		if (strncmp(metrics, name, len) == 0 && metrics[len] == ' ')
			return strtod(metrics + len, NULL);
		metrics = strchr(metrics, '\n');
		metrics += metrics != NULL;
	}
	return NAN;
}
