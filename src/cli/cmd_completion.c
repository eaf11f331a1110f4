/* cmd_completion.c - rollcall completion: scripts for shells. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/completion.h"

static int
completion_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	(void)arg;
	if (word_count == 1 && strcmp(words[0], "bash") == 0)
		completion_bash(stdout);
	else if (word_count == 1 && strcmp(words[0], "zsh") == 0)
		completion_zsh(stdout);
	else
		return cli_usage(cli, "for which shell? bash or zsh");
	return EX_OK;
}

const struct command cmd_completion = {
	.name = "completion",
	.arguments = "bash|zsh",
	.summary = "print what a shell completes rollcall's words by",
	.group = COMMAND_HOST,
	.detail = "make install puts both where the shells look for them. Kinds, namespaces and names "
	    "are asked of the daemon when TAB is pressed.",
	.examples = "source <(rollcall completion bash)\n",
	.complete = COMPLETE_NOTHING,
	.offline = true,
	.run = completion_main,
};
