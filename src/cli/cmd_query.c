/* cmd_query.c - rollcall query: what the daemon answers a name with, and from what. */
#include <stdbool.h>
#include <string.h>

#include "cli/spoken.h"
#include "cli/command.h"

struct query_options {
	const char *output;
	bool dnssec;
	bool as_it_is;
};

static const struct flag flags[] = {
	{ .name = "dnssec", .kind = FLAG_TRUTH, .at = offsetof(struct query_options, dnssec),
	    .help = "ask for what proves the answer, too (DO)" },
	{ .name = "no-search", .kind = FLAG_TRUTH, .at = offsetof(struct query_options, as_it_is),
	    .help = "do not walk the search list of the namespace" },
	SPOKEN_OUTPUT(struct query_options, output),
	{ .name = NULL },
};

static int
query_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct query_options *options = arg;
	struct strbuf url = STRBUF_INIT;
	const char *rcode;
	json_t *answer;
	int status;

	if (word_count < 1 || word_count > 2)
		return cli_usage(cli, "which name, and which type?");
	strbuf_add(&url, "/rollcall/v1/query");
	spoken_query(&url, "name", words[0]);
	spoken_query(&url, "type", words[1]);
	spoken_query(&url, "search", options->as_it_is ? NULL : cli_namespace(cli));
	spoken_query(&url, "dnssec", options->dnssec ? "1" : NULL);
	status = spoken_get(cli, &url, options->output, &answer);
	if (status != 0)
		return status;
	rcode = json_string_value(json_object_get(answer, "rcode"));
	status = rcode != NULL && strcmp(rcode, "NOERROR") == 0 ? 0 : 1;
	json_decref(answer);
	return status;
}

const struct command cmd_query = {
	.name = "query",
	.arguments = "NAME [TYPE]",
	.summary = "show what the daemon answers, and from what",
	.group = COMMAND_LOOK,
	.detail = "Asks inside of the daemon, as a client on loopback would over TCP, and shows the "
	    "answer with its flags, errors and times, and where it came from: the index of the "
	    "cluster's own names, the cache, or somebody who was asked just now. Short names go "
	    "through the search list of the namespace, as in a Pod. Exits with 1 unless the answer is "
	    "NOERROR.",
	.examples = "rollcall query -n shop web\n"
	    "rollcall query _http._tcp.web.shop.svc.cluster.local SRV\n"
	    "rollcall query --no-search example.org AAAA\n",
	.flags = flags,
	.options_size = sizeof(struct query_options),
	.run = query_main,
};
