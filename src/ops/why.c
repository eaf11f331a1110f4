/* why.c - who is in, who is out, and why: the answer as a whole. */
#include "ops/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/text.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/why_parts.h"

/* Longer than any line that is made here; names are 253 octets at most. */
#define LINE_SIZE 2048

void
why_say(struct why *why, unsigned depth, const char *format, ...)
{
	char line[LINE_SIZE], shown[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_escape(shown, sizeof(shown), line, strlen(line));
	for (unsigned i = 0; i < depth; i++)
		strbuf_add(&why->text, "  ");
	strbuf_add(&why->text, shown);
	strbuf_add(&why->text, "\n");
}

void
why_set(struct why *why, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		why->err = ERR_NOMEM;
}

void
why_add(struct why *why, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0)
		why->err = ERR_NOMEM;
}

json_t *
why_object(struct why *why, json_t *object, const char *key)
{
	json_t *value = json_object();

	why_set(why, object, key, value);
	return json_object_get(object, key);
}

json_t *
why_list(struct why *why, json_t *object, const char *key)
{
	json_t *value = json_array();

	why_set(why, object, key, value);
	return json_object_get(object, key);
}

const char *
why_span(char buf[WHY_SPAN_SIZE], uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (ms < 1000)
		snprintf(buf, WHY_SPAN_SIZE, "%" PRIu64 " ms", ms);
	else if (s < 60)
		snprintf(buf, WHY_SPAN_SIZE, "%" PRIu64 " s", s);
	else if (s < 3600)
		snprintf(buf, WHY_SPAN_SIZE, "%" PRIu64 "m%" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, WHY_SPAN_SIZE, "%" PRIu64 "h%" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(buf, WHY_SPAN_SIZE, "%" PRIu64 "d%" PRIu64 "h", s / 86400, s / 3600 % 24);
	return buf;
}

void
why_found(struct why *why, const char *what)
{
	why_set(why, why->root, "found", json_string(what));
}

/* ---- what is asked for ---- */

/* The rest behind one of the words and a slash; NULL: it begins otherwise. */
static const char *
behind(const char *name, const char *const *words)
{
	const char *slash = strchr(name, '/');

	for (; slash != NULL && *words != NULL; words++)
		if (strlen(*words) == (size_t)(slash - name) &&
		    strncmp(name, *words, (size_t)(slash - name)) == 0)
			return slash + 1;
	return NULL;
}

/* NAME, or NAMESPACE/NAME: cut in two.  false: longer than any name. */
static bool
cut(const struct why *why, const char *text, char ns[256], const char **name)
{
	const char *slash = strchr(text, '/');
	const char *from = slash == NULL ? why->question->ns : text;
	size_t len = slash == NULL ? strlen(from) : (size_t)(slash - text);

	if (len >= 256)
		return false;
	memcpy(ns, from, len);
	ns[len] = '\0';
	*name = slash == NULL ? text : slash + 1;
	return true;
}

static void
by_service(struct why *why, const char *text)
{
	const struct service *service;
	const char *name;
	char ns[256];

	if (!cut(why, text, ns, &name))
		return;
	service = store_service(why->insight->store, ns, name);
	if (service == NULL)
		why_missing(why, false, ns, name);
	else
		why_service(why, service, NULL);
}

static void
by_pod(struct why *why, const char *text)
{
	const struct pod *pod;
	const char *name;
	char ns[256];

	if (!cut(why, text, ns, &name))
		return;
	pod = store_pod(why->insight->store, ns, name);
	if (pod == NULL)
		why_missing(why, true, ns, name);
	else
		why_pod(why, pod);
}

bool
why_is_address(const char *text, struct addr_port *where)
{
	char inner[ADDR_TEXT_SIZE + 2];
	size_t len = strlen(text);

	memset(where, 0, sizeof(*where));
	if (addr_port_parse(text, where) == 0 || addr_parse(text, &where->addr) == 0)
		return true;
	if (len < 2 || len >= sizeof(inner) || text[0] != '[' || text[len - 1] != ']')
		return false;
	memcpy(inner, text + 1, len - 2);
	inner[len - 2] = '\0';
	return addr_parse(inner, &where->addr) == 0;
}

bool
why_wants_search(const char *name, struct addr_port *where)
{
	return why_is_address(name, where) ||
	    (strstr(name, ".pod") != NULL && why_is_dashed(name, where));
}

static void
answer(struct why *why)
{
	static const char *const services[] = { "svc", "service", "services", "ep", "endpoints", NULL };
	static const char *const pods[] = { "pod", "pods", "po", NULL };
	const char *name = why->question->name;
	struct addr_port where;

	if (behind(name, services) != NULL)
		by_service(why, behind(name, services));
	else if (behind(name, pods) != NULL)
		by_pod(why, behind(name, pods));
	else if (why_is_address(name, &where))
		why_address(why, &where);
	else if (strchr(name, '/') != NULL)
		by_service(why, name);
	else
		why_name(why, name);
}

json_t *
why_answer(const struct insight *insight, const struct why_question *question)
{
	struct why why = { .insight = insight, .question = question, .text = STRBUF_INIT,
		.root = json_object() };
	json_t *asked = json_string(question->name);

	/* Octets that are no UTF-8 cannot be shown as they are, and are nobody's name. */
	why_set(&why, why.root, "asked", asked != NULL ? asked : json_string("?"));
	why_found(&why, "nothing");
	why.services = why_list(&why, why.root, "services");
	if (asked != NULL)
		answer(&why);
	else
		why_say(&why, 0, "%s is no name", question->name);
	why_set(&why, why.root, "ready", json_boolean(why.ready));
	why_set(&why, why.root, "text", json_string(why.text.text));
	if (why.text.err != 0)
		why.err = ERR_NOMEM;
	strbuf_release(&why.text);
	if (why.err == 0)
		return why.root;
	json_decref(why.root);
	return NULL;
}
