/*
 * cmd_lint.c - rollcall lint: read manifests as the daemon would and say everything that is
 * wrong.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/command.h"
#include "model/allot.h"
#include "source/lint_files.h"

#define LINT_CIDRS_MAX 16

/* Networks from the command line: the first that is stated replaces the default. */
struct cidr_list {
	struct cidr items[LINT_CIDRS_MAX];
	size_t count;
	bool stated;
};

/* What the command line said. */
struct lint_run {
	struct cidr_list services;
	struct cidr_list balancers;
	struct allot_settings ranges;
	bool quiet;             /* no info lines */
	bool strict;            /* warnings fail as well */
	bool help;
};

static void
on_found(void *arg, const struct diag *diag)
{
	const struct lint_run *run = arg;

	diag_print(diag, run->quiet ? SEVERITY_WARNING : SEVERITY_INFO, stdout);
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

static bool
set_port_range(struct allot_settings *ranges, const char *text)
{
	if (text_to_port_range(text, &ranges->node_port_first, &ranges->node_port_last))
		return true;
	fprintf(stderr, "rollcall lint: %s is not a range of ports like 30000-32767\n", text);
	return false;
}

static const struct option options[] = {
	{ "service-cidr", required_argument, NULL, 's' },
	{ "load-balancer-cidr", required_argument, NULL, 'l' },
	{ "service-node-port-range", required_argument, NULL, 'r' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "strict", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, 'h' },
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
	case 'h':
		run->help = true;
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

static void
print_usage(FILE *out)
{
	fprintf(out, "usage: rollcall lint %s\n", cmd_lint.arguments);
	fputs("\n"
	      "  --strict, -S                     warnings fail as well\n"
	      "  --quiet, -q                      say nothing unless something is wrong\n"
	      "  --service-cidr CIDR              where cluster IPs come from; default 10.96.0.0/12\n"
	      "  --load-balancer-cidr CIDR        where load balancer addresses come from\n"
	      "  --service-node-port-range RANGE  where node ports come from; default 30000-32767\n"
	      "\n"
	      "Exits with 0, or 65 when there are errors.\n",
	    out);
}

static int
lint_main(int argc, char **argv)
{
	struct lint_run run = { 0 };
	struct lint_files lint = {
		.exec_enabled = true,
		.ranges = &run.ranges,
		.found = on_found,
		.arg = &run,
	};
	struct lint_result result;
	int err;

	if (!parse_options(&run, argc, argv)) {
		fputs("Try rollcall lint --help.\n", stderr);
		return EX_USAGE;
	}
	if (run.help || optind == argc) {
		print_usage(run.help ? stdout : stderr);
		return run.help ? EX_OK : EX_USAGE;
	}
	lint.paths = (const char *const *)argv + optind;
	lint.path_count = (size_t)(argc - optind);
	err = lint_files(&lint, &result);
	if (err != 0) {
		fprintf(stderr, "rollcall lint: %s\n", err_text(err));
		return EX_OSERR;
	}
	if (!run.quiet || result.errors + result.warnings > 0)
		puts(result.summary);
	return result.errors > 0 || (run.strict && result.warnings > 0) ? EX_DATAERR : EX_OK;
}

const struct command cmd_lint = {
	.name = "lint",
	.arguments = "[OPTION]... FILE|FOLDER...",
	.summary = "say what is wrong with manifests",
	.run = lint_main,
};
