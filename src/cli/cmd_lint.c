/*
 * cmd_lint.c - rollcall lint: read manifests as the daemon would and say everything that is
 * wrong.
 */
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "model/allot.h"
#include "source/lint_files.h"

/* Networks from the command line: the first that is stated replaces the default. */
struct cidr_list {
	struct cidr items[FLAG_TEXTS_MAX];
	size_t count;
};

struct lint_options {
	bool strict;
	bool quiet;
	struct flag_texts service_cidrs;
	struct flag_texts balancer_cidrs;
	const char *port_range;
};

static const struct flag flags[] = {
	{ .name = "strict", .letter = 'S', .at = offsetof(struct lint_options, strict),
	  .help = "warnings fail as well" },
	{ .name = "quiet", .letter = 'q', .at = offsetof(struct lint_options, quiet),
	  .help = "say nothing unless something is wrong" },
	{ .name = "service-cidr", .kind = FLAG_TEXTS, .argument = "CIDR",
	  .at = offsetof(struct lint_options, service_cidrs),
	  .help = "where cluster IPs come from; may be repeated; default 10.96.0.0/12" },
	{ .name = "load-balancer-cidr", .kind = FLAG_TEXTS, .argument = "CIDR",
	  .at = offsetof(struct lint_options, balancer_cidrs),
	  .help = "where load balancer addresses come from; may be repeated; default none" },
	{ .name = "service-node-port-range", .kind = FLAG_TEXT, .argument = "RANGE",
	  .at = offsetof(struct lint_options, port_range),
	  .help = "where node ports come from; default 30000-32767" },
	{ .name = NULL },
};

static const struct lint_options defaults = {
	.port_range = "30000-32767",
};

static void
on_found(void *arg, const struct diag *diag)
{
	const struct lint_options *options = arg;

	diag_print(diag, options->quiet ? SEVERITY_WARNING : SEVERITY_INFO, stdout);
}

static bool
read_cidrs(const struct cli *cli, const struct flag_texts *texts, struct cidr_list *list)
{
	for (list->count = 0; list->count < texts->count; list->count++) {
		const char *text = texts->items[list->count];

		if (cidr_parse(text, &list->items[list->count]) != 0) {
			cli_say(cli, "%s is not a network like 10.96.0.0/12", text);
			return false;
		}
	}
	return true;
}

/* `services` and `balancers` are borrowed by `ranges`. */
static bool
read_ranges(const struct cli *cli, const struct lint_options *options, struct cidr_list *services,
    struct cidr_list *balancers, struct allot_settings *ranges)
{
	struct flag_texts usual = { { "10.96.0.0/12" }, 1 };

	if (!read_cidrs(cli, options->service_cidrs.count > 0 ? &options->service_cidrs : &usual,
	    services) || !read_cidrs(cli, &options->balancer_cidrs, balancers))
		return false;
	if (!text_to_port_range(options->port_range, &ranges->node_port_first,
	    &ranges->node_port_last)) {
		cli_say(cli, "%s is not a range of ports like 30000-32767", options->port_range);
		return false;
	}
	ranges->service_cidrs = services->items;
	ranges->service_cidr_count = services->count;
	ranges->load_balancer_cidrs = balancers->items;
	ranges->load_balancer_cidr_count = balancers->count;
	return true;
}

static int
lint_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	struct lint_options options = *(const struct lint_options *)arg;
	struct cidr_list services, balancers;
	struct allot_settings ranges = { 0 };
	struct lint_files lint = {
		.exec_enabled = true,
		.paths = (const char *const *)words,
		.path_count = word_count,
		.ranges = &ranges,
		.found = on_found,
		.arg = &options,
	};
	struct lint_result result;
	int err;

	if (word_count == 0)
		return cli_usage(cli, "which files or folders?");
	if (!read_ranges(cli, &options, &services, &balancers, &ranges))
		return EX_USAGE;
	err = lint_files(&lint, &result);
	if (err != 0) {
		cli_say(cli, "%s", err_text(err));
		return EX_OSERR;
	}
	if (!options.quiet || result.errors + result.warnings > 0)
		puts(result.summary);
	return result.errors > 0 || (options.strict && result.warnings > 0) ? EX_DATAERR : EX_OK;
}

const struct command cmd_lint = {
	.name = "lint",
	.arguments = "FILE|FOLDER...",
	.summary = "say what is wrong with manifests",
	.group = COMMAND_TRY,
	.detail = "Reads manifests as the daemon would, asks nobody, and says everything that is wrong "
	    "with them, one line each: FILE:LINE:COLUMN: error: Kind namespace/name: field value rule. "
	    "Then what the objects say about each other: a selector that matches no Pod, two Services "
	    "that want one address, a hostname that gives no name.",
	.examples = "rollcall lint --strict /etc/rollcall/zones\n",
	.flags = flags,
	.options_size = sizeof(struct lint_options),
	.defaults = &defaults,
	.complete = COMPLETE_FILES,
	.offline = true,
	.run = lint_main,
};
