/* cmd_why.c - rollcall why: who is in, who is out, what would change it. */
#include <stdbool.h>

#include "cli/spoken.h"
#include "cli/command.h"

struct why_options {
	const char *from;
	const char *output;
	bool ping;
};

static const struct flag flags[] = {
	{ .name = "from", .kind = FLAG_TEXT, .at = offsetof(struct why_options, from),
	    .argument = "WHERE", .choices = "inside|outside",
	    .help = "outside: which ways lead in to a Service, and by which ports" },
	{ .name = "ping", .kind = FLAG_TRUTH, .at = offsetof(struct why_options, ping),
	    .help = "say what a ping of its address means" },
	SPOKEN_OUTPUT(struct why_options, output),
	{ .name = NULL },
};

static int
why_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct why_options *options = arg;
	struct strbuf url = STRBUF_INIT;
	json_t *answer;
	int status;

	if (word_count != 1)
		return cli_usage(cli, "which name, Service, Pod or address?");
	strbuf_add(&url, "/rollcall/v1/why");
	spoken_query(&url, "name", words[0]);
	spoken_query(&url, "namespace", cli_namespace(cli));
	spoken_query(&url, "from", options->from);
	spoken_query(&url, "ping", options->ping ? "1" : NULL);
	status = spoken_get(cli, &url, options->output, &answer);
	if (status != 0)
		return status;
	status = json_is_true(json_object_get(answer, "ready")) ? 0 : 1;
	json_decref(answer);
	return status;
}

const struct command cmd_why = {
	.name = "why",
	.arguments = "NAME|svc/NAME|pod/NAME|ADDRESS[:PORT]",
	.summary = "say who is in, who is out, and what would change it",
	.group = COMMAND_LOOK,
	.detail = "Takes a name of the cluster, whole or short, a Service (web, svc/web, shop/web), a Pod "
	    "(pod/web-1), or an address of either, and says what is answered, which endpoints are in or "
	    "out and why, what each probe said last, when it asks next, and what would change the "
	    "verdict. What does not exist is explained. Exits with 1 where it is not ready or not there.",
	.examples = "rollcall why -n shop web\n"
	    "rollcall why web.shop.svc.cluster.local\n"
	    "rollcall why --from outside svc/web\n"
	    "rollcall why 10.0.0.7:8080\n",
	.flags = flags,
	.options_size = sizeof(struct why_options),
	.complete = COMPLETE_SERVICES,
	.run = why_main,
};
