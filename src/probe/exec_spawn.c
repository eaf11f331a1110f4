/* exec_spawn.c - start one command in its own session with nothing of ours. */
#include "probe/exec_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((rlim_t)1024 * 1024)
#define NICER 5                 /* probes must not take the machine from what they probe */
#define ENVIRONMENT_SIZE 5

/*
 * NPROC counts all processes of the user, so it only stops the worst; the deadline kills the
 * rest.
 */
static const struct {
	__rlimit_resource_t resource;
	rlim_t soft, hard;
} limits[] = {
	{ RLIMIT_NOFILE, 256, 256 },
	{ RLIMIT_CPU, 60, 61 },
	{ RLIMIT_CORE, 0, 0 },
	{ RLIMIT_FSIZE, 256 * MIB, 256 * MIB },
	{ RLIMIT_DATA, 4096 * MIB, 4096 * MIB },
	{ RLIMIT_NPROC, 8192, 8192 },
};

/* What the child needs, made before it exists: it shares our memory until it executes. */
struct start {
	const char *path;
	char *const *argv;
	char *const *environment;
	int null;
	int output;
	pid_t helper;
	volatile int error;             /* why it did not execute */
};

/* Limits are only ever lowered: raising one above the hard limit would fail. */
static void
set_limits(void)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		if (getrlimit(limits[i].resource, &limit) != 0)
			continue;
		if (limit.rlim_max > limits[i].hard)
			limit.rlim_max = limits[i].hard;
		limit.rlim_cur = limit.rlim_max < limits[i].soft ? limit.rlim_max : limits[i].soft;
		setrlimit(limits[i].resource, &limit);
	}
}

/* In the child of vfork: system calls only. */
static void __attribute__((noreturn))
become(struct start *start)
{
	sigset_t none;

	sigemptyset(&none);
	setsid();
	if (dup2(start->null, STDIN_FILENO) < 0 || dup2(start->output, STDOUT_FILENO) < 0 ||
	    dup2(start->output, STDERR_FILENO) < 0 || close_range(3, UINT_MAX, 0) != 0)
		goto failed;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != start->helper)
		goto failed;
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICER);
	set_limits();
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(start->path, start->argv, start->environment);
failed:
	start->error = errno;
	_exit(127);
}

/*
 * vfork and not fork: no page tables are copied, and the error of execve comes back through
 * memory.
 */
static pid_t __attribute__((noinline))
start_child(struct start *start)
{
	pid_t pid = vfork();

	if (pid == 0)
		become(start);
	return pid;
}

static bool
is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/*
 * The file a command means: itself with a slash in it, else the first in EXEC_PATH.  0 or an
 * errno.
 */
static int
find_program(const char *command, char *path, size_t size)
{
	if (strchr(command, '/') != NULL) {
		if (strlen(command) >= size)
			return ENAMETOOLONG;
		strcpy(path, command);
		return 0;
	}
	int error = ENOENT;

	for (const char *folder = EXEC_PATH; *folder != '\0' && *command != '\0';) {
		size_t len = strcspn(folder, ":");

		if ((size_t)snprintf(path, size, "%.*s/%s", (int)len, folder, command) < size) {
			if (is_program(path))
				return 0;
			if (access(path, F_OK) == 0)
				error = EACCES;
		}
		folder += len + (folder[len] == ':');
	}
	return error;
}

static void
explain(int error, const char *path, struct outcome *outcome)
{
	struct stat status;
	bool exists = stat(path, &status) == 0;

	outcome->code = OUTCOME_EXEC_NOT_EXECUTABLE;
	if (error == ENOMEM || error == EAGAIN)
		outcome->code = OUTCOME_FAULT_FORK;
	else if (error == EMFILE || error == ENFILE)
		outcome->code = OUTCOME_FAULT_FILES;
	else if ((error == ENOENT || error == ENOTDIR) && !exists)
		outcome->code = OUTCOME_EXEC_NOT_FOUND;
	if (exists && S_ISDIR(status.st_mode))
		outcome_set_detail(outcome, "is a directory");
	else if (exists && error == ENOENT)
		outcome_set_detail(outcome, "its interpreter is missing");
	else if (outcome->code != OUTCOME_EXEC_NOT_FOUND)
		outcome_set_detail(outcome, strerror(error));
}

static bool
add_variable(char **environment, size_t i, const char *name, const char *value)
{
	if (asprintf(&environment[i], "%s=%s", name, value) >= 0)
		return true;
	environment[i] = NULL;
	return false;
}

static bool
make_environment(const struct exec_request *request, char **environment)
{
	char port[8] = "";

	if (request->endpoint_port != 0)
		snprintf(port, sizeof(port), "%u", request->endpoint_port);
	return add_variable(environment, 0, "PATH", EXEC_PATH) &&
	    add_variable(environment, 1, "POD_NAME", request->pod_name) &&
	    add_variable(environment, 2, "POD_NAMESPACE", request->pod_namespace) &&
	    add_variable(environment, 3, "POD_IP", request->pod_ip) &&
	    add_variable(environment, 4, "ENDPOINT_PORT", port);
}

/* Both ends of the pipe are ours until here; the command's is closed in any case. */
static bool
start_with_pipe(struct start *start, pid_t *pid, struct outcome *outcome)
{
	pid_t child = start_child(start);

	if (child < 0) {
		outcome->code = OUTCOME_FAULT_FORK;
		outcome_set_detail(outcome, strerror(errno));
		return false;
	}
	if (start->error != 0) {
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
		explain(start->error, start->path, outcome);
		return false;
	}
	*pid = child;
	return true;
}

static bool
start_program(struct start *start, pid_t *pid, int *output, struct outcome *outcome)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0) {
		outcome->code = OUTCOME_FAULT_FILES;
		outcome_set_detail(outcome, strerror(errno));
		return false;
	}
	start->output = ends[1];
	/* Only our end: the command's writes must not fail for lack of room. */
	bool started = fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 &&
	    start_with_pipe(start, pid, outcome);

	close(ends[1]);
	if (started)
		*output = ends[0];
	else
		close(ends[0]);
	return started;
}

bool
exec_spawn(const struct exec_request *request, int null, pid_t *pid, int *output,
    struct outcome *outcome)
{
	char path[PATH_MAX];
	char *environment[ENVIRONMENT_SIZE + 1] = { NULL };
	struct start start = { .path = path, .argv = request->argv, .environment = environment,
		.null = null, .helper = getpid() };
	bool started = false;
	int error = find_program(request->argv[0], path, sizeof(path));

	*outcome = (struct outcome){ .code = OUTCOME_FAULT_MEMORY };
	if (error != 0)
		explain(error, error == EACCES ? path : "", outcome);
	else if (make_environment(request, environment))
		started = start_program(&start, pid, output, outcome);
	for (size_t i = 0; i < ENVIRONMENT_SIZE; i++)
		free(environment[i]);
	return started;
}
