/* bench_base.c - what every benchmark needs: an end, a CPU, a time, arguments, files. */
#include "tests/bench/bench_base.h"

#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

void
bench_die(const char *what)
{
	perror(what);
	exit(71);
}

void
bench_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(70);
}

void
bench_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		bench_die("sched_setaffinity");
}

static uint64_t
read_clock(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t
bench_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t
bench_used_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void *
bench_alloc(size_t count, size_t size)
{
	void *memory = calloc(count == 0 ? 1 : count, size);

	if (memory == NULL)
		bench_die("memory");
	return memory;
}

FILE *
bench_create(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		bench_fail("%s/%s: too long a path", folder, name);
	file = fopen(path, "w");
	if (file == NULL)
		bench_die(path);
	return file;
}

void
bench_close(FILE *file)
{
	int failed = ferror(file);

	if (fclose(file) != 0 || failed)
		bench_die("write");
}

static void __attribute__((noreturn))
usage(const char *program, const struct bench_option *options, const char *words)
{
	fprintf(stderr, "usage: %s [OPTION]... %s\n", program, words);
	for (; options->name != NULL; options++) {
		fprintf(stderr, "  --%-12s %s", options->name, options->help);
		if (options->number != NULL)
			fprintf(stderr, " (%llu)", (unsigned long long)*options->number);
		fputc('\n', stderr);
	}
	exit(64);
}

static const struct bench_option *
find_option(const struct bench_option *options, const char *name)
{
	for (; options->name != NULL; options++)
		if (strcmp(options->name, name) == 0)
			return options;
	return NULL;
}

/* False where the value does not fit the option. */
static int
take_value(const struct bench_option *option, const char *value)
{
	if (value == NULL)
		return 0;
	if (option->text != NULL) {
		*option->text = value;
		return 1;
	}
	return text_to_u64(value, UINT32_MAX, option->number);
}

void
bench_options(int argc, char **argv, const struct bench_option *options, const char *words,
    int count)
{
	int left = 0;

	for (int i = 1; i < argc; i++) {
		const struct bench_option *option;

		if (strncmp(argv[i], "--", 2) != 0) {
			argv[++left] = argv[i];
			continue;
		}
		option = find_option(options, argv[i] + 2);
		if (option == NULL)
			usage(argv[0], options, words);
		if (option->on != NULL)
			*option->on = 1;
		else if (!take_value(option, argv[++i]))
			usage(argv[0], options, words);
	}
	if (left != count)
		usage(argv[0], options, words);
}
