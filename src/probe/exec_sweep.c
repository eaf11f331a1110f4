/* exec_sweep.c - find and kill what finished commands have left behind. */
#include "probe/exec_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct straggler {
	pid_t pid;
	uint64_t newest;                /* the last command that can be its origin */
	UT_hash_handle hh;
};

struct exec_sweep {
	struct exec_sweep_ops ops;
	void *arg;
	struct straggler *known;
};

typedef void child_fn(void *arg, pid_t pid);

static ssize_t
read_all(int folder, const char *path, char *buf, size_t size)
{
	int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t len = file < 0 ? -1 : read(file, buf, size - 1);

	if (file >= 0)
		close(file);
	if (len >= 0)
		buf[len] = '\0';
	return len;
}

/*
 * The list the kernel keeps (CONFIG_PROC_CHILDREN); a partial one is made up for by the next
 * sweep.
 */
static bool
each_listed_child(child_fn *fn, void *arg)
{
	char path[64], list[65536];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	if (read_all(AT_FDCWD, path, list, sizeof(list)) < 0)
		return false;
	for (char *rest = list, *word; (word = strsep(&rest, " ")) != NULL && rest != NULL;)
		if (*word != '\0')
			fn(arg, (pid_t)atol(word));
	return true;
}

/* PID (NAME) STATE PPID ...; the name may hold anything, parentheses too: proc(5). */
static pid_t
parent_of(int proc, const char *pid)
{
	char path[64], line[512];
	int parent;

	snprintf(path, sizeof(path), "%.32s/stat", pid);
	if (read_all(proc, path, line, sizeof(line)) < 0)
		return -1;
	const char *after = strrchr(line, ')');

	return after != NULL && sscanf(after, ") %*c %d", &parent) == 1 ? parent : -1;
}

static void
each_child_of_all(child_fn *fn, void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    parent_of(dirfd(proc), entry->d_name) == getpid())
			fn(arg, (pid_t)atol(entry->d_name));
	closedir(proc);
}

static void
each_child(child_fn *fn, void *arg)
{
	if (!each_listed_child(fn, arg))
		each_child_of_all(fn, arg);
}

static struct straggler *
note_straggler(struct exec_sweep *sweep, pid_t pid)
{
	struct straggler *straggler;

	HASH_FIND(hh, sweep->known, &pid, sizeof(pid), straggler);
	if (straggler != NULL)
		return straggler;
	straggler = calloc(1, sizeof(*straggler));
	if (straggler == NULL)
		return NULL;
	straggler->pid = pid;
	straggler->newest = sweep->ops.newest(sweep->arg);
	HASH_ADD(hh, sweep->known, pid, sizeof(pid), straggler);
	if (straggler->hh.tbl != NULL)
		return straggler;
	free(straggler);
	return NULL;
}

/* It and its group, which is never ours: it descends from a session of its own. */
static void
kill_with_group(pid_t pid, pid_t group)
{
	if (group > 1 && group != getpgrp())
		kill(-group, SIGKILL);
	kill(pid, SIGKILL);
}

struct round {
	struct exec_sweep *sweep;
	uint64_t oldest;
	size_t count;
};

static void
judge_child(void *arg, pid_t pid)
{
	struct round *round = arg;
	struct exec_sweep *sweep = round->sweep;
	pid_t group = getpgid(pid);

	if (sweep->ops.is_running(sweep->arg, pid) ||
	    (group > 0 && sweep->ops.is_running(sweep->arg, group)))
		return;
	struct straggler *straggler = note_straggler(sweep, pid);

	round->count++;
	if (straggler == NULL || round->oldest > straggler->newest)
		kill_with_group(pid, group);
}

struct exec_sweep *
exec_sweep_new(const struct exec_sweep_ops *ops, void *arg)
{
	struct exec_sweep *sweep = calloc(1, sizeof(*sweep));

	if (sweep == NULL)
		return NULL;
	sweep->ops = *ops;
	sweep->arg = arg;
	return sweep;
}

void
exec_sweep_free(struct exec_sweep *sweep)
{
	if (sweep == NULL)
		return;
	while (sweep->known != NULL)
		exec_sweep_reaped(sweep, sweep->known->pid);
	free(sweep);
}

size_t
exec_sweep_run(struct exec_sweep *sweep)
{
	struct round round = { sweep, sweep->ops.oldest(sweep->arg), 0 };

	each_child(judge_child, &round);
	return round.count;
}

void
exec_sweep_reaped(struct exec_sweep *sweep, pid_t pid)
{
	struct straggler *straggler;

	HASH_FIND(hh, sweep->known, &pid, sizeof(pid), straggler);
	if (straggler == NULL)
		return;
	HASH_DEL(sweep->known, straggler);
	free(straggler);
}

static void
kill_child(void *arg, pid_t pid)
{
	++*(size_t *)arg;
	kill_with_group(pid, getpgid(pid));
}

size_t
exec_sweep_kill_all(void)
{
	size_t count = 0;

	each_child(kill_child, &count);
	return count;
}
