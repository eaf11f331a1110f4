/* cmd_reload.c - rollcall reload: let the daemon read its settings and manifests anew. */
#include "cli/spoken.h"
#include "cli/command.h"

static int
reload_main(struct cli *cli, const void *options, char **words, size_t word_count)
{
	json_t *answer = NULL;
	int status;

	(void)options;
	(void)words;
	if (word_count > 0)
		return cli_usage(cli, "takes no words");
	status = cli_send(cli, "POST", "/rollcall/v1/reload", NULL, &answer);
	if (status == 0)
		spoken_print(cli, answer, NULL);
	json_decref(answer);
	return status;
}

const struct command cmd_reload = {
	.name = "reload",
	.arguments = "",
	.summary = "let the daemon read its settings and manifests anew",
	.group = COMMAND_CHANGE,
	.detail = "The same as a SIGHUP: settings and manifests are read; what is wrong is said in the "
	    "daemon's log and leaves things as they were. Needs permission to write.",
	.run = reload_main,
};
