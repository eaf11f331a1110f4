/*
 * spoken.h - answers that the daemon gives with their text: shown as that, or as JSON.
 * Thread: main.
 */
#ifndef ROLLCALL_CLI_SPOKEN_H
#define ROLLCALL_CLI_SPOKEN_H
#include <jansson.h>

#include "base/strbuf.h"
#include "cli/cli.h"

/* "KEY=VALUE" at the end of a URL, escaped, behind ? or &; a NULL value adds nothing. */
void spoken_query(struct strbuf *url, const char *key, const char *value);

/*
 * GET the URL, which is released, and show its member "text", or all of it where `output` is "json".
 * The answer goes to *answer if that is not NULL (a new reference).  0 or an exit code.
 */
int spoken_get(struct cli *cli, struct strbuf *url, const char *output, json_t **answer);

/* Show it. */
void spoken_print(const struct cli *cli, const json_t *answer, const char *output);
/* Text of several lines, fit for a terminal; words that tell in from out are coloured. */
void spoken_print_text(const struct cli *cli, const char *text);

#define SPOKEN_OUTPUT(type, field) \
	CLI_FLAG_OUTPUT(type, field, "text|json", "how to show it: text (default) or json")
#endif
