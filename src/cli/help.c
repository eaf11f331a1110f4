/* help.c - what --help shows, made from the tables of commands and options. */
#include "cli/help.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/paint.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX 120

static size_t
width_of(FILE *out)
{
	size_t width = paint_width(fileno(out));

	if (width == 0)
		return WIDTH_DEFAULT;
	return width > WIDTH_MAX ? WIDTH_MAX : width;
}

const char *
help_group_title(int group)
{
	static const char *const titles[COMMAND_GROUPS] = {
		[COMMAND_LOOK] = "Look",
		[COMMAND_CHANGE] = "Change",
		[COMMAND_TRY] = "Try",
		[COMMAND_HOST] = "This host",
	};

	return titles[group];
}

void
help_print(FILE *out)
{
	const struct command *command;

	fputs("usage: rollcall COMMAND [OPTION]... [ARGUMENT]...\n", out);
	for (int group = 0; group < COMMAND_GROUPS; group++) {
		bool titled = false;

		for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
			if ((int)command->group != group)
				continue;
			if (!titled)
				fprintf(out, "\n%s:\n", help_group_title(group));
			titled = true;
			fprintf(out, "  %-12s %s\n", command->name, command->summary);
		}
	}
	fputs("\n\"rollcall COMMAND --help\" tells more.\n", out);
}

/* Text in paragraphs at the width. */
static void
print_paragraphs(const char *text, FILE *out, size_t width)
{
	size_t at = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " \n");

		if (at > 0 && at + 1 + len > width) {
			fputc('\n', out);
			at = 0;
		}
		if (at > 0)
			fputc(' ', out);
		(void)fwrite(text, 1, len, out);
		at += len + (at > 0 ? 1 : 0);
		text += len;
		if (*text == '\n') {
			fputc('\n', out);
			at = 0;
		}
		if (*text != '\0')
			text++;
	}
	fputc('\n', out);
}

static void
print_examples(const char *examples, FILE *out)
{
	fputs("\nExamples:\n", out);
	while (*examples != '\0') {
		size_t len = strcspn(examples, "\n");

		fprintf(out, "  %.*s\n", (int)len, examples);
		examples += len + (examples[len] == '\n' ? 1 : 0);
	}
}

void
help_print_command(const struct command *command, FILE *out)
{
	size_t width = width_of(out);

	fprintf(out, "usage: rollcall %s [OPTION]... %s\n\n", command->name, command->arguments);
	print_paragraphs(command->summary, out, width);
	if (command->detail != NULL) {
		fputc('\n', out);
		print_paragraphs(command->detail, out, width);
	}
	if (command->flags != NULL) {
		fputs("\nOptions:\n", out);
		flags_print(command->flags, out, width);
	}
	fputs("\nGlobal options:\n", out);
	flags_print(command->offline ? cli_flags_offline : cli_flags, out, width);
	if (command->examples != NULL)
		print_examples(command->examples, out);
}
