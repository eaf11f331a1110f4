/* cmd_describe.c - rollcall describe: all that is known of an object, in words. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/describe.h"
#include "cli/selection.h"
#include "cli/tabbed.h"

struct describe_options {
	bool all_namespaces;
	const char *selector;
	bool show_events;
};

static const struct flag flags[] = {
	CLI_FLAG_ALL(struct describe_options, all_namespaces),
	CLI_FLAG_SELECTOR(struct describe_options, selector),
	{ .name = "show-events", .kind = FLAG_TRUTH,
	  .at = offsetof(struct describe_options, show_events),
	  .help = "with the object's events (the default; --show-events=false)" },
	{ .name = NULL },
};

static const struct describe_options defaults = { .show_events = true };

static describe_fn *
describer_of(const struct kind *kind)
{
	static const struct {
		const char *kind;
		describe_fn *describe;
	} describers[] = {
		{ "Service", describe_service }, { "Pod", describe_pod },
		{ "Endpoints", describe_endpoints }, { "EndpointSlice", describe_slice },
		{ "Ingress", describe_ingress }, { "Namespace", describe_namespace },
	};

	for (size_t i = 0; i < sizeof(describers) / sizeof(describers[0]); i++)
		if (strcmp(kind->kind, describers[i].kind) == 0)
			return describers[i].describe;
	return NULL;
}

/* Two empty lines between objects, as kubectl. */
static int
print_one(struct cli *cli, const struct describe_options *options, const struct kind *kind,
    const json_t *object, size_t *printed)
{
	struct describe describe = {
		.cli = cli,
		.text = STRBUF_INIT,
		.object = object,
		.namespace = describe_find_text(object, "metadata.namespace", ""),
		.name = describe_find_text(object, "metadata.name", ""),
		.events = options->show_events,
	};
	struct strbuf set = STRBUF_INIT;
	int code = EX_OSERR;

	describer_of(kind)(&describe);
	if (describe.text.err == 0 && tabbed_set(&set, describe.text.text) == 0) {
		if ((*printed)++ > 0)
			fputs("\n\n", stdout);
		fputs(set.text, stdout);
		code = 0;
	} else {
		cli_say(cli, "no memory");
	}
	strbuf_release(&set);
	strbuf_release(&describe.text);
	return code;
}

static int
describe_target(struct cli *cli, const struct describe_options *options,
    const struct target *target, size_t *printed)
{
	struct strbuf path = STRBUF_INIT;
	json_t *reply = NULL;
	const json_t *items;
	int code;

	kind_path(&path, target->kind, options->all_namespaces ? NULL : cli_namespace(cli),
	    target->name);
	if (target->name == NULL && options->selector != NULL) {
		strbuf_add(&path, "?labelSelector=");
		client_escape(&path, options->selector);
	}
	code = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &reply);
	if (code == 0 && target->name != NULL)
		code = print_one(cli, options, target->kind, reply, printed);
	items = target->name == NULL ? json_object_get(reply, "items") : NULL;
	for (size_t i = 0; i < json_array_size(items) && code == 0; i++)
		code = print_one(cli, options, target->kind, json_array_get(items, i), printed);
	json_decref(reply);
	strbuf_release(&path);
	return code;
}

static int
describe_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct describe_options *options = arg;
	struct selection selection = { 0 };
	size_t printed = 0;
	int code = selection_read(cli, words, word_count, &selection);

	for (size_t i = 0; i < selection.count && code != EX_UNAVAILABLE; i++) {
		int one;

		if (describer_of(selection.items[i].kind) == NULL)
			one = cli_usage(cli, "%s describe themselves: rollcall events",
			    selection.items[i].kind->plural);
		else
			one = describe_target(cli, options, &selection.items[i], &printed);
		if (one != 0)
			code = one;
	}
	if (code == 0 && printed == 0)
		fputs("No resources found\n", stderr);
	selection_release(&selection);
	return code;
}

const struct command cmd_describe = {
	.name = "describe",
	.arguments = "TYPE [NAME]... | TYPE/NAME...",
	.summary = "show all that is known of objects",
	.group = COMMAND_LOOK,
	.detail = "In kubectl's layout; of Services and Pods also each probe with its last result, how "
	    "long that took, and when it runs next.",
	.examples = "rollcall describe svc web -n shop\nrollcall describe pod/web-1\n",
	.flags = flags,
	.options_size = sizeof(struct describe_options),
	.defaults = &defaults,
	.complete = COMPLETE_KINDS,
	.run = describe_main,
};
