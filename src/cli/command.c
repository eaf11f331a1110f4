/* command.c - find the command that was asked for and run it. */
#include "config.h"

#include "cli/command.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/kinds.h"
#include "cli/paint.h"

static int
help_main(struct cli *cli, const void *options, char **words, size_t word_count);
static int
version_main(struct cli *cli, const void *options, char **words, size_t word_count);

static const struct command cmd_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "show the commands, or one command's help",
	.group = COMMAND_HOST,
	.complete = COMPLETE_COMMANDS,
	.offline = true,
	.run = help_main,
};

static const struct command cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "show the version of this program",
	.group = COMMAND_HOST,
	.offline = true,
	.run = version_main,
};

static const struct command *const commands[] = {
	&cmd_get,
	&cmd_describe,
	&cmd_watch,
	&cmd_events,
	&cmd_create,
	&cmd_apply,
	&cmd_delete,
	&cmd_expose,
	&cmd_label,
	&cmd_annotate,
	&cmd_kubeconfig,
	&cmd_completion,
	&cmd_lint,
	&cmd_why,
	&cmd_top,
	&cmd_query,
	&cmd_cache,
	&cmd_pools,
	&cmd_config,
	&cmd_drain,
	&cmd_undrain,
	&cmd_reload,
	&cmd_probe,
	&cmd_doctor,
	&cmd_env,
	&cmd_run,
	&cmd_resolvconf,
	&cmd_help,
	&cmd_version,
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

const struct command *
command_at(size_t i)
{
	return i < COMMAND_COUNT ? commands[i] : NULL;
}

const struct command *
command_find(const char *name, const char **closest)
{
	const char *names[COMMAND_COUNT];

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		names[i] = commands[i]->name;
	}
	*closest = text_closest(name, names, COMMAND_COUNT);
	return NULL;
}

static int
no_such_command(const char *name)
{
	const char *closest = NULL;

	(void)command_find(name, &closest);
	if (closest != NULL)
		fprintf(stderr, "rollcall: there is no command \"%s\"; did you mean \"%s\"?\n", name,
		    closest);
	else if (*name != '\0')
		fprintf(stderr, "rollcall: there is no command \"%s\"\n", name);
	help_print(stderr);
	return EX_USAGE;
}

static int
help_main(struct cli *cli, const void *options, char **words, size_t word_count)
{
	const char *closest = NULL;
	const struct command *command;

	(void)cli;
	(void)options;
	if (word_count == 0) {
		help_print(stdout);
		return EX_OK;
	}
	command = command_find(words[0], &closest);
	if (command == NULL)
		return no_such_command(words[0]);
	help_print_command(command, stdout);
	return EX_OK;
}

static int
version_main(struct cli *cli, const void *options, char **words, size_t word_count)
{
	(void)cli;
	(void)options;
	(void)words;
	(void)word_count;
	puts("rollcall " PACKAGE_VERSION);
	return EX_OK;
}

/* Parse the options and run it; argv[0] is the command's name. */
static int
run_with(const struct command *command, struct cli *cli, void *options, int argc, char **argv)
{
	static const struct flag none[] = { { .name = NULL } };
	struct flag_table tables[2] = {
		{ command->flags != NULL ? command->flags : none, options },
		{ command->offline ? cli_flags_offline : cli_flags, cli },
	};
	char who[64];

	(void)snprintf(who, sizeof(who), "rollcall %s", command->name);
	if (!flags_parse(tables, 2, who, command->ends_at_word, &argc, argv)) {
		fprintf(stderr, "Try rollcall %s --help.\n", command->name);
		return EX_USAGE;
	}
	if (cli->help) {
		help_print_command(command, stdout);
		return EX_OK;
	}
	cli->colour = paint_wanted(cli->color, STDOUT_FILENO);
	return command->run(cli, options, argv + 1, (size_t)argc - 1);
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct cli cli = { .command = command->name };
	void *options = NULL;
	int code;

	if (command->options_size > 0) {
		options = calloc(1, command->options_size);
		if (options == NULL) {
			cli_say(&cli, "no memory");
			return EX_OSERR;
		}
		if (command->defaults != NULL)
			memcpy(options, command->defaults, command->options_size);
	}
	code = run_with(command, &cli, options, argc, argv);
	cli_release(&cli);
	free(options);
	if (fflush(stdout) != 0 && code == EX_OK) {
		cli_say(&cli, "cannot write");
		code = EX_IOERR;
	}
	return code;
}

/* Names people know from elsewhere. */
static const char *
known_as(const char *name)
{
	static const char *const others[][2] = {
		{ "-h", "help" },
		{ "--help", "help" },
		{ "--version", "version" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i][0]) == 0)
			return others[i][1];
	return name;
}

/*
 * "rollcall endpoints": a kind for a command is a get that was forgotten.  argv has no room for the
 * word, but argv[0] is of no more use.
 */
static int
run_as_get(char **argv, int argc)
{
	const char *closest;

	fprintf(stderr, "rollcall: taken for \"rollcall get %s\"\n", argv[1]);
	return run_command(command_find("get", &closest), argc, argv);
}

/* How many of the words from `word` on are one global option with its value; 0: it is none. */
static int
option_width(const char *word)
{
	for (const struct flag *flag = cli_flags; flag->name != NULL; flag++) {
		size_t len = strlen(flag->name);
		int width = flag->kind == FLAG_TRUTH || flag->bare != NULL ? 1 : 2;

		if (flag->letter != 0 && word[0] == '-' && word[1] == flag->letter)
			return word[2] == '\0' ? width : 1;
		if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, flag->name, len) != 0)
			continue;
		if (word[2 + len] == '\0')
			return width;
		if (word[2 + len] == '=')
			return 1;
	}
	return 0;
}

/*
 * "rollcall -n shop get svc", as people are used to from kubectl: the command comes to the front, and
 * the options behind it.
 */
static void
put_command_first(int argc, char **argv)
{
	int at = 1, width;

	while (at < argc && argv[at] == known_as(argv[at]) &&
	    (width = option_width(argv[at])) > 0)
		at += width;
	if (at <= 1 || at >= argc)
		return;
	char *command = argv[at];
	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = command;
}

int
command_main(int argc, char **argv)
{
	put_command_first(argc, argv);
	const char *name = argc > 1 ? known_as(argv[1]) : "";
	const char *closest;
	const struct command *command = command_find(name, &closest);

	if (command != NULL)
		return run_command(command, argc - 1, argv + 1);
	if (kind_find(name, &closest) != NULL)
		return run_as_get(argv, argc);
	return no_such_command(name);
}
