/* help.h - what --help shows, made from the tables of commands and options. */
#ifndef ROLLCALL_CLI_HELP_H
#define ROLLCALL_CLI_HELP_H
#include <stdio.h>

struct command;

/* All commands under their headings. */
void help_print(FILE *out);

/* One command: usage, what it does, its options, the global ones, examples. */
void help_print_command(const struct command *command, FILE *out);

/* "Look", "Change" ... for enum command_group. */
const char *help_group_title(int group);
#endif
