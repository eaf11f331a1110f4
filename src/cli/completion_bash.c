/* completion_bash.c - completion for bash, made from the tables. */
#include <string.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/completion.h"

static const char head[] =
    "# rollcall - completion for bash; made by \"rollcall completion bash\".\n"
    "\n"
    "_rollcall_ask() {\n"
    "\t\"${COMP_WORDS[0]}\" get \"$@\" -o name 2>/dev/null |\n"
    "\t\tsed -n 's|.*/||; /^[A-Za-z0-9._-]*$/p' # compgen -W would run $(words)\n"
    "}\n\n";

static const char tail[] =
    "# What may stand here, as words.\n"
    "_rollcall_offer() {\n"
    "\tlocal kind=\n"
    "\tcase $1 in\n"
    "\tnamespaces) _rollcall_ask ns ;;\n"
    "\tservices) _rollcall_ask svc ${namespace:+-n \"$namespace\"} ;;\n"
    "\tkinds)\n"
    "\t\tkind=${words[0]-}\n"
    "\t\tif [ -z \"$kind\" ] && [[ $current == */* ]]; then\n"
    "\t\t\t_rollcall_ask \"${current%%/*}\" ${namespace:+-n \"$namespace\"} |\n"
    "\t\t\t\tsed \"s|^|${current%%/*}/|\"\n"
    "\t\telif [ -z \"$kind\" ]; then\n"
    "\t\t\techo pods services endpoints endpointslices namespaces ingresses events po svc ep ns ing ev\n"
    "\t\telse\n"
    "\t\t\t_rollcall_ask \"$kind\" ${namespace:+-n \"$namespace\"}\n"
    "\t\tfi\n"
    "\t\t;;\n"
    "\twords:*) echo \"${1#words:}\" ;;\n"
    "\tesac\n"
    "}\n"
    "\n"
    "_rollcall() {\n"
    "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "\tlocal command=${COMP_WORDS[1]-} namespace= what i\n"
    "\tlocal -a words=()\n"
    "\tCOMPREPLY=()\n"
    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$_rollcall_commands\" -- \"$current\")\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
    "\t\tcase ${COMP_WORDS[i]} in\n"
    "\t\t-n | --namespace) namespace=${COMP_WORDS[i + 1]-} ;;\n"
    "\t\tesac\n"
    "\t\tif [ -n \"$(_rollcall_value \"$command\" \"${COMP_WORDS[i]}\")\" ]; then\n"
    "\t\t\ti=$((i + 1))\n"
    "\t\telif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
    "\t\t\twords+=(\"${COMP_WORDS[i]}\")\n"
    "\t\tfi\n"
    "\tdone\n"
    "\tif [ \"$before\" = = ]; then\n"
    "\t\tbefore=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "\telif [ \"$current\" = = ]; then\n"
    "\t\tcurrent=\n"
    "\tfi\n"
    "\twhat=$(_rollcall_value \"$command\" \"$before\")\n"
    "\tif [ -z \"$what\" ] && [[ $current == -* ]]; then\n"
    "\t\twhat=words:$(_rollcall_options \"$command\")\n"
    "\telif [ -z \"$what\" ]; then\n"
    "\t\twhat=$(_rollcall_words \"$command\")\n"
    "\tfi\n"
    "\tcase $what in\n"
    "\tfiles) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
    "\tfolders) mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
    "\t*) mapfile -t COMPREPLY < <(compgen -W \"$(_rollcall_offer \"$what\")\" -- \"$current\") ;;\n"
    "\tesac\n"
    "}\n"
    "complete -o filenames -F _rollcall rollcall\n";

static void
print_commands(FILE *out)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", command->name);
}

/* The word that _rollcall_offer and the end of _rollcall take. */
static void
print_what(enum flag_complete what, FILE *out)
{
	switch (what) {
	case COMPLETE_NOTHING:
		fputs("any", out);
		return;
	case COMPLETE_FILES:
		fputs("files", out);
		return;
	case COMPLETE_FOLDERS:
		fputs("folders", out);
		return;
	case COMPLETE_NAMESPACES:
		fputs("namespaces", out);
		return;
	case COMPLETE_KINDS:
		fputs("kinds", out);
		return;
	case COMPLETE_SERVICES:
		fputs("services", out);
		return;
	case COMPLETE_COMMANDS:
		fputs("'words:", out);
		print_commands(out);
		fputs("'", out);
		return;
	}
}

static const struct flag *
tables_of(const struct command *command, size_t i)
{
	if (i == 1)
		return command->offline ? cli_flags_offline : cli_flags;
	return command->flags;
}

static void
print_options(const struct command *command, FILE *out)
{
	fprintf(out, "\t%s) echo \"", command->name);
	for (size_t i = 0; i < 2; i++)
		for (const struct flag *flag = tables_of(command, i);
		    flag != NULL && flag->name != NULL; flag++) {
			fprintf(out, "--%s ", flag->name);
			if (flag->letter != '\0')
				fprintf(out, "-%c ", flag->letter);
		}
	fputs("\" ;;\n", out);
}

/* What an option's value is; those that take none are not there. */
static void
print_values(const struct command *command, FILE *out)
{
	for (size_t i = 0; i < 2; i++)
		for (const struct flag *flag = tables_of(command, i);
		    flag != NULL && flag->name != NULL; flag++) {
			if (flag->kind == FLAG_TRUTH)
				continue;
			fprintf(out, "\t%s:--%s", command->name, flag->name);
			if (flag->letter != '\0')
				fprintf(out, " | %s:-%c", command->name, flag->letter);
			fputs(") echo ", out);
			if (flag->choices != NULL) {
				fputs("'words:", out);
				for (const char *at = flag->choices; *at != '\0'; at++)
					fputc(*at == '|' ? ' ' : *at, out);
				fputs("'", out);
			} else {
				print_what(flag->complete, out);
			}
			fputs(" ;;\n", out);
		}
}

void
completion_bash(FILE *out)
{
	const struct command *command;

	fputs(head, out);
	fputs("_rollcall_commands=\"", out);
	print_commands(out);
	fputs("\"\n\n_rollcall_options() {\n\tcase $1 in\n", out);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		print_options(command, out);
	fputs("\tesac\n}\n\n_rollcall_value() {\n\tcase $1:$2 in\n", out);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		print_values(command, out);
	fputs("\tesac\n}\n\n_rollcall_words() {\n\tcase $1 in\n", out);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		fprintf(out, "\t%s) echo ", command->name);
		if (strcmp(command->name, "completion") == 0)
			fputs("'words:bash zsh'", out);
		else
			print_what(command->complete, out);
		fputs(" ;;\n", out);
	}
	fputs("\tesac\n}\n\n", out);
	fputs(tail, out);
}
