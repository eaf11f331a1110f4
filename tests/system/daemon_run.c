/* daemon_run.c - the real daemon as a child of a test, on ports of the kernel's choice. */
#include "tests/system/daemon_run.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000

uint64_t
daemon_run_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
path_of(const struct daemon_run *run, const char *name, char path[200])
{
	snprintf(path, 200, "%s/%s", run->folder, name);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void
daemon_run_begin(struct daemon_run *run)
{
	char path[200];

	*run = (struct daemon_run){ .folder = "/tmp/rollcall-system-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(run->folder));
	path_of(run, "zones", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	path_of(run, "rollcall.yaml", path);
	write_file(path, "user: \"\"\nforward: []\nlocalZones: false\n"
	    "http: {socket: \"\"}\nprobes: {exec: {enabled: false}}\n");
}

void
daemon_run_end(struct daemon_run *run)
{
	char command[80];

	if (run->pid > 0) {
		kill(run->pid, SIGKILL);
		waitpid(run->pid, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf %s", run->folder);
	ck_assert_int_eq(system(command), 0);
}

void
daemon_run_put(const struct daemon_run *run, const char *name, const char *text)
{
	char path[200], file[100];

	snprintf(file, sizeof(file), "zones/%s", name);
	path_of(run, file, path);
	write_file(path, text);
}

static void
become_daemon(const struct daemon_run *run)
{
	const char *program = getenv("ROLLCALLD");
	char config[200], zones[200], state[200], log[200];
	int fd;

	path_of(run, "rollcall.yaml", config);
	path_of(run, "zones", zones);
	path_of(run, "state", state);
	path_of(run, "log", log);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	if (fd < 0 || dup2(fd, 2) != 2)
		_exit(99);
	if (program == NULL)
		program = "src/rollcalld";
	execl(program, program, "--config", config, "--zones", zones, "--state-dir", state, "--listen",
	    "127.0.0.1:0", "--http", "", "--threads", "1", (char *)NULL);
	_exit(99);
}

/* The text of the log so far. */
static void
read_log(const struct daemon_run *run, char *text, size_t size)
{
	char path[200];
	ssize_t len = 0;
	int fd;

	path_of(run, "log", path);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		len = read(fd, text, size - 1);
		close(fd);
	}
	text[len > 0 ? len : 0] = '\0';
}

static bool
find_port(struct daemon_run *run, const char *log)
{
	static const char before[] = "listening on 127.0.0.1:";
	const char *at = strstr(log, before);

	if (at == NULL || strstr(log, " ready: ") == NULL)
		return false;
	run->port = (uint16_t)strtoul(at + strlen(before), NULL, 10);
	return true;
}

void
daemon_run_start(struct daemon_run *run)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t limit_ms = daemon_run_now_ms() + START_MS;
	char log[8192] = "";

	run->pid = fork();
	ck_assert_int_ge(run->pid, 0);
	if (run->pid == 0)
		become_daemon(run);
	while (!find_port(run, log)) {
		ck_assert_msg(waitpid(run->pid, NULL, WNOHANG) == 0, "it does not start: %s", log);
		ck_assert_msg(daemon_run_now_ms() < limit_ms, "it does not get ready: %s", log);
		nanosleep(&pause, NULL);
		read_log(run, log, sizeof(log));
	}
}

int
daemon_run_wait(struct daemon_run *run, unsigned limit_ms)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	uint64_t until_ms = daemon_run_now_ms() + limit_ms;
	int status;

	while (waitpid(run->pid, &status, WNOHANG) == 0) {
		if (daemon_run_now_ms() > until_ms)
			return -1;
		nanosleep(&pause, NULL);
	}
	run->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
daemon_run_connect(const struct daemon_run *run, int type)
{
	static const struct timeval limit = { .tv_sec = 2 };
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(run->port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	return fd;
}

size_t
daemon_run_query(const char *name, uint16_t id, uint8_t query[512])
{
	uint8_t *at = query;

	memset(query, 0, 12);
	query[0] = (uint8_t)(id >> 8);
	query[1] = (uint8_t)id;
	query[5] = 1;
	at += 12;
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	memcpy(at, "\0\0\1\0\1", 5);
	return (size_t)(at + 5 - query);
}

static int
compare_octets(const void *a, const void *b)
{
	return *(const uint8_t *)a - *(const uint8_t *)b;
}

void
daemon_run_hosts(const uint8_t *reply, size_t len, char text[256])
{
	uint8_t hosts[16];
	size_t count = len > 12 ? reply[7] : 0, at = 12, used = 0;

	ck_assert_uint_le(count, sizeof(hosts));
	while (at < len && reply[at] != 0)
		at += reply[at] + 1U;
	at += 5;
	for (size_t i = 0; i < count; i++, at += 16) {
		ck_assert_uint_le(at + 16, len);
		ck_assert_uint_eq(reply[at + 11], 4);
		hosts[i] = reply[at + 15];
	}
	qsort(hosts, count, 1, compare_octets);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, 256 - used, "%s%u", i > 0 ? " " : "", hosts[i]);
}
