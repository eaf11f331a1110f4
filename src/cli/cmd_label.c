/* cmd_label.c - rollcall label and rollcall annotate: set or remove them on objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/selection.h"

struct label_options {
	bool overwrite;
};

static const struct flag flags[] = {
	{ .name = "overwrite", .kind = FLAG_TRUTH, .at = offsetof(struct label_options, overwrite),
	  .help = "change those that have another value" },
	{ .name = NULL },
};

/* What label and annotate differ in. */
struct marking {
	const char *field;              /* of metadata */
	const char *set;                /* "labeled" */
	const char *removed;            /* "unlabeled" */
	const char *kept;               /* "not labeled" */
};

/* KEY=VALUE sets, KEY- removes. */
static bool
is_change(const char *word)
{
	size_t len = strlen(word);

	return strchr(word, '=') != NULL || (len > 1 && word[len - 1] == '-');
}

/* One word into {KEY: VALUE or null}; *sets: it is no removal. */
static int
add_change(struct cli *cli, const char *word, const json_t *now, bool overwrite, json_t *changes,
    bool *sets)
{
	const char *equals = strchr(word, '=');
	size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word) - 1;
	char *key = strndup(word, len);
	const char *value = key != NULL ? json_string_value(json_object_get(now, key)) : NULL;
	int failed = 0, code = 0;

	if (key == NULL)
		return EX_OSERR;
	if (equals != NULL && value != NULL && strcmp(value, equals + 1) != 0 && !overwrite) {
		cli_say(cli, "\"%s\" is \"%s\" already; --overwrite changes it", key, value);
		code = 1;
	} else if (equals != NULL && (value == NULL || strcmp(value, equals + 1) != 0)) {
		failed = json_object_set_new(changes, key, json_string(equals + 1));
		*sets = true;
	} else if (equals == NULL && value != NULL) {
		failed = json_object_set_new(changes, key, json_null());
	}
	free(key);
	return failed != 0 ? EX_OSERR : code;
}

static int
mark_object(struct cli *cli, const struct label_options *options, const struct marking *marking,
    const struct target *target, char **changes_said, size_t count)
{
	struct strbuf path = STRBUF_INIT;
	json_t *object = NULL, *changes = json_object(), *patch = NULL;
	const json_t *now;
	bool sets = false;
	int code = changes == NULL ? EX_OSERR : 0;

	kind_path(&path, target->kind, cli_namespace(cli), target->name);
	if (code == 0)
		code = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &object);
	now = json_object_get(json_object_get(object, "metadata"), marking->field);
	for (size_t i = 0; i < count && code == 0; i++)
		code = add_change(cli, changes_said[i], now, options->overwrite, changes, &sets);
	if (code == 0 && json_object_size(changes) > 0) {
		patch = json_pack("{s:{s:O}}", "metadata", marking->field, changes);
		code = patch == NULL ? EX_OSERR : cli_send(cli, "PATCH", path.text, patch, NULL);
	}
	if (code == 0)
		printf("%s/%s %s\n", target->kind->title, target->name, json_object_size(changes) == 0
		    ? marking->kept : sets ? marking->set : marking->removed);
	json_decref(patch);
	json_decref(changes);
	json_decref(object);
	strbuf_release(&path);
	return code;
}

static int
mark(struct cli *cli, const void *arg, char **words, size_t word_count,
    const struct marking *marking)
{
	struct selection selection = { 0 };
	size_t first = word_count;
	int code;

	while (first > 0 && is_change(words[first - 1]))
		first--;
	if (first == word_count)
		return cli_usage(cli, "what to change? KEY=VALUE sets, KEY- removes");
	code = selection_read(cli, words, first, &selection);
	for (size_t i = 0; i < selection.count && code == 0; i++) {
		if (selection.items[i].name == NULL)
			code = cli_usage(cli, "which %s?", selection.items[i].kind->plural);
		else
			code = mark_object(cli, arg, marking, &selection.items[i], words + first,
			    word_count - first);
	}
	selection_release(&selection);
	return code;
}

static int
label_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	return mark(cli, arg, words, word_count,
	    &(struct marking){ "labels", "labeled", "unlabeled", "not labeled" });
}

static int
annotate_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	return mark(cli, arg, words, word_count,
	    &(struct marking){ "annotations", "annotated", "annotated", "not annotated" });
}

const struct command cmd_label = {
	.name = "label",
	.arguments = "TYPE NAME... | TYPE/NAME... KEY=VALUE|KEY-...",
	.summary = "set or remove labels of objects",
	.group = COMMAND_CHANGE,
	.examples = "rollcall label pod web-1 tier=front\nrollcall label pod web-1 tier-\n",
	.flags = flags,
	.options_size = sizeof(struct label_options),
	.complete = COMPLETE_KINDS,
	.run = label_main,
};

const struct command cmd_annotate = {
	.name = "annotate",
	.arguments = "TYPE NAME... | TYPE/NAME... KEY=VALUE|KEY-...",
	.summary = "set or remove annotations of objects",
	.group = COMMAND_CHANGE,
	.examples = "rollcall annotate svc web rollcall/panic-threshold=50\n",
	.flags = flags,
	.options_size = sizeof(struct label_options),
	.complete = COMPLETE_KINDS,
	.run = annotate_main,
};
