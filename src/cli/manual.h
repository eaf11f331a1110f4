/* manual.h - rollcall(1), made from the tables of commands and options.  Thread: any; pure. */
#ifndef ROLLCALL_CLI_MANUAL_H
#define ROLLCALL_CLI_MANUAL_H
#include <stdio.h>

/* The whole page, in mdoc(7). */
void manual_print(FILE *out);

/* Text as mdoc has it: backslashes, dashes of options and leading dots escaped. */
void manual_text(const char *text, FILE *out);
#endif
