/* cmd_drain.c - rollcall drain and undrain: take an endpoint out, and back in. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/addr.h"
#include "base/text.h"
#include "cli/spoken.h"
#include "cli/command.h"

struct drain_options {
	const char *reason;
	const char *output;
};

static const struct flag drain_flags[] = {
	{ .name = "reason", .kind = FLAG_TEXT, .at = offsetof(struct drain_options, reason),
	    .argument = "TEXT", .help = "why, for those who ask later" },
	SPOKEN_OUTPUT(struct drain_options, output),
	{ .name = NULL },
};

/* The rest behind "pod/" or "svc/" and their kind; NULL: it begins otherwise. */
static const char *
behind(const char *word, const char *const *kinds)
{
	const char *slash = strchr(word, '/');

	for (; slash != NULL && *kinds != NULL; kinds++)
		if (strlen(*kinds) == (size_t)(slash - word) &&
		    memcmp(*kinds, word, (size_t)(slash - word)) == 0)
			return slash + 1;
	return NULL;
}

/* What is meant, as the daemon wants it; NULL: nothing that could be. */
static json_t *
wish_of(const struct cli *cli, char **words, size_t word_count)
{
	static const char *const pods[] = { "pod", "pods", "po", NULL };
	static const char *const services[] = { "svc", "service", "services", "ep", "endpoints", NULL };
	const char *pod = behind(words[0], pods);
	const char *service = behind(words[0], services);
	struct addr_port where;
	struct addr addr;
	char text[ADDR_TEXT_SIZE];

	if (pod != NULL && word_count == 1)
		return json_pack("{s:s, s:s}", "namespace", cli_namespace(cli), "pod", pod);
	if (service == NULL || word_count != 2)
		return NULL;
	if (addr_parse(words[1], &addr) != 0) {
		if (addr_port_parse(words[1], &where) != 0)
			return NULL;
		addr = where.addr;
	}
	return json_pack("{s:s, s:s, s:s}", "namespace", cli_namespace(cli), "service", service,
	    "address", addr_text(&addr, text));
}

static int
change(struct cli *cli, const struct drain_options *options, bool drained, char **words,
    size_t word_count)
{
	json_t *answer = NULL;
	json_t *wish;
	int status;

	wish = word_count == 0 ? NULL : wish_of(cli, words, word_count);
	if (wish == NULL)
		return cli_usage(cli, "say pod/NAME, or svc/NAME and the ADDRESS of an endpoint of it");
	(void)json_object_set_new(wish, "drained", json_boolean(drained));
	if (options->reason != NULL)
		(void)json_object_set_new(wish, "reason", json_string(options->reason));
	status = cli_send(cli, "POST", "/rollcall/v1/drain", wish, &answer);
	json_decref(wish);
	if (status == 0)
		spoken_print(cli, answer, options->output);
	json_decref(answer);
	return status;
}

/* A text of an item; what somebody typed as a reason must not rule a terminal. */
static void
put_text(const json_t *item, const char *key, const char *before)
{
	const char *text = json_string_value(json_object_get(item, key));
	char shown[4096];

	if (text == NULL)
		return;
	(void)text_escape(shown, sizeof(shown), text, strlen(text));
	printf("%s%s", before, shown);
}

static int
list(struct cli *cli, const char *output)
{
	json_t *answer = NULL, *drained, *item;
	size_t i;
	int status = cli_get(cli, "/rollcall/v1/drain", &answer);

	if (status != 0)
		return status;
	drained = json_object_get(answer, "drained");
	if (output != NULL && strcmp(output, "json") == 0) {
		spoken_print(cli, answer, output);
	} else if (json_array_size(drained) == 0) {
		puts("nothing is drained");
	} else {
		json_array_foreach(drained, i, item) {
			put_text(item, "namespace", "");
			put_text(item, "pod", "  pod/");
			put_text(item, "service", "  svc/");
			put_text(item, "address", "  ");
			put_text(item, "reason", "  ");
			putchar('\n');
		}
	}
	json_decref(answer);
	return 0;
}

static int
drain_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct drain_options *options = arg;

	if (word_count == 0)
		return list(cli, options->output);
	return change(cli, options, true, words, word_count);
}

static int
undrain_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	return change(cli, arg, false, words, word_count);
}

const struct command cmd_drain = {
	.name = "drain",
	.arguments = "[pod/NAME|svc/NAME ADDRESS]",
	.summary = "take an endpoint out; without words: list what is out",
	.group = COMMAND_CHANGE,
	.detail = "A Pod, or one address of one Service, is answered nowhere from now on, whatever its "
	    "probes say, neither by publishNotReadyAddresses nor in a panic; it is probed on. That "
	    "holds over reloads and restarts, until `rollcall undrain`. Connections that are there are "
	    "not cut. Needs permission to write.",
	.examples = "rollcall drain -n shop pod/web-1 --reason 'new disk'\n"
	    "rollcall drain -n shop svc/db 10.0.0.7\n"
	    "rollcall drain\n",
	.flags = drain_flags,
	.options_size = sizeof(struct drain_options),
	.run = drain_main,
};

const struct command cmd_undrain = {
	.name = "undrain",
	.arguments = "pod/NAME|svc/NAME ADDRESS",
	.summary = "let an endpoint in again, as its probes say",
	.group = COMMAND_CHANGE,
	.detail = "Takes back what `rollcall drain` did.",
	.examples = "rollcall undrain -n shop pod/web-1\n",
	.flags = drain_flags,
	.options_size = sizeof(struct drain_options),
	.run = undrain_main,
};
