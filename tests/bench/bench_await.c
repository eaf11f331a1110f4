/*
 * bench_await.c - how long until a name is answered with an address, and what that costs the server.
 *
 *     bench_await [-b BEGAN_US] [-p PAUSE_US] [-s SESSION] [-t TIMEOUT_MS] [-w SETTLE_MS]
 *                 ADDRESS PORT NAME EXPECTED [COMMAND [ARGUMENT]...]
 *
 * Starts COMMAND, the change, and asks ADDRESS:PORT over UDP for NAME until a record of the answer is
 * the address EXPECTED.  The clock starts with the command, or with BEGAN_US (microseconds since 1970).
 * Between a reply and the next query lie PAUSE_US.  With a SESSION, the CPU time of all its processes is
 * counted from before the command until SETTLE_MS after the answer, because servers go on tidying up.
 * Prints "ms=TIME cpu_ms=CPU queries=COUNT"; fails if the answer or the end of the command takes longer
 * than TIMEOUT_MS, or if the command fails.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dns/wire.h"

#define TASKS_MAX 512
#define REPLY_WAIT_MS 20        /* then the query is taken for lost and asked again */
#define SAMPLE_US 5000          /* a process that ends is counted up to its last sample */

/* What one thread of the server has used. */
struct task {
	int id;
	uint64_t first_ns;
	uint64_t last_ns;
};

struct await {
	int fd;
	int session;            /* 0: nobody's time is counted */
	unsigned pause_us;
	unsigned timeout_ms;
	unsigned settle_ms;
	uint64_t began_us;
	uint16_t type;
	uint8_t expected[16];
	size_t expected_len;
	uint8_t query[DNS_HEADER_LEN + 255 + 4];
	size_t query_len;
	unsigned long asked;
	pid_t command;          /* 0: none, or over */
	bool counting;          /* tasks that appear from now on began with nothing */
	uint64_t sampled_us;
	struct task tasks[TASKS_MAX];
	size_t task_count;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "bench_await: %s\n", what);
	exit(1);
}

static uint64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

static void
wait_us(unsigned us)
{
	struct timespec pause = { us / 1000000U, (long)(us % 1000000U) * 1000 };

	(void)nanosleep(&pause, NULL);
}

/* Whether the process is of the session: field 6 of stat, counted behind the name, which may hold anything. */
static bool
is_of_session(int pid, int session)
{
	char path[64], text[512];
	int found = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	size_t len = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[len] = '\0';
	char *behind = strrchr(text, ')');
	return behind != NULL && sscanf(behind, ") %*c %*d %*d %d", &found) == 1 && found == session;
}

static struct task *
find_task(struct await *await, int id)
{
	for (size_t i = 0; i < await->task_count; i++)
		if (await->tasks[i].id == id)
			return &await->tasks[i];
	if (await->task_count == TASKS_MAX)
		die("the server has too many threads");
	struct task *task = &await->tasks[await->task_count++];
	*task = (struct task){ .id = id };
	return task;
}

static void
sample_task(struct await *await, int pid, int id)
{
	unsigned long long ns;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, id);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fscanf(file, "%llu", &ns) == 1) {
		struct task *task = find_task(await, id);

		task->last_ns = ns;
		if (!await->counting)
			task->first_ns = ns;
	}
	(void)fclose(file);
}

static void
sample_process(struct await *await, int pid)
{
	const struct dirent *entry;
	char path[64];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			sample_task(await, pid, atoi(entry->d_name));
	(void)closedir(dir);
}

/* Look at each thread of the session once. */
static void
sample(struct await *await)
{
	const struct dirent *entry;
	DIR *dir;

	if (await->session == 0)
		return;
	await->sampled_us = now_us();
	dir = opendir("/proc");
	if (dir == NULL)
		die("no /proc");
	while ((entry = readdir(dir)) != NULL) {
		int pid = atoi(entry->d_name);

		if (pid > 0 && is_of_session(pid, await->session))
			sample_process(await, pid);
	}
	(void)closedir(dir);
}

static uint64_t
used_ns(const struct await *await)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < await->task_count; i++)
		sum += await->tasks[i].last_ns - await->tasks[i].first_ns;
	return sum;
}

/* The question as octets; `name` is labels between dots. */
static void
write_query(struct await *await, const char *name)
{
	struct wire_writer writer;

	wire_writer_init(&writer, await->query, sizeof(await->query));
	wire_write_u32(&writer, 0x0100);        /* id 0, RD */
	wire_write_u32(&writer, 0x00010000);    /* one question */
	wire_write_u32(&writer, 0);
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		wire_write_u8(&writer, (uint8_t)len);
		wire_write_octets(&writer, name, len);
		name += len + (name[len] == '.');
	}
	wire_write_u8(&writer, 0);
	wire_write_u16(&writer, await->type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	if (writer.err != 0)
		die("the name is too long");
	await->query_len = writer.len;
}

/* Whether a record of the answer section is the expected address. */
static bool
is_expected(const struct await *await, const uint8_t *reply, size_t len)
{
	struct wire_reader reader;
	unsigned count;

	wire_reader_init(&reader, reply, len);
	wire_skip(&reader, 6);
	count = wire_read_u16(&reader);
	wire_skip(&reader, 4);
	wire_skip_name(&reader);
	wire_skip(&reader, 4);
	for (; count > 0 && reader.err == 0; count--) {
		wire_skip_name(&reader);
		uint16_t type = wire_read_u16(&reader);
		wire_skip(&reader, 6);
		uint16_t size = wire_read_u16(&reader);
		const uint8_t *data = wire_read_octets(&reader, size);
		if (data != NULL && type == await->type && size == await->expected_len &&
		    memcmp(data, await->expected, size) == 0)
			return true;
	}
	return false;
}

/* One question; whether its reply is as expected.  A server that does not listen yet refuses at once. */
static bool
ask(struct await *await)
{
	struct pollfd poller = { await->fd, POLLIN, 0 };
	uint8_t reply[4096];
	ssize_t len;

	wire_set_u16(await->query, (uint16_t)++await->asked);
	if (send(await->fd, await->query, await->query_len, 0) < 0) {
		wait_us(200);
		return false;
	}
	while (poll(&poller, 1, REPLY_WAIT_MS) > 0) {
		len = recv(await->fd, reply, sizeof(reply), 0);
		if (len < 0) {
			wait_us(200);
			return false;
		}
		if (len >= DNS_HEADER_LEN && memcmp(reply, await->query, 2) == 0)
			return is_expected(await, reply, (size_t)len);
	}
	return false;
}

static void
start_command(struct await *await, char **argv)
{
	await->command = fork();
	if (await->command != 0)
		return;
	(void)execvp(argv[0], argv);
	fprintf(stderr, "bench_await: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Collect the command if it is over. */
static void
check_command(struct await *await)
{
	int status;

	if (await->command <= 0 || waitpid(await->command, &status, WNOHANG) != await->command)
		return;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("the command failed");
	await->command = 0;
}

static void
check_time(const struct await *await)
{
	if (now_us() - await->began_us <= (uint64_t)await->timeout_ms * 1000U)
		return;
	if (await->command > 0)
		(void)kill(await->command, SIGKILL);
	die("not answered as expected in time");
}

/* Microseconds until the answer is there. */
static uint64_t
await_answer(struct await *await)
{
	uint64_t seen_us;

	while (!ask(await)) {
		check_command(await);
		check_time(await);
		if (await->session != 0 && now_us() - await->sampled_us >= SAMPLE_US)
			sample(await);
		wait_us(await->pause_us);
	}
	seen_us = now_us();
	while (await->command > 0) {
		check_time(await);
		wait_us(500);
		check_command(await);
	}
	return seen_us - await->began_us;
}

static void
settle(struct await *await)
{
	if (await->session == 0)
		return;
	for (unsigned ms = 0; ms < await->settle_ms; ms += SAMPLE_US / 1000) {
		sample(await);
		wait_us(SAMPLE_US);
	}
	sample(await);
}

static void
connect_server(struct await *await, const char *address, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = sin.sin_port };
	bool is_v6 = strchr(address, ':') != NULL;

	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address,
	    is_v6 ? (void *)&sin6.sin6_addr : (void *)&sin.sin_addr) != 1)
		die("ADDRESS is none");
	await->fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (await->fd < 0 || connect(await->fd, is_v6 ? (struct sockaddr *)&sin6 : (struct sockaddr *)&sin,
	    is_v6 ? sizeof(sin6) : sizeof(sin)) != 0)
		die("cannot make a socket");
}

static void
set_expected(struct await *await, const char *text)
{
	bool is_v6 = strchr(text, ':') != NULL;

	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, text, await->expected) != 1)
		die("EXPECTED is no address");
	await->expected_len = is_v6 ? 16 : 4;
	await->type = is_v6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
}

static int
usage(void)
{
	fputs("usage: bench_await [-b BEGAN_US] [-p PAUSE_US] [-s SESSION] [-t TIMEOUT_MS] [-w SETTLE_MS]\n"
	    "                   ADDRESS PORT NAME EXPECTED [COMMAND [ARGUMENT]...]\n", stderr);
	return 64;
}

int
main(int argc, char **argv)
{
	static struct await await = { .pause_us = 50, .timeout_ms = 60000, .settle_ms = 300 };
	int option;

	/* "+": the options end where the command's own may begin. */
	while ((option = getopt(argc, argv, "+b:p:s:t:w:")) != -1)
		switch (option) {
		case 'b': await.began_us = strtoull(optarg, NULL, 10); break;
		case 'p': await.pause_us = (unsigned)atoi(optarg); break;
		case 's': await.session = atoi(optarg) > 0 ? atoi(optarg) : -1; break;
		case 't': await.timeout_ms = (unsigned)atoi(optarg); break;
		case 'w': await.settle_ms = (unsigned)atoi(optarg); break;
		default: return usage();
		}
	if (argc - optind < 4 || await.session < 0)
		return usage();
	argv += optind;
	set_expected(&await, argv[3]);
	connect_server(&await, argv[0], argv[1]);
	write_query(&await, argv[2]);
	(void)prctl(PR_SET_TIMERSLACK, 1UL);    /* short pauses are not rounded up by 50 us */
	/* A server that was started at a known time is counted from its birth. */
	await.counting = await.began_us != 0;
	sample(&await);
	await.counting = true;
	if (await.began_us == 0)
		await.began_us = now_us();
	if (argv[4] != NULL)
		start_command(&await, argv + 4);
	uint64_t took_us = await_answer(&await);
	settle(&await);
	printf("ms=%.3f cpu_ms=%.3f queries=%lu\n", (double)took_us / 1000, (double)used_ns(&await) / 1e6, await.asked);
	return 0;
}
