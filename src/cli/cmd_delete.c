/* cmd_delete.c - rollcall delete: remove objects that were written through the API. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "cli/submit.h"

struct delete_options {
	struct submit_options submit;
	const char *selector;
	bool all;
	bool all_namespaces;
	bool ignore_not_found;
};

static const struct flag flags[] = {
	SUBMIT_FLAGS(struct delete_options, submit),
	CLI_FLAG_SELECTOR(struct delete_options, selector),
	CLI_FLAG_ALL(struct delete_options, all_namespaces),
	{ .name = "all", .kind = FLAG_TRUTH, .at = offsetof(struct delete_options, all),
	  .help = "all objects of the kind, in the namespace" },
	{ .name = "ignore-not-found", .kind = FLAG_TRUTH,
	  .at = offsetof(struct delete_options, ignore_not_found),
	  .help = "what is not there is no error" },
	{ .name = NULL },
};

static void
say_deleted(const struct delete_options *options, const struct kind *kind, const char *name)
{
	const char *dry = submit_is_dry(&options->submit, "client") ? " (dry run)"
	    : submit_is_dry(&options->submit, "server") ? " (server dry run)" : "";

	if (options->submit.output != NULL)
		printf("%s/%s\n", kind->title, name);
	else
		printf("%s \"%s\" deleted%s\n", kind->title, name, dry);
}

static int
send_delete(struct cli *cli, const struct delete_options *options, const char *path)
{
	struct call call = CALL_INIT("DELETE", path);
	struct client *client = cli_client(cli);
	int code;

	if (client == NULL)
		return EX_UNAVAILABLE;
	if (!options->ignore_not_found) {
		code = cli_call(cli, &call);
	} else if (client_call(client, &call) != 0) {
		cli_say(cli, "%s", client_problem(client));
		code = EX_UNAVAILABLE;
	} else if (call.status == 404) {
		code = -1;
	} else {
		code = call.status < 400 ? 0 : cli_print_status(cli, call.status, call.reply.text);
	}
	call_release(&call);
	return code;
}

static int
delete_one(struct cli *cli, const struct delete_options *options, const struct kind *kind,
    const char *namespace, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	int code = 0;

	kind_path(&path, kind, namespace, name);
	if (submit_is_dry(&options->submit, "server"))
		strbuf_add(&path, "?dryRun=All");
	if (path.err != 0)
		code = EX_OSERR;
	else if (!submit_is_dry(&options->submit, "client"))
		code = send_delete(cli, options, path.text);
	if (code == 0)
		say_deleted(options, kind, name);
	strbuf_release(&path);
	return code < 0 ? 0 : code;     /* -1: it was not there, and that is fine */
}

static int
delete_submitted(struct cli *cli, const void *arg, const struct submission *submission)
{
	/* Without a name the path would be that of all there are. */
	if (*submission->name == '\0') {
		cli_say(cli, "%s: delete wants a name, not a generated one", submission->file);
		return EX_DATAERR;
	}
	return delete_one(cli, arg, submission->kind, submission->namespace, submission->name);
}

/* All of a kind, or those that the selector takes. */
static int
delete_many(struct cli *cli, const struct delete_options *options, const struct kind *kind)
{
	struct strbuf path = STRBUF_INIT;
	json_t *list = NULL, *items;
	int code;

	kind_path(&path, kind, options->all_namespaces ? NULL : cli_namespace(cli), NULL);
	if (options->selector != NULL) {
		strbuf_add(&path, "?labelSelector=");
		client_escape(&path, options->selector);
	}
	code = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &list);
	items = json_object_get(list, "items");
	if (code == 0 && json_array_size(items) == 0)
		fputs("No resources found\n", stderr);
	for (size_t i = 0; i < json_array_size(items) && code != EX_UNAVAILABLE; i++) {
		const json_t *metadata = json_object_get(json_array_get(items, i), "metadata");
		const char *namespace = json_string_value(json_object_get(metadata, "namespace"));
		const char *name = json_string_value(json_object_get(metadata, "name"));
		int one = name == NULL ? 0 : delete_one(cli, options, kind, namespace, name);

		if (one != 0)
			code = one;
	}
	json_decref(list);
	strbuf_release(&path);
	return code;
}

static int
delete_selected(struct cli *cli, const struct delete_options *options,
    const struct selection *selection)
{
	bool many = options->all || options->selector != NULL;
	int code = 0;

	for (size_t i = 0; i < selection->count && code != EX_UNAVAILABLE; i++) {
		const struct target *target = &selection->items[i];
		int one;

		if (target->name == NULL && !many)
			return cli_usage(cli, "which %s? a name, -l or --all", target->kind->plural);
		if (target->name != NULL && many)
			return cli_usage(cli, "names do not go together with -l and --all");
		one = target->name == NULL ? delete_many(cli, options, target->kind)
		    : delete_one(cli, options, target->kind, cli_namespace(cli), target->name);
		if (one != 0)
			code = one;
	}
	return code;
}

static int
delete_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct delete_options *options = arg;
	struct selection selection = { 0 };
	int code;

	if (options->submit.files.count > 0 && word_count > 0)
		return cli_usage(cli, "-f does not go together with \"%s\"", words[0]);
	if (options->submit.files.count > 0)
		return submit_each(cli, &options->submit, delete_submitted, options);
	code = selection_read(cli, words, word_count, &selection);
	if (code == 0)
		code = delete_selected(cli, options, &selection);
	selection_release(&selection);
	return code;
}

const struct command cmd_delete = {
	.name = "delete",
	.arguments = "TYPE NAME... | TYPE/NAME... | TYPE -l SELECTOR | TYPE --all | -f FILE",
	.summary = "remove objects",
	.group = COMMAND_CHANGE,
	.detail = "Only what was written through the API can be removed through it; objects of "
	    "manifests are removed from their files.",
	.examples = "rollcall delete svc web -n shop\nrollcall delete -f web.yaml\n",
	.flags = flags,
	.options_size = sizeof(struct delete_options),
	.complete = COMPLETE_KINDS,
	.run = delete_main,
};
