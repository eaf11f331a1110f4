/* helper_child.c - the helper's own side: become harmless, then serve the daemon. */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "probe/exec_message.h"
#include "probe/exec_run.h"
#include "probe/helper.h"

#define REQUESTS_A_ROUND 16     /* so that reaping and deadlines get their turn */
#define EXIT_SYSTEM 71
#define EXIT_USAGE 64

struct child {
	struct event_base *loop;
	int signals;
	struct event *request, *writable, *signal;
	struct exec_runs *runs;
	struct exec_reply *replies;     /* not yet sent */
	size_t reply_count, reply_room;
	uint8_t message[EXEC_MESSAGE_MAX];
};

/* ---- replies ------------------------------------------------------------------------------- */

static void
send_replies(struct child *child)
{
	size_t sent = 0;

	while (sent < child->reply_count &&
	    send(HELPER_SOCKET, &child->replies[sent], sizeof(*child->replies), MSG_DONTWAIT) > 0)
		sent++;
	child->reply_count -= sent;
	memmove(child->replies, child->replies + sent,
	    child->reply_count * sizeof(*child->replies));
	if (child->reply_count > 0)
		event_add(child->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_replies(arg);
}

/* Without memory the reply is lost; the daemon's own guard then ends the attempt as a fault. */
static void
reply(void *arg, uint32_t id, const struct outcome *outcome)
{
	struct child *child = arg;

	if (array_reserve(&child->replies, &child->reply_room, child->reply_count + 1,
	    sizeof(*child->replies)) != 0)
		return;
	struct exec_reply *out = &child->replies[child->reply_count++];

	*out = (struct exec_reply){ .id = id, .code = outcome->code, .value = outcome->value,
		.took_us = outcome->took_us };
	memcpy(out->detail, outcome->detail, sizeof(out->detail));
	if (child->reply_count == 1)
		send_replies(child);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void
serve(struct child *child, size_t len)
{
	struct exec_request request;

	if (exec_request_parse(child->message, len, &request) != 0) {
		log_error("exec helper: a request that nobody sends, %zu octets", len);
		return;
	}
	if (request.kind == EXEC_MESSAGE_CANCEL)
		exec_runs_cancel(child->runs, request.id);
	else
		exec_runs_start(child->runs, &request);
	exec_request_release(&request);
}

static void
on_request(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;

	(void)what;
	for (int i = 0; i < REQUESTS_A_ROUND; i++) {
		ssize_t len = recv((int)fd, child->message, sizeof(child->message), MSG_DONTWAIT);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len <= 0) {         /* the daemon is gone */
			event_base_loopbreak(child->loop);
			return;
		}
		serve(child, (size_t)len);
	}
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;
	struct signalfd_siginfo info;

	(void)what;
	while (read((int)fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			event_base_loopbreak(child->loop);
	exec_runs_reap(child->runs);
}

/* ---- start and stop ------------------------------------------------------------------------ */

static bool
child_open(struct child *child)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	child->signals = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	child->loop = event_base_new();
	if (child->signals < 0 || child->loop == NULL || sigprocmask(SIG_BLOCK, &wanted, NULL) != 0)
		return false;
	child->runs = exec_runs_new(child->loop, reply, child);
	child->request = event_new(child->loop, HELPER_SOCKET, EV_READ | EV_PERSIST, on_request,
	    child);
	child->writable = event_new(child->loop, HELPER_SOCKET, EV_WRITE, on_writable, child);
	child->signal = event_new(child->loop, child->signals, EV_READ | EV_PERSIST, on_signal,
	    child);
	return child->runs != NULL && child->request != NULL && child->writable != NULL &&
	    child->signal != NULL && event_add(child->request, NULL) == 0 &&
	    event_add(child->signal, NULL) == 0;
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void
child_close(struct child *child)
{
	exec_runs_free(child->runs);
	free_event(child->request);
	free_event(child->writable);
	free_event(child->signal);
	free(child->replies);
	if (child->loop != NULL)
		event_base_free(child->loop);
	free(child);
}

/* For good: real, effective and saved, and no group but its own. */
static bool
change_user(uid_t uid, gid_t gid)
{
	uid_t uids[3];
	gid_t gids[3];

	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return false;
	return getresuid(&uids[0], &uids[1], &uids[2]) == 0 &&
	    getresgid(&gids[0], &gids[1], &gids[2]) == 0 &&
	    uids[0] == uid && uids[1] == uid && uids[2] == uid &&
	    gids[0] == gid && gids[1] == gid && gids[2] == gid && (uid == 0 || setuid(0) != 0);
}

/*
 * posix_spawn of glibc leaves its two internal signals ignored, and its sigaction does not let
 * us mend that; zeroes are SIG_DFL for the kernel, whose signal sets have eight octets.
 */
static void
unignore_internal_signals(void)
{
	static const uint64_t by_default[4];

	for (int sig = 32; sig <= 33; sig++)
		syscall(SYS_rt_sigaction, sig, by_default, NULL, 8);
}

/* Everything a command must not have or see, once for all of them. */
static bool
become_harmless(void)
{
	struct rlimit files;

	unignore_internal_signals();
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;        /* a pipe for each command */
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return chdir("/") == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 &&
	    /* After the change of user, which clears it; the socket's end says the same, later. */
	    prctl(PR_SET_PDEATHSIG, SIGTERM) == 0;
}

static int
serve_until_the_daemon_is_gone(void)
{
	struct child *child = calloc(1, sizeof(*child));
	int status = EXIT_SYSTEM;

	if (child == NULL)
		return status;
	if (child_open(child)) {
		event_base_dispatch(child->loop);
		exec_runs_end_all(child->runs);
		status = 0;
	} else {
		log_errno(LOG_ERROR, "exec helper: cannot start");
	}
	child_close(child);
	return status;
}

/*
 * argv: program, HELPER_ARGUMENT, and where the user is to be changed: uid, gid.  Ends with
 * _exit, since exit handlers are the daemon's, and a sanitizer could not look into a process
 * that changed its user.
 */
int
helper_main(int argc, char **argv)
{
	uint64_t uid, gid;
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(HELPER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
	    type != SOCK_SEQPACKET) {
		log_error("%s is for the daemon's own use", HELPER_ARGUMENT);
		_exit(EXIT_USAGE);
	}
	if (close_range(HELPER_SOCKET + 1, ~0U, 0) != 0)
		_exit(EXIT_SYSTEM);
	if (argc == 4 && (!text_to_u64(argv[2], UINT32_MAX - 1, &uid) ||
	    !text_to_u64(argv[3], UINT32_MAX - 1, &gid) || !change_user((uid_t)uid, (gid_t)gid))) {
		log_errno(LOG_ERROR, "exec helper: cannot change user");
		_exit(EXIT_SYSTEM);
	}
	if (!become_harmless()) {
		log_errno(LOG_ERROR, "exec helper: cannot give up what commands must not have");
		_exit(EXIT_SYSTEM);
	}
	_exit(serve_until_the_daemon_is_gone());
}
