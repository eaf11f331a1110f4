/* completion_zsh.c - completion for zsh, made from the tables. */
#include <string.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/completion.h"

static const char head[] =
    "#compdef rollcall\n"
    "# rollcall - completion for zsh; made by \"rollcall completion zsh\".\n"
    "\n"
    "_rollcall_names() {\n"
    "\tlocal -a found\n"
    "\tlocal namespace=${opt_args[-n]:-${opt_args[--namespace]}}\n"
    "\tfound=(${${(f)\"$(rollcall get $1 ${namespace:+-n} $namespace -o name 2>/dev/null)\"}##*/})\n"
    "\tcompadd -a found\n"
    "}\n"
    "_rollcall_namespaces() { _rollcall_names ns }\n"
    "_rollcall_services() { _rollcall_names svc }\n"
    "_rollcall_kinds() {\n"
    "\tlocal kind=${line[1]}\n"
    "\tif [[ $#line -gt 1 && -n $kind ]]; then\n"
    "\t\t_rollcall_names $kind\n"
    "\telif [[ $PREFIX == */* ]]; then\n"
    "\t\tcompset -P '*/'\n"
    "\t\t_rollcall_names ${IPREFIX%/}\n"
    "\telse\n"
    "\t\tcompadd pods services endpoints endpointslices namespaces ingresses events po svc ep ns ing ev\n"
    "\tfi\n"
    "}\n";

/* Text inside single quotes and inside [...] of _arguments. */
static void
print_quoted(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text) != NULL)
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static const char *
action_of(enum flag_complete what)
{
	switch (what) {
	case COMPLETE_NOTHING:
		return " ";
	case COMPLETE_FILES:
		return "_files";
	case COMPLETE_FOLDERS:
		return "_files -/";
	case COMPLETE_NAMESPACES:
		return "_rollcall_namespaces";
	case COMPLETE_KINDS:
		return "_rollcall_kinds";
	case COMPLETE_SERVICES:
		return "_rollcall_services";
	case COMPLETE_COMMANDS:
		return "_rollcall_commands";
	}
	return " ";
}

/* '(-n --namespace)'{-n,--namespace}'[help]:NAMESPACE:action' */
static void
print_flag(const struct flag *flag, FILE *out)
{
	bool value = flag->kind != FLAG_TRUTH, many = flag->kind == FLAG_TEXTS;

	fputs("\t\t", out);
	if (many)
		fputs("'*'", out);
	else if (flag->letter != '\0')
		fprintf(out, "'(-%c --%s)'", flag->letter, flag->name);
	if (flag->letter != '\0')
		fprintf(out, "{-%c,--%s%s}'[", flag->letter, flag->name, value ? "=" : "");
	else
		fprintf(out, "'--%s%s[", flag->name, value ? flag->bare != NULL ? "=-" : "=" : "");
	print_quoted(flag->help, out);
	fputc(']', out);
	if (value) {
		fprintf(out, "%s", flag->bare != NULL ? "::" : ":");
		print_quoted(flag->argument, out);
		fputc(':', out);
		if (flag->choices != NULL) {
			fputc('(', out);
			for (const char *at = flag->choices; *at != '\0'; at++)
				fputc(*at == '|' ? ' ' : *at, out);
			fputc(')', out);
		} else {
			fputs(action_of(flag->complete), out);
		}
	}
	fputs("' \\\n", out);
}

static void
print_flags(const struct flag *flags, FILE *out)
{
	for (const struct flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
		print_flag(flag, out);
}

static void
print_command(const struct command *command, FILE *out)
{
	fprintf(out, "\t%s)\n\t\t_arguments -s -S \\\n", command->name);
	print_flags(command->flags, out);
	print_flags(command->offline ? cli_flags_offline : cli_flags, out);
	if (strcmp(command->name, "completion") == 0)
		fputs("\t\t'*: :(bash zsh)'\n\t\t;;\n", out);
	else
		fprintf(out, "\t\t'*: :%s'\n\t\t;;\n", action_of(command->complete));
}

void
completion_zsh(FILE *out)
{
	const struct command *command;

	fputs(head, out);
	fputs("_rollcall_commands() {\n\tlocal -a commands=(\n", out);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		fprintf(out, "\t\t'%s:", command->name);
		print_quoted(command->summary, out);
		fputs("'\n", out);
	}
	fputs("\t)\n\t_describe command commands\n}\n\n"
	    "_rollcall() {\n"
	    "\tif (( CURRENT == 2 )); then\n\t\t_rollcall_commands\n\t\treturn\n\tfi\n"
	    "\tlocal command=$words[2]\n\tlocal -A opt_args\n\tlocal -a line\n"
	    "\tshift words\n\t(( CURRENT-- ))\n"
	    "\tcase $command in\n", out);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		print_command(command, out);
	fputs("\tesac\n}\n\n_rollcall \"$@\"\n", out);
}
