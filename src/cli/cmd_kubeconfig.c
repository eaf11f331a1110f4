/* cmd_kubeconfig.c - rollcall kubeconfig: what kubectl needs to reach the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/emit_yaml.h"

#define PATH "/rollcall/v1/kubeconfig"

struct kubeconfig_options {
	const char *output;
};

static const struct flag flags[] = {
	{ .name = "output", .letter = 'o', .kind = FLAG_TEXT, .argument = "FILE",
	  .at = offsetof(struct kubeconfig_options, output), .complete = COMPLETE_FILES,
	  .help = "write this file (0600) instead of standard output" },
	{ .name = NULL },
};

/* A file that nobody else can read, whole or not at all. */
static int
write_file(struct cli *cli, const char *path, const char *text, size_t len)
{
	struct strbuf name = STRBUF_INIT;
	int fd = -1, code = EX_CANTCREAT;

	strbuf_addf(&name, "%s.XXXXXX", path);
	if (name.err == 0)
		fd = mkostemp(name.text, O_CLOEXEC);    /* 0600 */
	if (fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 &&
	    rename(name.text, path) == 0)
		code = 0;
	if (code != 0)
		cli_say(cli, "%s: %s", path, strerror(errno));
	if (code != 0 && fd >= 0)
		(void)unlink(name.text);
	if (fd >= 0)
		(void)close(fd);
	strbuf_release(&name);
	return code;
}

static int
hand_out(struct cli *cli, const char *path, const json_t *config)
{
	struct strbuf text = STRBUF_INIT;
	int code = 0;

	if (emit_yaml(&text, config) != 0) {
		cli_say(cli, "no memory");
		code = EX_OSERR;
	} else if (path != NULL && strcmp(path, "-") != 0) {
		code = write_file(cli, path, text.text, text.len);
	} else {
		fputs(text.text, stdout);
	}
	strbuf_release(&text);
	return code;
}

static int
kubeconfig_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct kubeconfig_options *options = arg;
	json_t *config = NULL;
	int code;

	if (word_count > 0)
		return cli_usage(cli, "\"%s\" is one word too many", words[0]);
	code = cli_get(cli, PATH, &config);
	if (code == 0)
		code = hand_out(cli, options->output, config);
	json_decref(config);
	return code;
}

const struct command cmd_kubeconfig = {
	.name = "kubeconfig",
	.arguments = "",
	.summary = "write the server, its authority and a token for kubectl",
	.group = COMMAND_HOST,
	.detail = "Asks the daemon over its Unix socket. The daemon must serve TLS (http.listenTLS); "
	    "what is written lets whoever can read it change objects.",
	.examples = "rollcall kubeconfig -o ~/.kube/rollcall\n"
	    "kubectl --kubeconfig ~/.kube/rollcall get svc -A\n",
	.flags = flags,
	.options_size = sizeof(struct kubeconfig_options),
	.run = kubeconfig_main,
};
