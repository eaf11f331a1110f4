/* cmd_run.c - rollcall run: a command as if it ran in a Pod: names of the cluster, its variables. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/bridge.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/own_space.h"
#include "cli/resolv_text.h"
#include "cli/small_file.h"
#include "cli/variables_list.h"
#include "cli/whereabouts.h"

#define DNS_PORT 53
/* As shells have it. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

struct run_options {
	bool no_env;
};

static const struct flag flags[] = {
	{ .name = "no-env", .kind = FLAG_TRUTH, .at = offsetof(struct run_options, no_env),
	    .help = "without the variables of `rollcall env`" },
	{ .name = NULL },
};

/*
 * Other files over those by which names are looked up.  Where systemd-resolved or mDNS would be
 * asked first, and nscd would answer for other processes, DNS alone is asked.
 */
static int
cover_files(const struct resolv_wish *wish, struct strbuf *problem)
{
	struct strbuf resolv = STRBUF_INIT, lookup = STRBUF_INIT, now = STRBUF_INIT;
	int err;

	resolv_text_plain(wish, &resolv);
	err = resolv.err != 0 ? resolv.err : own_space_cover("/etc/resolv.conf", resolv.text, problem);
	if (err == 0 && small_file_read("/etc/nsswitch.conf", &now) == 0) {
		resolv_text_nsswitch(now.text, &lookup);
		err = lookup.err != 0 ? lookup.err :
		    own_space_cover("/etc/nsswitch.conf", lookup.text, problem);
	}
	(void)own_space_cover_with("/run/nscd/socket", "/dev/null");
	strbuf_release(&resolv);
	strbuf_release(&lookup);
	strbuf_release(&now);
	return err;
}

/* This process becomes the command; returns only if it cannot. */
static int
become(const struct cli *cli, const struct resolv_wish *wish, char **words)
{
	struct strbuf problem = STRBUF_INIT;
	int err = own_space_enter(&problem);

	if (err == 0)
		err = cover_files(wish, &problem);
	if (err != 0)
		cli_say(cli, "%s", problem.len > 0 ? problem.text : err_text(err));
	strbuf_release(&problem);
	if (err != 0)
		return EX_OSERR;
	execvp(words[0], words);
	err = errno;
	cli_say(cli, "%s: %s", words[0], strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* In a child of ours, while we carry its questions to where the daemon listens. */
static int
run_bridged(const struct cli *cli, struct bridge *bridge, struct resolv_wish *wish, char **words)
{
	int status = 0;
	pid_t child;

	wish->dns = *bridge_bound(bridge);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		_exit(become(cli, wish, words));
	}
	if (child < 0)
		return EX_OSERR;
	/* What the terminal sends is the command's to answer. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	if (bridge_run(bridge, child, &status) != 0) {
		kill(child, SIGTERM);
		return EX_OSERR;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
no_bridge(const struct cli *cli, const struct resolv_wish *wish, int err)
{
	char text[ADDR_PORT_TEXT_SIZE];

	cli_say(cli, "the daemon answers DNS at %s, and a resolv.conf can name no port but 53; port 53 "
	    "of a loopback address, from where questions could be carried there, cannot be had: %s. "
	    "Let the daemon listen at port 53, run this as root, or set sysctl "
	    "net.ipv4.ip_unprivileged_port_start=53", addr_port_text(&wish->dns, text),
	    err == ERR_SYSTEM ? strerror(errno) : err_text(err));
	return EX_UNAVAILABLE;
}

static int
run(const struct cli *cli, struct resolv_wish *wish, char **words)
{
	struct bridge *bridge = NULL;
	int err, status;

	if (wish->dns.port == DNS_PORT)
		return become(cli, wish, words);
	err = bridge_open(&wish->dns, DNS_PORT, &bridge);
	if (err != 0)
		return no_bridge(cli, wish, err);
	status = run_bridged(cli, bridge, wish, words);
	bridge_close(bridge);
	return status;
}

static int
run_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct run_options *options = arg;
	struct whereabouts where;
	struct resolv_wish wish = { .domain = where.domain, .ns = cli_namespace(cli) };
	json_t *variables = NULL;
	int status;

	if (word_count == 0)
		return cli_usage(cli, "which command?");
	status = whereabouts_ask(cli, &where);
	if (status == 0 && !options->no_env)
		status = variables_list_ask(cli, &variables);
	if (status == 0 && variables != NULL && variables_list_set(variables) != 0)
		status = EX_OSERR;
	json_decref(variables);
	if (status != 0)
		return status;
	(void)whereabouts_choose(&where, &wish.dns);
	cli_release(cli);
	return run(cli, &wish, words);
}

const struct command cmd_run = {
	.name = "run",
	.arguments = "[--] COMMAND [ARGUMENT]...",
	.summary = "run a command with the names and variables that a Pod has",
	.group = COMMAND_HOST,
	.detail = "The command runs on this host, in a mount namespace of its own (and a user namespace "
	    "for who is not root), where /etc/resolv.conf names the daemon and the search list of the "
	    "namespace: web, web.shop and web.shop.svc.cluster.local are found by glibc and musl alike. "
	    "The variables of `rollcall env` are set. Where the daemon does not listen at port 53, "
	    "questions are carried from port 53 of a loopback address, if that can be had. Exits with "
	    "the command's own status; 126 and 127 as shells do.",
	.examples = "rollcall run -n shop -- getent hosts web\n"
	    "rollcall run -n shop -- wget -O- -q http://web\n"
	    "rollcall run -n shop -- bash\n",
	.flags = flags,
	.options_size = sizeof(struct run_options),
	.ends_at_word = true,
	.run = run_main,
};
