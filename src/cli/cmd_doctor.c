/* cmd_doctor.c - rollcall doctor: why a Service cannot be reached from here. */
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/doctor.h"

struct doctor_options {
	const char *resolv_conf;
	const char *nsswitch;
	const char *proc;
	unsigned timeout_ms;
	bool no_connect;
};

static const struct doctor_options defaults = { .resolv_conf = "/etc/resolv.conf",
	.nsswitch = "/etc/nsswitch.conf", .proc = "/proc", .timeout_ms = 1000 };

static const struct flag flags[] = {
	{ .name = "no-connect", .kind = FLAG_TRUTH, .at = offsetof(struct doctor_options, no_connect),
	    .help = "ask the daemon only, connect to nobody" },
	{ .name = "timeout", .kind = FLAG_PERIOD, .at = offsetof(struct doctor_options, timeout_ms),
	    .argument = "TIME", .help = "for each attempt; default: 1s" },
	{ .name = "resolv-conf", .kind = FLAG_TEXT, .argument = "FILE",
	    .at = offsetof(struct doctor_options, resolv_conf),
	    .help = "what to take for /etc/resolv.conf", .complete = COMPLETE_FILES },
	{ .name = "nsswitch", .kind = FLAG_TEXT, .argument = "FILE",
	    .at = offsetof(struct doctor_options, nsswitch),
	    .help = "what to take for /etc/nsswitch.conf", .complete = COMPLETE_FILES },
	{ .name = "proc", .kind = FLAG_TEXT, .at = offsetof(struct doctor_options, proc),
	    .argument = "FOLDER", .help = "what to take for /proc", .complete = COMPLETE_FOLDERS },
	{ .name = NULL },
};

static int
doctor_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct doctor_options *options = arg;
	struct doctor_settings settings = { .resolv_conf = options->resolv_conf,
		.nsswitch = options->nsswitch, .proc = options->proc,
		.timeout_ms = options->timeout_ms, .connect = !options->no_connect };
	uint64_t port = 0;
	char *slash;

	if (word_count < 1 || word_count > 2)
		return cli_usage(cli, "which Service, and which port of it?");
	if (word_count == 2 && (!text_to_u64(words[1], UINT16_MAX, &port) || port == 0))
		return cli_usage(cli, "%s is no port", words[1]);
	slash = strchr(words[0], '/');
	settings.service = slash != NULL ? slash + 1 : words[0];
	settings.port = (uint16_t)port;
	return doctor_run(cli, &settings);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.arguments = "[svc/]NAME [PORT]",
	.summary = "go through what can keep a Service from being reached",
	.group = COMMAND_TRY,
	.detail = "Step by step from where it is run: is the name answered by the daemon; does this host's "
	    "resolver ask the daemon, and complete short names; is the port that is used the Service's "
	    "and not the target's; does the cluster IP connect; which endpoints are in, and what their "
	    "probes say; does each connect, and if not, is its program bound to loopback only. It "
	    "connects to the Service's own address and endpoints, and never pings. Exits with 1 when a "
	    "step failed.",
	.examples = "rollcall doctor -n shop web\n"
	    "rollcall doctor -n shop svc/web 8080\n",
	.flags = flags,
	.options_size = sizeof(struct doctor_options),
	.defaults = &defaults,
	.complete = COMPLETE_SERVICES,
	.run = doctor_main,
};
