/* cmd_env.c - rollcall env: the variables that a Pod finds Services by. */
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/spoken.h"
#include "cli/variables_list.h"

struct env_options {
	const char *output;
};

static const struct flag flags[] = {
	CLI_FLAG_OUTPUT(struct env_options, output, "shell|file|json",
	    "shell (default): for eval; file: NAME=VALUE for --env-file; json"),
	{ .name = NULL },
};

static int
env_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct env_options *options = arg;
	const char *output = options->output != NULL ? options->output : "shell";
	struct strbuf text = STRBUF_INIT;
	json_t *answer = NULL;
	int status;

	(void)words;
	if (word_count > 0)
		return cli_usage(cli, "takes no words; a command is run by rollcall run");
	status = variables_list_ask(cli, &answer);
	if (status != 0)
		return status;
	if (strcmp(output, "json") == 0) {
		spoken_print(cli, answer, output);
	} else {
		variables_list_write(answer, strcmp(output, "file") == 0 ? VARIABLES_FILE :
		    VARIABLES_SHELL, &text);
		fputs(text.text, stdout);
	}
	strbuf_release(&text);
	json_decref(answer);
	return 0;
}

const struct command cmd_env = {
	.name = "env",
	.arguments = "",
	.summary = "print the variables that a Pod finds Services by",
	.group = COMMAND_HOST,
	.detail = "For each Service of the namespace with a cluster IP: WEB_SERVICE_HOST, WEB_SERVICE_PORT "
	    "and their kind, as a kubelet sets them for containers, quoted so that a shell reads them "
	    "back as they are. They are of now: a Service that comes later needs another eval, or DNS.",
	.examples = "eval \"$(rollcall env -n shop)\"\n"
	    "podman run --env-file <(rollcall env -n shop -o file) image\n",
	.flags = flags,
	.options_size = sizeof(struct env_options),
	.run = env_main,
};
