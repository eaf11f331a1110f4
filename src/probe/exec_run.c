/* exec_run.c - the commands that are running: output, deadlines, reaping. */
#include "probe/exec_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <utlist.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "probe/exec_output.h"
#include "probe/exec_spawn.h"
#include "probe/exec_sweep.h"

#define DRAIN_MAX 65536         /* octets read at an exit; what writes on is dead already */
#define SWEEP_MIN_MS 50
#define SWEEP_SHARE 50          /* a sweep may take one fiftieth of the time */
#define LAST_SWEEPS 400

/* A command from its start until its leader is reaped. */
struct run {
	struct exec_runs *runs;
	uint32_t id;
	pid_t pid;
	uint64_t number;                /* in the order of starts */
	uint64_t started_us;
	uint64_t deadline_us;
	bool told;                      /* timed out or cancelled: only to be reaped */
	int fd;
	struct event *readable;
	struct event *deadline;
	struct exec_output output;
	struct run *prev, *next;        /* in the order of starts */
	UT_hash_handle by_pid, by_id;
};

struct exec_runs {
	struct event_base *loop;
	exec_runs_told_fn *told;
	void *told_arg;
	int null;
	struct run *by_pid, *by_id, *oldest;
	uint64_t newest;
	struct exec_sweep *sweep;
	struct event *sweep_timer;
	uint64_t sweep_cost_us;
};

static uint64_t
now_us(void)
{
	struct timespec now;

	/* Not CLOCK_BOOTTIME: a command cannot use the time that was slept through. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
set_timer(struct event *timer, uint64_t us)
{
	struct timeval in = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };

	event_add(timer, &in);
}

static void
tell(struct run *run, struct outcome *outcome)
{
	uint64_t took_us = now_us() - run->started_us;

	if (run->told)
		return;
	run->told = true;
	outcome->took_us = took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
	run->runs->told(run->runs->told_arg, run->id, outcome);
}

/* ---- one command --------------------------------------------------------------------------- */

static void
run_free(struct run *run)
{
	struct exec_runs *runs = run->runs;

	HASH_DELETE(by_pid, runs->by_pid, run);
	HASH_DELETE(by_id, runs->by_id, run);
	DL_DELETE(runs->oldest, run);
	event_free(run->readable);
	event_free(run->deadline);
	if (run->fd >= 0)
		close(run->fd);
	free(run);
}

static void
close_output(struct run *run)
{
	if (run->fd < 0)
		return;
	event_del(run->readable);
	close(run->fd);
	run->fd = -1;
}

/*
 * Keep the first line and throw the rest away; the end of the pipe says nothing about the
 * command.
 */
static void
read_output(struct run *run, size_t max)
{
	char buf[16384];
	ssize_t len = 1;

	for (size_t total = 0; total < max && run->fd >= 0 && len > 0; total += (size_t)len) {
		len = read(run->fd, buf, sizeof(buf));
		if (len > 0)
			exec_output_add(&run->output, buf, (size_t)len);
		else if (len == 0 || (errno != EAGAIN && errno != EINTR))
			close_output(run);
		if (len <= 0)
			return;
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_output(arg, DRAIN_MAX);
}

static void
kill_group(const struct run *run)
{
	/* The leader is not reaped yet, so the number is still its own. */
	kill(-run->pid, SIGKILL);
	kill(run->pid, SIGKILL);
}

static void
leader_ended(struct run *run, int status)
{
	struct outcome outcome = { .code = OUTCOME_PASS };

	read_output(run, DRAIN_MAX);
	if (WIFSIGNALED(status)) {
		outcome.code = OUTCOME_EXEC_SIGNAL;
		outcome.value = WTERMSIG(status);
	} else if (WEXITSTATUS(status) != 0) {
		outcome.code = OUTCOME_EXIT_NONZERO;
		outcome.value = WEXITSTATUS(status);
	}
	outcome_set_detail(&outcome, exec_output_line(&run->output));
	tell(run, &outcome);
	run_free(run);
}

static struct run *
find_by_pid(const struct exec_runs *runs, pid_t pid)
{
	struct run *run;

	HASH_FIND(by_pid, runs->by_pid, &pid, sizeof(pid), run);
	return run;
}

static struct run *
find_by_id(const struct exec_runs *runs, uint32_t id)
{
	struct run *run;

	HASH_FIND(by_id, runs->by_id, &id, sizeof(id), run);
	return run;
}

static void
want_sweep(struct exec_runs *runs)
{
	uint64_t wait_ms = runs->sweep_cost_us * SWEEP_SHARE / 1000;

	if (!evtimer_pending(runs->sweep_timer, NULL))
		set_timer(runs->sweep_timer,
		    (wait_ms < SWEEP_MIN_MS ? SWEEP_MIN_MS : wait_ms) * 1000);
}

/* Look before reaping: while the leader is a zombie its group's number cannot be anybody else's. */
void
exec_runs_reap(struct exec_runs *runs)
{
	siginfo_t info = {0};
	int status;

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
		pid_t pid = info.si_pid;
		struct run *run = find_by_pid(runs, pid);

		if (run != NULL)
			kill_group(run);
		if (waitpid(pid, &status, WNOHANG) != pid)
			return;
		if (run != NULL)
			leader_ended(run, status);
		else
			exec_sweep_reaped(runs->sweep, pid);
		want_sweep(runs);
		info.si_pid = 0;
	}
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;
	struct exec_runs *runs = run->runs;
	uint32_t id = run->id;
	uint64_t now = now_us();

	(void)fd;
	(void)what;
	/*
	 * libevent counts from the moment its round began, and the commands started in the same
	 * round before this one took their time of it.
	 */
	if (now < run->deadline_us) {
		set_timer(run->deadline, run->deadline_us - now);
		return;
	}
	/* It may have ended in time and we are late: that is no timeout. */
	exec_runs_reap(runs);
	run = find_by_id(runs, id);
	if (run == NULL)
		return;
	struct outcome outcome = { .code = OUTCOME_EXEC_TIMEOUT };

	kill_group(run);
	read_output(run, DRAIN_MAX);
	outcome_set_detail(&outcome, exec_output_line(&run->output));
	tell(run, &outcome);
	close_output(run);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct exec_runs *runs = arg;
	uint64_t began_us = now_us();

	(void)fd;
	(void)what;
	exec_sweep_run(runs->sweep);
	runs->sweep_cost_us = now_us() - began_us;
}

/* ---- start ---------------------------------------------------------------------------------- */

static struct run *
run_new(struct exec_runs *runs, const struct exec_request *request)
{
	struct run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	*run = (struct run){ .runs = runs, .id = request->id, .fd = -1, .started_us = now_us() };
	run->readable = event_new(runs->loop, -1, EV_READ | EV_PERSIST, on_readable, run);
	run->deadline = evtimer_new(runs->loop, on_deadline, run);
	if (run->readable == NULL || run->deadline == NULL) {
		if (run->readable != NULL)
			event_free(run->readable);
		if (run->deadline != NULL)
			event_free(run->deadline);
		free(run);
		return NULL;
	}
	return run;
}

/* Both tables or none. */
static bool
enter(struct exec_runs *runs, struct run *run)
{
	HASH_ADD(by_pid, runs->by_pid, pid, sizeof(run->pid), run);
	if (run->by_pid.tbl == NULL)
		return false;
	HASH_ADD(by_id, runs->by_id, id, sizeof(run->id), run);
	if (run->by_id.tbl == NULL) {
		HASH_DELETE(by_pid, runs->by_pid, run);
		return false;
	}
	run->number = ++runs->newest;
	DL_APPEND(runs->oldest, run);
	return true;
}

static void
run_discard(struct run *run)
{
	event_free(run->readable);
	event_free(run->deadline);
	if (run->fd >= 0)
		close(run->fd);
	free(run);
}

void
exec_runs_start(struct exec_runs *runs, const struct exec_request *request)
{
	struct outcome outcome = { .code = OUTCOME_FAULT_MEMORY };
	struct run *run = run_new(runs, request);

	if (run == NULL) {
		runs->told(runs->told_arg, request->id, &outcome);
		return;
	}
	if (!exec_spawn(request, runs->null, &run->pid, &run->fd, &outcome)) {
		tell(run, &outcome);
		run_discard(run);
		return;
	}
	if (!enter(runs, run)) {
		/* The leader is a straggler now, and goes with the sweep. */
		kill_group(run);
		outcome.code = OUTCOME_FAULT_MEMORY;
		tell(run, &outcome);
		run_discard(run);
		return;
	}
	event_assign(run->readable, runs->loop, run->fd, EV_READ | EV_PERSIST, on_readable, run);
	event_add(run->readable, NULL);
	run->deadline_us = run->started_us + request->timeout_ms * 1000;
	set_timer(run->deadline, request->timeout_ms * 1000);
}

void
exec_runs_cancel(struct exec_runs *runs, uint32_t id)
{
	struct run *run = find_by_id(runs, id);

	if (run == NULL)
		return;
	run->told = true;
	kill_group(run);
	close_output(run);
}

static bool
is_running(void *arg, pid_t group)
{
	return find_by_pid(arg, group) != NULL;
}

static uint64_t
oldest(void *arg)
{
	const struct exec_runs *runs = arg;

	return runs->oldest == NULL ? UINT64_MAX : runs->oldest->number;
}

static uint64_t
newest(void *arg)
{
	return ((const struct exec_runs *)arg)->newest;
}

struct exec_runs *
exec_runs_new(struct event_base *loop, exec_runs_told_fn *told, void *arg)
{
	static const struct exec_sweep_ops ops = { is_running, oldest, newest };
	struct exec_runs *runs = calloc(1, sizeof(*runs));

	if (runs == NULL)
		return NULL;
	*runs = (struct exec_runs){ .loop = loop, .told = told, .told_arg = arg };
	runs->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	runs->sweep = exec_sweep_new(&ops, runs);
	runs->sweep_timer = evtimer_new(loop, on_sweep, runs);
	if (runs->null >= 0 && runs->sweep != NULL && runs->sweep_timer != NULL)
		return runs;
	exec_runs_free(runs);
	return NULL;
}

void
exec_runs_free(struct exec_runs *runs)
{
	if (runs == NULL)
		return;
	while (runs->oldest != NULL)
		run_free(runs->oldest);
	if (runs->sweep_timer != NULL)
		event_free(runs->sweep_timer);
	exec_sweep_free(runs->sweep);
	if (runs->null >= 0)
		close(runs->null);
	free(runs);
}

void
exec_runs_end_all(struct exec_runs *runs)
{
	static const struct timespec pause = { 0, 5000000 };

	for (struct run *run = runs->oldest; run != NULL; run = run->next)
		kill_group(run);
	for (int i = 0; i < LAST_SWEEPS; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		exec_sweep_kill_all();
		nanosleep(&pause, NULL);
	}
}
