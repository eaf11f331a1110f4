/* cmd_lint.c - rollcall lint: read manifests as the daemon would and say everything that is wrong. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/command.h"
#include "model/allot.h"
#include "model/store.h"
#include "source/lint.h"
#include "source/source_dir.h"

#define LINT_CIDRS_MAX 16

/* Networks from the command line: the first that is stated replaces the default. */
struct cidr_list {
	struct cidr items[LINT_CIDRS_MAX];
	size_t count;
	bool stated;
};

/* What the command line said, and what is being collected. */
struct lint_run {
	struct cidr_list services;
	struct cidr_list balancers;
	struct allot_settings ranges;
	bool quiet;             /* no info lines */
	bool strict;            /* warnings fail as well */
	struct store *store;
	struct diag *found;     /* of all files, in their order */
	int err;
};

static void
merge(struct diag *into, const struct diag *from)
{
	const struct diag_entry *entry;

	for (size_t i = 0; (entry = diag_at(from, i)) != NULL; i++) {
		struct place place = { entry->file, entry->line, entry->column };

		diag_add(into, entry->severity, entry->file != NULL ? &place : NULL, "%s", entry->text);
	}
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct lint_run *run = arg;
	int err = store_replace_file(run->store, path, objects->items, objects->count, diag);

	/* The store has taken the objects, on failure too. */
	objects->count = 0;
	if (err == ERR_NOMEM)
		run->err = err;
	merge(run->found, diag);
	return err;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	struct lint_run *run = arg;

	(void)path;
	merge(run->found, diag);
}

static void
on_batch_end(void *arg)
{
	(void)arg;
}

static int
read_paths(struct lint_run *run, char **paths, int count)
{
	static const struct source_dir_ops ops = {
		.file = on_file,
		.broken = on_broken,
		.batch_end = on_batch_end,
	};
	struct source_dir_settings settings = {
		.paths = (const char *const *)paths,
		.path_count = (size_t)count,
		.exec_enabled = true,
	};
	struct clock *clock = clock_new_system();
	struct source_dir *source =
	    clock != NULL ? source_dir_new(NULL, clock, &settings, &ops, run) : NULL;
	int err = source != NULL ? source_dir_load(source) : ERR_NOMEM;

	source_dir_free(source);
	clock_free(clock);
	return err != 0 ? err : run->err;
}

static int
print_found(const struct lint_run *run)
{
	size_t errors = diag_count(run->found, SEVERITY_ERROR);
	size_t warnings = diag_count(run->found, SEVERITY_WARNING);
	const struct diag_entry *entry;
	char line[2048];

	for (size_t i = 0; (entry = diag_at(run->found, i)) != NULL; i++) {
		if (entry->severity == SEVERITY_INFO && run->quiet)
			continue;
		(void)diag_format(entry, line, sizeof(line));
		puts(line);
	}
	if (!run->quiet || errors + warnings > 0)
		printf("%zu Services, %zu Pods, %zu EndpointSlices, %zu Endpoints: "
		    "%zu errors, %zu warnings\n",
		    store_count(run->store, KIND_SERVICE), store_count(run->store, KIND_POD),
		    store_count(run->store, KIND_ENDPOINT_SLICE),
		    store_count(run->store, KIND_ENDPOINTS), errors, warnings);
	return errors > 0 || (run->strict && warnings > 0) ? EXIT_DATA : EXIT_OK;
}

static bool
add_cidr(struct cidr_list *list, const char *text)
{
	if (!list->stated)
		list->count = 0;
	list->stated = true;
	if (list->count == LINT_CIDRS_MAX || cidr_parse(text, &list->items[list->count]) != 0) {
		fprintf(stderr, "rollcall lint: %s is not a network like 10.96.0.0/12\n", text);
		return false;
	}
	list->count++;
	return true;
}

/* "30000-32767" */
static bool
set_port_range(struct allot_settings *ranges, const char *text)
{
	char first[8] = "";
	const char *dash = strchr(text, '-');
	uint64_t low = 0, high = 0;

	if (dash != NULL && (size_t)(dash - text) < sizeof(first))
		memcpy(first, text, (size_t)(dash - text));
	if (dash == NULL || !text_to_u64(first, UINT16_MAX, &low) ||
	    !text_to_u64(dash + 1, UINT16_MAX, &high) || low == 0 || low > high) {
		fprintf(stderr, "rollcall lint: %s is not a range of ports like 30000-32767\n", text);
		return false;
	}
	ranges->node_port_first = (uint16_t)low;
	ranges->node_port_last = (uint16_t)high;
	return true;
}

static const struct option options[] = {
	{ "service-cidr", required_argument, NULL, 's' },
	{ "load-balancer-cidr", required_argument, NULL, 'l' },
	{ "service-node-port-range", required_argument, NULL, 'r' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "strict", no_argument, NULL, 'S' },
	{ NULL, 0, NULL, 0 },
};

static bool
apply_option(struct lint_run *run, int option)
{
	switch (option) {
	case 's':
		return add_cidr(&run->services, optarg);
	case 'l':
		return add_cidr(&run->balancers, optarg);
	case 'r':
		return set_port_range(&run->ranges, optarg);
	case 'q':
		run->quiet = true;
		return true;
	case 'S':
		run->strict = true;
		return true;
	}
	return false;
}

static bool
parse_options(struct lint_run *run, int argc, char **argv)
{
	int option;

	(void)cidr_parse("10.96.0.0/12", &run->services.items[0]);
	run->services.count = 1;
	run->ranges.node_port_first = 30000;
	run->ranges.node_port_last = 32767;
	optind = 0;             /* glibc: begin anew */
	while ((option = getopt_long(argc, argv, "qS", options, NULL)) != -1)
		if (!apply_option(run, option))
			return false;
	run->ranges.service_cidrs = run->services.items;
	run->ranges.service_cidr_count = run->services.count;
	run->ranges.load_balancer_cidrs = run->balancers.items;
	run->ranges.load_balancer_cidr_count = run->balancers.count;
	return true;
}

static int
lint_main(int argc, char **argv)
{
	struct lint_run run = { 0 };
	int code = EXIT_OS, err;

	if (!parse_options(&run, argc, argv))
		return EXIT_USAGE;
	if (optind == argc) {
		fprintf(stderr, "usage: rollcall lint %s\n", cmd_lint.arguments);
		return EXIT_USAGE;
	}
	run.store = store_new();
	run.found = diag_new();
	if (run.store == NULL || run.found == NULL)
		goto out;
	err = read_paths(&run, argv + optind, argc - optind);
	if (err == 0)
		err = lint_store(run.store, &run.ranges, run.found);
	if (err == 0)
		code = print_found(&run);
	else
		fprintf(stderr, "rollcall lint: %s\n", err_text(err));
out:
	diag_free(run.found);
	store_free(run.store);
	return code;
}

const struct command cmd_lint = {
	.name = "lint",
	.arguments = "[--strict] [--quiet] FILE|FOLDER...",
	.summary = "say what is wrong with manifests",
	.run = lint_main,
};
