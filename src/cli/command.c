/* command.c - find the command that was asked for and run it. */
#include "config.h"

#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"

static const struct command *const commands[] = {
	&cmd_lint,
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
print_usage(FILE *out)
{
	fputs("usage: rollcall COMMAND [ARGUMENT]...\n\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-8s %-42s %s\n", commands[i]->name, commands[i]->arguments,
		    commands[i]->summary);
	fprintf(out, "  %-8s %-42s %s\n", "help", "", "show this");
	fprintf(out, "  %-8s %-42s %s\n", "version", "", "show the version");
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

int
command_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const char *closest = NULL;
	const struct command *command;

	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_usage(stdout);
		return EX_OK;
	}
	if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
		puts("rollcall " PACKAGE_VERSION);
		return EX_OK;
	}
	command = command_find(name, &closest);
	if (command != NULL)
		return command->run(argc - 1, argv + 1);
	if (closest != NULL)
		fprintf(stderr, "rollcall: there is no command \"%s\"; did you mean \"%s\"?\n",
		    name, closest);
	else if (*name != '\0')
		fprintf(stderr, "rollcall: there is no command \"%s\"\n", name);
	print_usage(stderr);
	return EX_USAGE;
}
