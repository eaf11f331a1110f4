/* manual.c - rollcall(1), made from the tables of commands and options. */
#include "cli/manual.h"

#include <stdbool.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/help.h"

static const char head[] =
    ".\\\" rollcall.1 - the manual page of the command line; made from its tables.\n"
    ".Dd November 22, 2026\n"
    ".Dt ROLLCALL 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm rollcall\n"
    ".Nd look into, and steer, rollcalld\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Ar COMMAND\n"
    ".Op Ar OPTION ...\n"
    ".Op Ar ARGUMENT ...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "asks\n"
    ".Xr rollcalld 8\n"
    "who is present, tells it what to change, and looks after its manifests.\n"
    "What kubectl does has kubectl's verbs, columns and words.\n"
    ".Pp\n"
    "Options may stand anywhere behind the command.\n"
    "A daemon is looked for at its Unix sockets,\n"
    ".Pa /run/rollcall/api.sock\n"
    "and\n"
    ".Pa rollcall/api.sock\n"
    "in\n"
    ".Ev XDG_RUNTIME_DIR ,\n"
    "and then at http://127.0.0.1:8053, where nothing can be changed.\n"
    "The sockets are for root and members of the group rollcall.\n";

static const char tail[] =
    ".Sh JSONPATH\n"
    "Of kubectl's templates these parts are understood: text outside braces, texts in quotes inside\n"
    "of them with \\en and \\et, paths of names, numbers, slices, unions, wildcards and recursive\n"
    "descent, filters that compare a path with a value or ask whether it is there, ranges, and dots\n"
    "in names behind a backslash.\n"
    "Not understood are regular expressions, && and || in filters, and slices that go backwards.\n"
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev ROLLCALL_SERVER\n"
    "Where the daemon is; as\n"
    ".Fl Fl server .\n"
    ".It Ev NO_COLOR\n"
    "If set and not empty, no colours.\n"
    ".It Ev XDG_RUNTIME_DIR\n"
    "Where the socket of a user's own daemon is.\n"
    ".El\n"
    ".Pp\n"
    "Proxies of the environment are not used.\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds -compact\n"
    ".It 0\n"
    "As asked.\n"
    ".It 1\n"
    "Not found, not ready, NXDOMAIN, or refused by the daemon.\n"
    ".It 64\n"
    "Wrong arguments.\n"
    ".It 65\n"
    "Errors in manifests or objects.\n"
    ".It 66\n"
    "A file that cannot be read.\n"
    ".It 69\n"
    "No daemon to ask, or it fails.\n"
    ".It 71\n"
    "The system refused something: memory.\n"
    ".It 73 , 74\n"
    "What was to be written could not be.\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr rollcall.yaml 5 ,\n"
    ".Xr rollcall-manifests 7 ,\n"
    ".Xr rollcalld 8\n";

void
manual_text(const char *text, FILE *out)
{
	bool begins = true;

	for (; *text != '\0'; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		begins = *text == '\n';
	}
}

/* A line of text, its sentences each on a line of its own. */
static void
print_sentences(const char *text, FILE *out)
{
	while (*text != '\0') {
		const char *end = strstr(text, ". ");
		size_t len = end != NULL ? (size_t)(end - text) + 1 : strlen(text);
		char line[1024];

		if (len >= sizeof(line))
			len = sizeof(line) - 1;
		memcpy(line, text, len);
		line[len] = '\0';
		manual_text(line, out);
		fputc('\n', out);
		text += len;
		text += strspn(text, " ");
	}
}

/* A macro's argument: quoted, so that nothing in it is taken for a macro or a delimiter. */
static void
print_argument(const char *text, FILE *out)
{
	fputs(" \"", out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputs("\\(dq", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void
print_flag(const struct flag *flag, FILE *out)
{
	fputs(".It", out);
	if (flag->letter != '\0')
		fprintf(out, " Fl %c ,", flag->letter);
	fprintf(out, " Fl Fl %s", flag->name);
	if (flag->argument != NULL && flag->bare != NULL) {
		fputs(" Ns Op Ns =", out);
		fputs(" Ns Ar", out);
		print_argument(flag->argument, out);
	} else if (flag->argument != NULL) {
		fputs(" Ar", out);
		print_argument(flag->argument, out);
	}
	fputc('\n', out);
	print_sentences(flag->help, out);
}

static void
print_flags(const struct flag *flags, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct flag *flag = flags; flag->name != NULL; flag++)
		print_flag(flag, out);
	fputs(".El\n", out);
}

static void
print_examples(const char *examples, FILE *out)
{
	fputs(".Bd -literal -offset indent\n", out);
	manual_text(examples, out);
	fputs(examples[strlen(examples) - 1] == '\n' ? ".Ed\n" : "\n.Ed\n", out);
}

static void
print_command(const struct command *command, FILE *out)
{
	fprintf(out, ".It Cm %s", command->name);
	if (*command->arguments != '\0') {
		fputs(" Ar", out);
		print_argument(command->arguments, out);
	}
	fputc('\n', out);
	print_sentences(command->summary, out);
	if (command->detail != NULL) {
		fputs(".Pp\n", out);
		print_sentences(command->detail, out);
	}
	if (command->flags != NULL)
		print_flags(command->flags, out);
	if (command->examples != NULL)
		print_examples(command->examples, out);
}

void
manual_print(FILE *out)
{
	const struct command *command;

	fputs(head, out);
	for (int group = 0; group < COMMAND_GROUPS; group++) {
		fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", help_group_title(group));
		for (size_t i = 0; (command = command_at(i)) != NULL; i++)
			if ((int)command->group == group)
				print_command(command, out);
		fputs(".El\n", out);
	}
	fputs(".Ss Options of all commands\n", out);
	fputs("Commands that ask no daemon have only the last two.\n", out);
	print_flags(cli_flags, out);
	fputs(tail, out);
}
