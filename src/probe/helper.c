/* helper.c - the exec helper seen from the daemon: start it, hand it commands, start it anew. */
#include "probe/helper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <utlist.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/err.h"
#include "base/log.h"
#include "probe/exec_message.h"
#include "probe/helper_process.h"

#define GRACE_MS 5000           /* past a command's deadline the helper itself is taken for stuck */
#define RESTART_MS 1000         /* between two starts */
#define STOP_MS 3000
#define REPLIES_A_ROUND 64

enum run_state {
	RUN_UNSENT,             /* in `unsent`: the socket is full */
	RUN_SENT,
	RUN_FAILED,             /* in `failed`: ends as a fault in the next round of the loop */
};

struct helper_run {
	struct helper *helper;
	uint32_t id;
	enum run_state state;
	uint8_t *message;       /* until sent */
	size_t len;
	uint64_t timeout_ms;
	helper_done_fn *done;
	void *arg;
	struct event *guard;
	struct helper_run *prev, *next; /* in `unsent` or `failed` */
	UT_hash_handle hh;
};

struct helper {
	struct helper_process process;
	bool same_user_said;
	bool unreachable_said;
	uint64_t started_ms;
	uint32_t last_id;
	struct event_base *loop;
	struct event *readable, *writable, *died, *restart, *fail;
	struct helper_run *runs, *unsent, *failed;
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
set_timer(struct event *timer, uint64_t ms)
{
	struct timeval in = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	event_add(timer, &in);
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* Take it out of all lists; its owner is told by the caller, or has asked for it. */
static void
run_free(struct helper_run *run)
{
	struct helper *helper = run->helper;

	if (run->state == RUN_UNSENT)
		DL_DELETE(helper->unsent, run);
	else if (run->state == RUN_FAILED)
		DL_DELETE(helper->failed, run);
	HASH_DEL(helper->runs, run);
	event_free(run->guard);
	free(run->message);
	free(run);
}

static void
run_done(struct helper_run *run, struct outcome *outcome)
{
	helper_done_fn *done = run->done;
	void *arg = run->arg;

	outcome->timeout_ms = run->timeout_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)run->timeout_ms;
	run_free(run);
	done(arg, outcome);
}

static void
run_fail(struct helper_run *run)
{
	struct helper *helper = run->helper;

	if (run->state == RUN_FAILED)
		return;
	if (run->state == RUN_UNSENT)
		DL_DELETE(helper->unsent, run);
	run->state = RUN_FAILED;
	DL_APPEND(helper->failed, run);
	event_active(helper->fail, EV_TIMEOUT, 0);
}

/* Only those that are there now: a `done` may start others, and they may fail at once too. */
static void
on_fail(evutil_socket_t fd, short what, void *arg)
{
	struct helper *helper = arg;
	uint32_t last_id = helper->last_id;

	(void)fd;
	(void)what;
	while (helper->failed != NULL) {
		struct outcome outcome = { .code = OUTCOME_FAULT_HELPER };

		if ((int32_t)(helper->failed->id - last_id) > 0) {
			event_active(helper->fail, EV_TIMEOUT, 0);
			return;
		}
		run_done(helper->failed, &outcome);
	}
}

static void
fail_all(struct helper *helper)
{
	struct helper_run *run, *next;

	HASH_ITER(hh, helper->runs, run, next)
		run_fail(run);
}

/* 0, or an errno: EAGAIN for a full socket. */
static int
run_send(struct helper_run *run)
{
	if (send(run->helper->process.socket, run->message, run->len,
	    MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return errno == ENOBUFS || errno == EINTR ? EAGAIN : errno;
	free(run->message);
	run->message = NULL;
	return 0;
}

static void
send_unsent(struct helper *helper)
{
	while (helper->unsent != NULL && helper->process.socket >= 0) {
		struct helper_run *run = helper->unsent;
		int error = run_send(run);

		if (error == EAGAIN) {
			event_add(helper->writable, NULL);
			return;
		}
		if (error != 0) {
			run_fail(run);
			continue;
		}
		DL_DELETE(helper->unsent, run);
		run->state = RUN_SENT;
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_unsent(arg);
}

static void hang_up(struct helper *helper);

/* ---- its life ------------------------------------------------------------------------------ */

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct helper *helper = arg;
	char message[sizeof(struct exec_reply) + 1];

	(void)what;
	for (int i = 0; i < REPLIES_A_ROUND && helper->process.socket == (int)fd; i++) {
		ssize_t len = recv((int)fd, message, sizeof(message), MSG_DONTWAIT);
		struct outcome outcome;
		struct helper_run *run;
		uint32_t id;

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len <= 0 || exec_reply_parse(message, (size_t)len, &id, &outcome) != 0) {
			if (len > 0)
				log_error("the exec helper sends nonsense: ending it");
			event_del(helper->readable);
			helper_process_end(&helper->process);
			/* Our own child is gone when it is dead. */
			if (helper->process.at != NULL)
				hang_up(helper);
			return;
		}
		HASH_FIND(hh, helper->runs, &id, sizeof(id), run);
		/* Unknown: cancelled meanwhile. */
		if (run != NULL && run->state == RUN_SENT)
			run_done(run, &outcome);
	}
}

static void
on_guard(evutil_socket_t fd, short what, void *arg)
{
	static struct log_gate gate;
	struct helper_run *run = arg;
	struct helper *helper = run->helper;

	(void)fd;
	(void)what;
	log_gated(&gate, 1, LOG_ERROR, "the exec helper (process %d) does not answer: ending it",
	    (int)helper->process.pid);
	run_fail(run);
	helper_process_end(&helper->process);
}

static void on_died(evutil_socket_t fd, short what, void *arg);

static void
free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

static void
unhook(struct helper *helper)
{
	free_event(&helper->readable);
	free_event(&helper->writable);
	free_event(&helper->died);
}

static int
hook(struct helper *helper)
{
	helper->readable = event_new(helper->loop, helper->process.socket, EV_READ | EV_PERSIST,
	    on_readable, helper);
	helper->writable = event_new(helper->loop, helper->process.socket, EV_WRITE, on_writable,
	    helper);
	if (helper->process.pidfd >= 0)
		helper->died = event_new(helper->loop, helper->process.pidfd, EV_READ, on_died,
		    helper);
	if (helper->readable != NULL && helper->writable != NULL &&
	    event_add(helper->readable, NULL) == 0 && (helper->process.pidfd < 0 ||
	    (helper->died != NULL && event_add(helper->died, NULL) == 0)))
		return 0;
	unhook(helper);
	return ERR_NOMEM;
}

static void
let_go(struct helper *helper)
{
	unhook(helper);
	helper_process_let_go(&helper->process);
}

/* DESIGN.md, exec: commands that do not run as the user that was asked for are said once. */
static void
say_whose(struct helper *helper)
{
	if (helper->same_user_said || helper->process.as_user || helper->process.at != NULL ||
	    (helper->process.has_user && helper->process.uid == geteuid()))
		return;
	helper->same_user_said = true;
	log_warn("exec probes run as our own user (uid %ju)%s", (uintmax_t)geteuid(),
	    helper->process.has_user ? ": only root can change to another" : "");
}

/* A unit that is stopped is said once, not once a second. */
static void
say_why_not(struct helper *helper)
{
	if (helper->process.at == NULL)
		log_errno(LOG_ERROR, "the exec helper cannot be started");
	else if (!helper->unreachable_said)
		log_errno(LOG_ERROR, "no exec helper at %s", helper->process.at);
	helper->unreachable_said = true;
}

/* Start another, at most one a second. */
static void
start_again(struct helper *helper)
{
	uint64_t age_ms = now_ms() - helper->started_ms;

	if (age_ms < RESTART_MS) {
		set_timer(helper->restart, RESTART_MS - age_ms);
		return;
	}
	helper->started_ms = now_ms();
	if (helper_process_start(&helper->process) != 0) {
		say_why_not(helper);
		set_timer(helper->restart, RESTART_MS);
		return;
	}
	if (hook(helper) != 0) {
		if (helper->process.pid > 0) {
			kill(helper->process.pid, SIGKILL);
			waitpid(helper->process.pid, NULL, 0);
		}
		let_go(helper);
		set_timer(helper->restart, RESTART_MS);
		return;
	}
	helper->unreachable_said = false;
	if (helper->process.at != NULL)
		log_info("the exec helper is at %s again", helper->process.at);
	else
		log_info("the exec helper runs again as process %d", (int)helper->process.pid);
	say_whose(helper);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_again(arg);
}

static void
on_died(evutil_socket_t fd, short what, void *arg)
{
	struct helper *helper = arg;
	int status = 0;

	(void)fd;
	(void)what;
	waitpid(helper->process.pid, &status, WNOHANG);
	log_error("the exec helper (process %d) died: %s %d; %u probes end as faults",
	    (int)helper->process.pid, WIFSIGNALED(status) ? "signal" : "exit",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), HASH_COUNT(helper->runs));
	let_go(helper);
	fail_all(helper);
	start_again(helper);
}

/* The other side of a connection is gone: its unit was stopped, or starts it anew. */
static void
hang_up(struct helper *helper)
{
	static struct log_gate gate;

	log_gated(&gate, 1, LOG_ERROR, "the exec helper at %s hung up; %u probes end as faults",
	    helper->process.at, HASH_COUNT(helper->runs));
	let_go(helper);
	fail_all(helper);
	start_again(helper);
}

int
helper_start(const struct helper_settings *settings, struct helper **out)
{
	struct helper *helper = calloc(1, sizeof(*helper));
	int err;

	if (helper == NULL)
		return ERR_NOMEM;
	helper->started_ms = now_ms();
	err = helper_process_init(&helper->process, settings);
	if (err == 0)
		err = helper_process_start(&helper->process);
	if (err != 0 && helper->process.at != NULL) {
		say_why_not(helper);
		err = 0;
	}
	if (err != 0) {
		helper_process_release(&helper->process);
		free(helper);
		return err;
	}
	*out = helper;
	return 0;
}

int
helper_attach(struct helper *helper, struct event_base *loop)
{
	helper->loop = loop;
	helper->restart = evtimer_new(loop, on_restart, helper);
	helper->fail = evtimer_new(loop, on_fail, helper);
	if (helper->restart != NULL && helper->fail != NULL && helper->process.socket < 0) {
		set_timer(helper->restart, RESTART_MS);
		return 0;
	}
	if (helper->restart != NULL && helper->fail != NULL && hook(helper) == 0)
		return 0;
	free_event(&helper->restart);
	free_event(&helper->fail);
	return ERR_NOMEM;
}

void
helper_stop(struct helper *helper)
{
	if (helper == NULL)
		return;
	while (helper->runs != NULL)
		run_free(helper->runs);
	unhook(helper);
	/* The end of the socket tells it to kill and reap all it runs. */
	if (!helper_process_stop(&helper->process, STOP_MS))
		log_error("the exec helper did not stop: killed");
	free_event(&helper->restart);
	free_event(&helper->fail);
	helper_process_release(&helper->process);
	free(helper);
}

/* ---- commands ------------------------------------------------------------------------------ */

static struct helper_run *
run_new(struct helper *helper, const struct helper_command *command, helper_done_fn *done,
    void *arg)
{
	struct helper_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	*run = (struct helper_run){ .helper = helper, .id = ++helper->last_id, .state = RUN_UNSENT,
		.timeout_ms = command->timeout_ms, .done = done, .arg = arg };
	run->guard = evtimer_new(helper->loop, on_guard, run);
	if (run->guard != NULL &&
	    exec_message_run(run->id, command, &run->message, &run->len) == 0) {
		HASH_ADD(hh, helper->runs, id, sizeof(run->id), run);
		if (run->hh.tbl != NULL)
			return run;
	}
	if (run->guard != NULL)
		event_free(run->guard);
	free(run->message);
	free(run);
	return NULL;
}

struct helper_run *
helper_run(struct helper *helper, const struct helper_command *command, helper_done_fn *done,
    void *arg)
{
	struct helper_run *run = run_new(helper, command, done, arg);

	if (run == NULL)
		return NULL;
	say_whose(helper);
	DL_APPEND(helper->unsent, run);
	set_timer(run->guard, command->timeout_ms + GRACE_MS);
	if (helper->process.socket < 0)
		run_fail(run);
	else if (run->prev == run)      /* the only one: nobody is waiting before it */
		send_unsent(helper);
	return run;
}

void
helper_cancel(struct helper_run *run)
{
	if (run == NULL)
		return;
	struct helper *helper = run->helper;
	uint8_t message[EXEC_CANCEL_SIZE];

	exec_message_cancel(run->id, message);
	/* A cancel that finds the socket full is no loss: the deadline ends the command. */
	if (run->state == RUN_SENT && helper->process.socket >= 0 &&
	    send(helper->process.socket, message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("exec helper: a cancelled command runs on until its deadline");
	run_free(run);
}
