/* bench_cost.c - what a process and its children have used: CPU time, memory. */
#include "tests/bench/bench_cost.h"

#include <dirent.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Whether the first line could be read; without its end. */
static int
read_line(pid_t pid, const char *thread, const char *name, char *line, size_t size)
{
	char path[128];
	FILE *file;
	int found;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/%s", (int)pid, thread, name);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	found = fgets(line, (int)size, file) != NULL;
	(void)fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}

static void
add_thread(pid_t pid, const char *thread, const char *threads, bool memory,
    struct bench_cost *cost)
{
	char line[4096];
	char *rest = NULL;

	/* Servers that fork: what a thread started. */
	if (read_line(pid, thread, "children", line, sizeof(line)))
		for (char *child = strtok_r(line, " ", &rest); child != NULL;
		    child = strtok_r(NULL, " ", &rest)) {
			struct bench_cost more;

			bench_cost_read((pid_t)atoi(child), threads, memory, &more);
			cost->cpu_ns += more.cpu_ns;
			cost->pss_kb += more.pss_kb;
			cost->rss_kb += more.rss_kb;
		}
	if (threads != NULL && read_line(pid, thread, "comm", line, sizeof(line)) &&
	    fnmatch(threads, line, 0) == 0 &&
	    read_line(pid, thread, "schedstat", line, sizeof(line)))
		cost->cpu_ns += strtoull(line, NULL, 10);
}

/* The process's own clock knows of threads that ended, and is exact for those that run. */
static void
add_process(pid_t pid, struct bench_cost *cost)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0)
		cost->cpu_ns += (uint64_t)used.tv_sec * 1000000000U + (uint64_t)used.tv_nsec;
}

static void
add_memory(pid_t pid, struct bench_cost *cost)
{
	char path[64], line[256];
	uint64_t kb;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "Pss: %" SCNu64 " kB", &kb) == 1)
			cost->pss_kb += kb;
		else if (sscanf(line, "Rss: %" SCNu64 " kB", &kb) == 1)
			cost->rss_kb += kb;
	}
	(void)fclose(file);
}

void
bench_cost_read(pid_t pid, const char *threads, bool memory, struct bench_cost *cost)
{
	char path[64];
	struct dirent *entry;
	DIR *folder;

	*cost = (struct bench_cost){ .cpu_ns = 0 };
	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	folder = opendir(path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			add_thread(pid, entry->d_name, threads, memory, cost);
	(void)closedir(folder);
	if (threads == NULL)
		add_process(pid, cost);
	if (memory)
		add_memory(pid, cost);
}
