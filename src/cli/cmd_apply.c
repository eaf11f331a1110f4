/* cmd_apply.c - rollcall create and rollcall apply: send the objects of files. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/submit.h"

/* Who owns the fields that an apply states, in metadata.managedFields. */
#define MANAGER "fieldManager=rollcall"

struct apply_options {
	struct submit_options submit;
};

static const struct flag flags[] = {
	SUBMIT_FLAGS(struct apply_options, submit),
	{ .name = NULL },
};

static void
add_dry(struct strbuf *path, const struct submit_options *options)
{
	strbuf_addf(path, "?%s&fieldValidation=Strict%s", MANAGER,
	    submit_is_dry(options, "server") ? "&dryRun=All" : "");
}

static int
no_memory(struct cli *cli)
{
	cli_say(cli, "no memory");
	return EX_OSERR;
}

/* The name in a reply; what was asked for where it has none. */
static const char *
name_in(const json_t *reply, const char *asked)
{
	const char *name =
	    json_string_value(json_object_get(json_object_get(reply, "metadata"), "name"));

	return name != NULL ? name : asked;
}

/* "error when creating "FILE": ", as kubectl has it in front of the server's words. */
static int
create_one(struct cli *cli, const void *arg, const struct submission *submission)
{
	const struct submit_options *options = arg;
	struct strbuf path = STRBUF_INIT;
	json_t *reply = NULL;
	int code;

	if (submit_is_dry(options, "client"))
		return submit_say(cli, options, submission->kind, submission->name, "created",
		    submission->json);
	kind_path(&path, submission->kind, submission->namespace, NULL);
	add_dry(&path, options);
	cli->doing_file = submission->file;
	cli->doing = "creating";
	code = path.err != 0 ? no_memory(cli)
			     : cli_send(cli, "POST", path.text, submission->json, &reply);
	cli->doing_file = NULL;
	if (code == 0)
		code = submit_say(cli, options, submission->kind,
		    name_in(reply, submission->name), "created", reply);
	json_decref(reply);
	strbuf_release(&path);
	return code;
}

static int
create_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct submit_options *options = &((const struct apply_options *)arg)->submit;

	if (word_count > 0)
		return cli_usage(cli, "\"%s\": objects come from files: -f FILE", words[0]);
	if (options->files.count == 0)
		return cli_usage(cli, "which objects? -f FILE");
	return submit_each(cli, options, create_one, options);
}

/* What is there now in *object; NULL when nothing is.  Exit code 0, or why it is unknown. */
static int
object_now(struct cli *cli, const char *path, json_t **object)
{
	struct client *client = cli_client(cli);
	struct call call = CALL_INIT("GET", path);
	int code = 0;

	if (client == NULL)
		return EX_UNAVAILABLE;
	if (client_call(client, &call) != 0) {
		cli_say(cli, "%s", client_problem(client));
		code = EX_UNAVAILABLE;
	} else if (call.status >= 400 && call.status != 404) {
		code = cli_print_status(cli, call.status, call.reply.text);
	} else if (call.status < 400) {
		*object = json_loadb(call.reply.text, call.reply.len, 0, NULL);
	}
	call_release(&call);
	return code;
}

/*
 * Whether two states of an object say the same, but for who owns what and the version, which a
 * dry run does not count on.  Takes that off both.
 */
static bool
says_the_same(json_t *before, json_t *after)
{
	static const char *const keys[] = { "managedFields", "resourceVersion", "generation" };
	json_t *objects[] = { before, after };

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			(void)json_object_del(json_object_get(objects[i], "metadata"), keys[k]);
	return json_equal(before, after);
}

/* A server's apply; *reply is what the object is now. */
static int
send_apply(struct cli *cli, const struct submit_options *options, const char *base,
    const json_t *json, json_t **reply)
{
	struct strbuf path = STRBUF_INIT;
	int code;

	strbuf_add(&path, base);
	add_dry(&path, options);
	strbuf_add(&path, "&force=true");
	code = path.err != 0 ? no_memory(cli)
			     : cli_send(cli, "APPLY", path.text, json, reply);
	strbuf_release(&path);
	return code;
}

/* The server merges: what is left out of the file since the last apply goes. */
static int
apply_at(struct cli *cli, const struct submit_options *options,
    const struct submission *submission, const char *path)
{
	json_t *before = NULL, *after = NULL;
	json_t *shown = submission->json;
	const char *done = "configured";
	int code = object_now(cli, path, &before);

	if (code == 0 && !submit_is_dry(options, "client")) {
		code = send_apply(cli, options, path, submission->json, &after);
		shown = json_deep_copy(after);
	} else {
		json_incref(shown);
	}
	if (before == NULL)
		done = "created";
	else if (after != NULL && says_the_same(before, after))
		done = "unchanged";
	if (code == 0)
		code = submit_say(cli, options, submission->kind, submission->name, done, shown);
	json_decref(shown);
	json_decref(before);
	json_decref(after);
	return code;
}

static int
apply_one(struct cli *cli, const void *arg, const struct submission *submission)
{
	struct strbuf path = STRBUF_INIT;
	int code;

	if (*submission->name == '\0') {
		cli_say(cli, "%s: apply wants a name, not a generated one", submission->file);
		return EX_DATAERR;
	}
	kind_path(&path, submission->kind, submission->namespace, submission->name);
	code = path.err != 0 ? no_memory(cli) : apply_at(cli, arg, submission, path.text);
	strbuf_release(&path);
	return code;
}

static int
apply_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct submit_options *options = &((const struct apply_options *)arg)->submit;

	if (word_count > 0)
		return cli_usage(cli, "\"%s\": objects come from files: -f FILE", words[0]);
	if (options->files.count == 0)
		return cli_usage(cli, "which objects? -f FILE");
	return submit_each(cli, options, apply_one, options);
}

const struct command cmd_create = {
	.name = "create",
	.arguments = "-f FILE",
	.summary = "make the objects of files; they must not be there yet",
	.group = COMMAND_CHANGE,
	.detail = "The daemon keeps them in its state folder. Objects of its own manifests are "
	    "changed there and not through it.",
	.examples = "rollcall create -f service-test.yaml\ncat *.yaml | rollcall create -f -\n",
	.flags = flags,
	.options_size = sizeof(struct apply_options),
	.complete = COMPLETE_NOTHING,
	.run = create_main,
};

const struct command cmd_apply = {
	.name = "apply",
	.arguments = "-f FILE",
	.summary = "make objects what files say, whether they are there or not",
	.group = COMMAND_CHANGE,
	.detail = "Says of each object whether it was created, configured or unchanged. What a file "
	    "said at the last apply and says no more is taken away; what others set stays.",
	.examples = "rollcall apply -f web.yaml\nrollcall apply -f folder/ -R --dry-run=server\n",
	.flags = flags,
	.options_size = sizeof(struct apply_options),
	.complete = COMPLETE_NOTHING,
	.run = apply_main,
};
