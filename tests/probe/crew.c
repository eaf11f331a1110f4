/* crew.c - a real exec helper (this very binary, run again) and what tests ask about its processes. */
#include "tests/probe/crew.h"

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#define PATIENCE_MS 20000       /* for what must happen; far more than it takes */

/* The helper is our own binary run again; main() is the suite's, so this comes before it. */
static void __attribute__((constructor))
be_the_helper(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
		_exit(helper_main(argc, argv));
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct crew *
crew_new(void)
{
	struct helper_settings settings = { .program = "/proc/self/exe",
		.user = geteuid() == 0 ? "nobody" : NULL };
	struct crew *crew = calloc(1, sizeof(*crew));

	ck_assert_ptr_nonnull(crew);
	snprintf(crew->mark, sizeof(crew->mark), "98765.%d", (int)getpid());
	snprintf(crew->folder, sizeof(crew->folder), "/tmp/rollcall-crew-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(crew->folder));
	ck_assert_int_eq(chmod(crew->folder, 0777), 0);
	ck_assert_int_eq(helper_start(&settings, &crew->helper), 0);
	crew->loop = event_base_new();
	ck_assert_ptr_nonnull(crew->loop);
	ck_assert_int_eq(helper_attach(crew->helper, crew->loop), 0);
	return crew;
}

static void
remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

void
crew_free(struct crew *crew)
{
	helper_stop(crew->helper);
	event_base_free(crew->loop);
	ck_assert_uint_eq(crew_marked(crew), 0);
	remove_folder(crew->folder);
	free(crew);
}

static void
keep_outcome(void *arg, const struct outcome *outcome)
{
	*(struct outcome *)arg = *outcome;
}

static struct helper_run *
start(struct crew *crew, const char *const *argv, uint64_t timeout_ms, struct outcome *outcome)
{
	struct helper_command command = { .argv = argv, .pod_name = "web-0", .pod_namespace = "shop",
		.pod_ip = "10.0.0.1", .endpoint_port = 8080, .timeout_ms = timeout_ms };

	while (argv[command.argc] != NULL)
		command.argc++;
	outcome->code = (enum outcome_code)-1;
	return helper_run(crew->helper, &command, keep_outcome, outcome);
}

static void
replace(char *text, size_t size, const char *word, const char *by)
{
	char copy[4096];
	char *at;

	while ((at = strstr(text, word)) != NULL) {
		snprintf(copy, sizeof(copy), "%.*s%s%s", (int)(at - text), text, by, at + strlen(word));
		snprintf(text, size, "%s", copy);
	}
}

struct helper_run *
crew_start(struct crew *crew, const char *script, uint64_t timeout_ms, struct outcome *outcome)
{
	char text[4096];
	const char *argv[] = { "sh", "-c", text, NULL };

	snprintf(text, sizeof(text), "%s", script);
	replace(text, sizeof(text), "MARK", crew->mark);
	replace(text, sizeof(text), "DIR", crew->folder);
	struct helper_run *run = start(crew, argv, timeout_ms, outcome);

	ck_assert_ptr_nonnull(run);
	return run;
}

bool
crew_ended(const struct outcome *outcome)
{
	return outcome->code != (enum outcome_code)-1;
}

void
crew_turn(struct crew *crew)
{
	struct timeval soon = { 0, 5000 };

	event_base_loopexit(crew->loop, &soon);
	event_base_dispatch(crew->loop);
}

void
crew_wait(struct crew *crew, const struct outcome *outcome)
{
	uint64_t end_ms = now_ms() + PATIENCE_MS;

	while (!crew_ended(outcome)) {
		ck_assert_uint_lt(now_ms(), end_ms);
		event_base_loop(crew->loop, EVLOOP_ONCE);
	}
}

struct outcome
crew_sh(struct crew *crew, const char *script, uint64_t timeout_ms)
{
	struct outcome outcome;

	crew_start(crew, script, timeout_ms, &outcome);
	crew_wait(crew, &outcome);
	return outcome;
}

struct outcome
crew_run(struct crew *crew, const char *const *argv, uint64_t timeout_ms)
{
	struct outcome outcome;

	ck_assert_ptr_nonnull(start(crew, argv, timeout_ms, &outcome));
	crew_wait(crew, &outcome);
	return outcome;
}

void
crew_sh_passes(struct crew *crew, const char *script)
{
	struct outcome outcome = crew_sh(crew, script, 10000);

	ck_assert_msg(outcome.code == OUTCOME_PASS, "%s: %s, value %d, \"%s\"", script,
	    outcome_word(outcome.code), outcome.value, outcome.detail);
}

static ssize_t
read_proc(const char *pid, const char *name, char *buf, size_t size)
{
	char path[300];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	FILE *file = fopen(path, "r");
	size_t len = file == NULL ? 0 : fread(buf, 1, size - 1, file);

	if (file != NULL)
		fclose(file);
	buf[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (buf[i] == '\0')
			buf[i] = ' ';
	return (ssize_t)len;
}

static pid_t
parent_of(const char *pid)
{
	char line[1024];
	int parent = -1;

	read_proc(pid, "stat", line, sizeof(line));
	const char *after = strrchr(line, ')');

	if (after != NULL)
		sscanf(after, ") %*c %d", &parent);
	return parent;
}

typedef void process_fn(void *arg, pid_t pid);

/* Processes with that parent (0: any) whose command line has the word; zombies have none. */
static size_t
each_process(pid_t parent, const char *word, process_fn *fn, void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	ck_assert_ptr_nonnull(proc);
	while ((entry = readdir(proc)) != NULL) {
		char line[8192] = "";

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (parent != 0 && parent_of(entry->d_name) != parent)
			continue;
		read_proc(entry->d_name, "cmdline", line, sizeof(line));
		if (strstr(line, word) == NULL)
			continue;
		count++;
		fn(arg, (pid_t)atol(entry->d_name));
	}
	closedir(proc);
	return count;
}

static void
keep_pid(void *arg, pid_t pid)
{
	*(pid_t *)arg = pid;
}

static void
end_process(void *arg, pid_t pid)
{
	(void)arg;
	kill(pid, SIGKILL);
}

static size_t
count_processes(pid_t parent, const char *word)
{
	pid_t last;

	return each_process(parent, word, keep_pid, &last);
}

pid_t
crew_pid(void)
{
	pid_t pid = -1;

	each_process(getpid(), HELPER_ARGUMENT, keep_pid, &pid);
	return pid;
}

size_t
crew_files(pid_t pid)
{
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *dir = opendir(path);

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

size_t
crew_children(pid_t pid)
{
	return count_processes(pid, "");
}

size_t
crew_marked(const struct crew *crew)
{
	return count_processes(0, crew->mark);
}

void
crew_end_marked(struct crew *crew)
{
	each_process(0, crew->mark, end_process, NULL);
	crew_wait_marked(crew, 0);
}

void
crew_wait_marked(struct crew *crew, size_t count)
{
	uint64_t end_ms = now_ms() + PATIENCE_MS;

	while (crew_marked(crew) != count) {
		ck_assert_msg(now_ms() < end_ms, "%zu processes instead of %zu", crew_marked(crew), count);
		crew_turn(crew);
	}
}

void
crew_wait_children(struct crew *crew, size_t count)
{
	uint64_t end_ms = now_ms() + PATIENCE_MS;
	pid_t pid = crew_pid();

	while (crew_children(pid) != count) {
		ck_assert_msg(now_ms() < end_ms, "%zu children instead of %zu", crew_children(pid), count);
		crew_turn(crew);
	}
}
