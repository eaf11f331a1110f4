/* cmd_apply.c - rollcall create and rollcall apply: send the objects of files. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/submit.h"
#include "cli/three_way.h"

/* Who writes, for metadata.managedFields. */
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

/* Make it, or change what differs; *done says which.  *reply is what it is then, or NULL. */
static int
send_apply(struct cli *cli, const struct submit_options *options,
    const struct submission *submission, const json_t *live, const char **done, json_t **reply)
{
	struct strbuf path = STRBUF_INIT;
	json_t *patch = live != NULL ? three_way_patch(live, submission->json) : NULL;
	int code = 0;

	kind_path(&path, submission->kind, submission->namespace,
	    live != NULL ? submission->name : NULL);
	add_dry(&path, options);
	if (path.err != 0 || (live != NULL && patch == NULL)) {
		code = no_memory(cli);
	} else if (live == NULL) {
		*done = "created";
		if (!submit_is_dry(options, "client"))
			code = cli_send(cli, "POST", path.text, submission->json, reply);
	} else if (json_object_size(patch) == 0) {
		*done = "unchanged";
	} else {
		*done = "configured";
		if (!submit_is_dry(options, "client"))
			code = cli_send(cli, "PATCH", path.text, patch, reply);
	}
	json_decref(patch);
	strbuf_release(&path);
	return code;
}

static int
apply_at(struct cli *cli, const struct submit_options *options,
    const struct submission *submission, const char *path)
{
	json_t *live = NULL, *reply = NULL;
	const char *done = NULL;
	int code = object_now(cli, path, &live);

	if (code == 0 && three_way_note(submission->json) != 0)
		code = no_memory(cli);
	if (code == 0)
		code = send_apply(cli, options, submission, live, &done, &reply);
	if (code == 0)
		code = submit_say(cli, options, submission->kind, submission->name, done,
		    reply != NULL ? reply : live != NULL ? live : submission->json);
	json_decref(live);
	json_decref(reply);
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
