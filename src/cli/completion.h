/* completion.h - scripts for shells, made from the tables of commands and options.  Thread: any. */
#ifndef ROLLCALL_CLI_COMPLETION_H
#define ROLLCALL_CLI_COMPLETION_H
#include <stdio.h>

/* Kinds, namespaces and names are asked of the daemon when TAB is pressed. */
void completion_bash(FILE *out);
void completion_zsh(FILE *out);
#endif
