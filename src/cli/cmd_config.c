/* cmd_config.c - rollcall config: show the settings that hold. */
#include "cli/spoken.h"
#include "cli/command.h"

struct config_options {
	const char *output;
};

static const struct flag flags[] = {
	SPOKEN_OUTPUT(struct config_options, output),
	{ .name = NULL },
};

static int
config_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct config_options *options = arg;
	struct strbuf url = STRBUF_INIT;

	(void)words;
	if (word_count > 0)
		return cli_usage(cli, "takes no words");
	strbuf_add(&url, "/rollcall/v1/config");
	return spoken_get(cli, &url, options->output, NULL);
}

const struct command cmd_config = {
	.name = "config",
	.arguments = "",
	.summary = "show the settings that hold",
	.group = COMMAND_LOOK,
	.detail = "What rollcall.yaml, the flags and the defaults come to, under the names of rollcall.yaml; secrets are left out.",
	.flags = flags,
	.options_size = sizeof(struct config_options),
	.run = config_main,
};
