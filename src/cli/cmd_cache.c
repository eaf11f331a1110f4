/* cmd_cache.c - rollcall cache: what is kept of what upstreams said. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/spoken.h"
#include "cli/command.h"

struct cache_options {
	const char *output;
	bool alone;
};

static const struct flag flags[] = {
	{ .name = "exact", .kind = FLAG_TRUTH, .at = offsetof(struct cache_options, alone),
	    .help = "flush this name alone, not what is below it" },
	SPOKEN_OUTPUT(struct cache_options, output),
	{ .name = NULL },
};

/* One page; *at is where the next one begins, "" at the end. */
static int
show_page(struct cli *cli, const char *part, const char *output, char at[32])
{
	struct strbuf url = STRBUF_INIT;
	const char *next;
	json_t *answer;
	int status;

	strbuf_add(&url, "/rollcall/v1/cache");
	spoken_query(&url, "name", part);
	spoken_query(&url, "at", *at != '\0' ? at : NULL);
	status = spoken_get(cli, &url, output, &answer);
	if (status != 0)
		return status;
	next = json_string_value(json_object_get(answer, "next"));
	snprintf(at, 32, "%s", next != NULL ? next : "");
	json_decref(answer);
	return 0;
}

static int
list(struct cli *cli, const char *part, const char *output)
{
	char at[32] = "";
	int status;

	do
		status = show_page(cli, part, output, at);
	while (status == 0 && *at != '\0');
	return status;
}

static int
stats(struct cli *cli, const char *output)
{
	json_t *answer = NULL;
	int status = cli_get(cli, "/rollcall/v1/cache?counts=1", &answer);

	if (status != 0)
		return status;
	if (output != NULL && strcmp(output, "json") == 0)
		spoken_print(cli, json_object_get(answer, "counts"), output);
	else
		spoken_print_text(cli, json_string_value(json_object_get(answer, "countsText")));
	json_decref(answer);
	return 0;
}

static int
flush(struct cli *cli, const char *name, const struct cache_options *options)
{
	json_t *wish = json_pack("{s:s, s:b}", "flush", name, "below", !options->alone);
	json_t *answer = NULL;
	int status;

	if (wish == NULL)
		return cli_usage(cli, "which name?");
	status = cli_send(cli, "POST", "/rollcall/v1/cache", wish, &answer);
	json_decref(wish);
	if (status == 0)
		spoken_print(cli, answer, options->output);
	json_decref(answer);
	return status;
}

static int
cache_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct cache_options *options = arg;
	const char *verb = word_count == 0 ? "list" : words[0];

	if (strcmp(verb, "list") == 0 && word_count <= 2)
		return list(cli, word_count == 2 ? words[1] : NULL, options->output);
	if (strcmp(verb, "stats") == 0 && word_count == 1)
		return stats(cli, options->output);
	if (strcmp(verb, "flush") == 0 && word_count == 2)
		return flush(cli, words[1], options);
	return cli_usage(cli, "say list, stats, or flush and a name or all");
}

const struct command cmd_cache = {
	.name = "cache",
	.arguments = "[list [PART]|stats|flush NAME|flush all]",
	.summary = "show or forget what upstreams said",
	.group = COMMAND_LOOK,
	.detail = "Lists what is kept of answers from elsewhere, with the time that each has left, or only "
	    "names with PART in them; counts hits and misses; or forgets a name with all below it, "
	    "which needs permission to write.",
	.examples = "rollcall cache\n"
	    "rollcall cache stats\n"
	    "rollcall cache flush example.org\n",
	.flags = flags,
	.options_size = sizeof(struct cache_options),
	.run = cache_main,
};
