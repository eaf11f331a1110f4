/* describe.c - what the describers of the kinds share: labels, annotations, events. */
#include "cli/describe.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/age.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/cli.h"

#define ANNOTATION_MAX 140      /* kubectl: longer ones get lines of their own */
#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define TEXT_MAX 4096

const json_t *
describe_find(const json_t *object, const char *path)
{
	while (object != NULL) {
		char key[64];
		size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		object = json_object_get(object, key);
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
	return object;
}

const char *
describe_find_text(const json_t *object, const char *path, const char *other)
{
	const char *text = json_string_value(describe_find(object, path));

	return text != NULL ? text : other;
}

void
describe_add(struct strbuf *out, const char *text)
{
	char shown[TEXT_MAX];

	(void)text_escape(shown, sizeof(shown), text, strlen(text));
	strbuf_add(out, shown);
}

void
describe_text(struct describe *describe, const char *head, const char *text)
{
	strbuf_addf(&describe->text, "%s\t", head);
	describe_add(&describe->text, text);
	strbuf_add(&describe->text, "\n");
}

void
describe_list(struct describe *describe, const char *head, const json_t *list, const char *comma,
    const char *none)
{
	strbuf_addf(&describe->text, "%s\t", head);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		strbuf_add(&describe->text, i > 0 ? comma : "");
		describe_add(&describe->text, text != NULL ? text : "");
	}
	strbuf_addf(&describe->text, "%s\n", json_array_size(list) == 0 ? none : "");
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of a map in order, without kubectl's own annotation; the caller frees them. */
static const char **
sorted_keys(const json_t *map, size_t *count)
{
	json_t *mine = (json_t *)(uintptr_t)map;
	const char **keys = calloc(json_object_size(map) + 1, sizeof(*keys));

	*count = 0;
	for (void *at = json_object_iter(mine); at != NULL && keys != NULL;
	    at = json_object_iter_next(mine, at))
		if (strcmp(json_object_iter_key(at), LAST_APPLIED) != 0)
			keys[(*count)++] = json_object_iter_key(at);
	if (keys != NULL)
		qsort(keys, *count, sizeof(*keys), compare_keys);
	return keys;
}

void
describe_labels(struct describe *describe, const char *head, const json_t *labels)
{
	size_t count;
	const char **keys = sorted_keys(labels, &count);

	strbuf_addf(&describe->text, "%s\t%s", head, count == 0 ? "<none>\n" : "");
	for (size_t i = 0; i < count; i++) {
		const char *value = json_string_value(json_object_get(labels, keys[i]));

		strbuf_add(&describe->text, i > 0 ? "\t" : "");
		describe_add(&describe->text, keys[i]);
		strbuf_add(&describe->text, "=");
		describe_add(&describe->text, value != NULL ? value : "");
		strbuf_add(&describe->text, "\n");
	}
	free(keys);
}

void
describe_selector(struct describe *describe, const char *head, const json_t *map,
    const char *none)
{
	size_t count;
	const char **keys = sorted_keys(map, &count);

	strbuf_addf(&describe->text, "%s\t%s", head, count == 0 ? none : "");
	for (size_t i = 0; i < count; i++) {
		const char *value = json_string_value(json_object_get(map, keys[i]));

		strbuf_add(&describe->text, i > 0 ? "," : "");
		describe_add(&describe->text, keys[i]);
		strbuf_add(&describe->text, "=");
		describe_add(&describe->text, value != NULL ? value : "");
	}
	strbuf_add(&describe->text, "\n");
	free(keys);
}

/* A value that is long or has lines: each on a line of its own, shortened. */
static void
add_lines(struct strbuf *out, const char *value)
{
	for (;;) {
		size_t len = strcspn(value, "\n");
		char line[ANNOTATION_MAX + 4];
		size_t room = ANNOTATION_MAX - 2;

		if (len > room)
			(void)snprintf(line, sizeof(line), "%.*s...", (int)(room - 3), value);
		else
			(void)snprintf(line, sizeof(line), "%.*s", (int)len, value);
		strbuf_add(out, "\t  ");
		describe_add(out, line);
		strbuf_add(out, "\n");
		value += len;
		if (*value == '\0' || value[1] == '\0')
			return;
		value++;
	}
}

static void
add_first_line(struct strbuf *out, const char *text)
{
	char shown[TEXT_MAX];

	(void)text_escape(shown, sizeof(shown), text, strcspn(text, "\n"));
	strbuf_add(out, shown);
}

void
describe_annotations(struct describe *describe)
{
	const json_t *map = describe_find(describe->object, "metadata.annotations");
	size_t count;
	const char **keys = sorted_keys(map, &count);
	struct strbuf *out = &describe->text;

	strbuf_addf(out, "Annotations:\t%s", count == 0 ? "<none>\n" : "");
	for (size_t i = 0; i < count; i++) {
		const char *value = json_string_value(json_object_get(map, keys[i]));
		size_t len = strlen(value != NULL ? value : (value = ""));
		const char *end = strchr(value, '\n');

		strbuf_add(out, i > 0 ? "\t" : "");
		describe_add(out, keys[i]);
		if (strlen(keys[i]) + len + 2 > ANNOTATION_MAX || (end != NULL && end[1] != '\0')) {
			strbuf_add(out, ":\n");
			add_lines(out, value);
			continue;
		}
		strbuf_add(out, ": ");
		add_first_line(out, value);
		strbuf_add(out, "\n");
	}
	free(keys);
}

json_t *
describe_fetch(struct describe *describe, const char *path)
{
	struct call call = CALL_INIT("GET", path);
	struct client *client = cli_client(describe->cli);
	json_t *reply = NULL;

	if (client != NULL && client_call(client, &call) == 0 && call.status < 400)
		reply = json_loadb(call.reply.text, call.reply.len, 0, NULL);
	call_release(&call);
	return reply;
}

void
describe_time(struct describe *describe, const char *head, const char *time)
{
	char text[64];
	int64_t unix_s;
	time_t when;
	struct tm parts;

	if (time == NULL || !age_parse(time, &unix_s))
		return;
	when = (time_t)unix_s;
	if (localtime_r(&when, &parts) == NULL ||
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S %z", &parts) == 0)
		return;
	describe_text(describe, head, text);
}

/* "4s", or "4s (x3 over 5m)". */
static void
add_age(struct strbuf *out, const json_t *event)
{
	const char *first = describe_find_text(event, "firstTimestamp",
	    describe_find_text(event, "eventTime", NULL));
	const char *last = describe_find_text(event, "lastTimestamp", first);
	json_int_t count = json_integer_value(json_object_get(event, "count"));
	int64_t now = (int64_t)time(NULL);
	char age[AGE_TEXT_SIZE];

	strbuf_add(out, age_since(last, now, age));
	if (count > 1)
		strbuf_addf(out, " (x%" JSON_INTEGER_FORMAT " over %s)", count,
		    age_since(first, now, age));
}

static void
add_event(struct strbuf *out, const json_t *event)
{
	strbuf_add(out, "  ");
	describe_add(out, describe_find_text(event, "type", ""));
	strbuf_add(out, "\t");
	describe_add(out, describe_find_text(event, "reason", ""));
	strbuf_add(out, "\t");
	add_age(out, event);
	strbuf_add(out, "\t");
	describe_add(out, describe_find_text(event, "source.component",
	    describe_find_text(event, "reportingComponent", "")));
	strbuf_add(out, "\t");
	describe_add(out, describe_find_text(event, "message", ""));
	strbuf_add(out, "\n");
}

void
describe_events(struct describe *describe, const char *kind)
{
	struct strbuf path = STRBUF_INIT, field = STRBUF_INIT, *out = &describe->text;
	json_t *list = NULL;
	const json_t *items;

	if (!describe->events)
		return;
	strbuf_addf(&field, "involvedObject.name=%s,involvedObject.kind=%s", describe->name, kind);
	strbuf_add(&path, "/api/v1/");
	if (*describe->namespace != '\0') {
		strbuf_add(&path, "namespaces/");
		client_escape(&path, describe->namespace);
		strbuf_add(&path, "/");
	}
	strbuf_add(&path, "events?fieldSelector=");
	client_escape(&path, field.text);
	if (path.err == 0)
		list = describe_fetch(describe, path.text);
	items = json_object_get(list, "items");
	if (json_array_size(items) == 0)
		strbuf_add(out, "Events:\t<none>\n");
	else
		strbuf_add(out, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n"
		    "  ----\t------\t----\t----\t-------\n");
	for (size_t i = 0; i < json_array_size(items); i++)
		add_event(out, json_array_get(items, i));
	json_decref(list);
	strbuf_release(&path);
	strbuf_release(&field);
}
