/* submit.c - what create, apply and delete share: objects of files, sent one by one. */
#include "cli/submit.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/emit_yaml.h"

bool
submit_is_dry(const struct submit_options *options, const char *how)
{
	return options->dry_run != NULL && strcmp(options->dry_run, how) == 0;
}

static int
print_object(struct cli *cli, const char *output, const json_t *object)
{
	struct strbuf text = STRBUF_INIT;
	bool yaml = strcmp(output, "yaml") == 0;
	int err = yaml ? emit_yaml(&text, object) : emit_json(&text, object);

	if (err != 0)
		cli_say(cli, "no memory");
	else
		fputs(text.text, stdout);
	strbuf_release(&text);
	return err == 0 ? 0 : EX_OSERR;
}

int
submit_say(struct cli *cli, const struct submit_options *options, const struct kind *kind,
    const char *name, const char *done, const json_t *object)
{
	const char *dry = submit_is_dry(options, "client") ? " (dry run)"
	    : submit_is_dry(options, "server") ? " (server dry run)" : "";

	if (options->output == NULL)
		printf("%s/%s %s%s\n", kind->title, name, done, dry);
	else if (strcmp(options->output, "name") == 0)
		printf("%s/%s\n", kind->title, name);
	else
		return print_object(cli, options->output, object);
	return 0;
}

static const char *
text_of(const json_t *map, const char *key)
{
	const char *text = json_string_value(json_object_get(map, key));

	return text != NULL ? text : "";
}

/* kubectl's rule: what the object says must be what -n says. */
static int
choose_namespace(struct cli *cli, const struct manifest_object *object,
    struct submission *submission)
{
	json_t *metadata = json_object_get(object->json, "metadata");

	submission->namespace = text_of(metadata, "namespace");
	if (!submission->kind->namespaced)
		return 0;
	if (*submission->namespace == '\0') {
		if (json_object_set_new(metadata, "namespace", json_string(cli_namespace(cli))) != 0)
			return EX_OSERR;
		submission->namespace = cli_namespace(cli);
		return 0;
	}
	if (cli->namespace == NULL || strcmp(cli->namespace, submission->namespace) == 0)
		return 0;
	cli_say(cli, "%s:%u: the object's namespace is \"%s\", not \"%s\": say -n %s", object->file,
	    object->line, submission->namespace, cli->namespace, submission->namespace);
	return EX_USAGE;
}

static int
submit_one(struct cli *cli, const struct manifest_object *object, submit_fn *submit,
    const void *arg)
{
	const char *version = text_of(object->json, "apiVersion");
	const char *kind = text_of(object->json, "kind");
	struct submission submission = { .kind = kind_of_manifest(version, kind) };
	int code;

	if (submission.kind == NULL) {
		cli_say(cli, "%s:%u: there is no kind \"%s\" in version \"%s\" here", object->file,
		    object->line, kind, version);
		return EX_DATAERR;
	}
	if (!json_is_object(json_object_get(object->json, "metadata"))) {
		cli_say(cli, "%s:%u: a %s without metadata", object->file, object->line, kind);
		return EX_DATAERR;
	}
	code = choose_namespace(cli, object, &submission);
	if (code != 0)
		return code;
	submission.name = text_of(json_object_get(object->json, "metadata"), "name");
	if (*submission.name != '\0' && kind_name_fault(submission.name) != NULL) {
		cli_say(cli, "%s:%u: a name %s", object->file, object->line,
		    kind_name_fault(submission.name));
		return EX_DATAERR;
	}
	submission.json = object->json;
	submission.file = object->file;
	return submit(cli, arg, &submission);
}

static int
read_files(struct cli *cli, const struct submit_options *options, struct manifest_objects *objects)
{
	struct diag *diag = diag_new();
	int err = diag == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; i < options->files.count && err == 0; i++)
		err = manifest_json_read(options->files.items[i], options->recursive, objects, diag);
	if (diag != NULL)
		diag_print(diag, SEVERITY_WARNING, stderr);
	diag_free(diag);
	if (err == ERR_NOMEM)
		cli_say(cli, "no memory");
	if (err == 0 && objects->count == 0) {
		cli_say(cli, "no objects in what was given");
		return EX_DATAERR;
	}
	return err == 0 ? 0 : err == ERR_NOMEM ? EX_OSERR : err == ERR_SYSTEM ? EX_NOINPUT
	    : EX_DATAERR;
}

int
submit_each(struct cli *cli, const struct submit_options *options, submit_fn *submit,
    const void *arg)
{
	struct manifest_objects objects = { 0 };
	int code = read_files(cli, options, &objects);

	for (size_t i = 0; i < objects.count && code != EX_NOINPUT && code != EX_UNAVAILABLE; i++) {
		int one = submit_one(cli, &objects.items[i], submit, arg);

		if (one != 0 && (code == 0 || one == EX_UNAVAILABLE))
			code = one;
	}
	manifest_objects_release(&objects);
	return code;
}
