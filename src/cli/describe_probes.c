/* describe_probes.c - what rollcall's prober knows of a Service's endpoints or of a Pod. */
#include <string.h>

#include "cli/client.h"
#include "cli/describe.h"

#define SHOWN_MAX 20

/* "412 us", "3.1 ms". */
static void
add_latency(struct strbuf *out, json_int_t us)
{
	if (us < 1000)
		strbuf_addf(out, "%" JSON_INTEGER_FORMAT "us", us);
	else
		strbuf_addf(out, "%.1fms", (double)us / 1000);
}

static void
add_ago(struct strbuf *out, json_int_t ms)
{
	strbuf_addf(out, ", %.1fs ago", (double)ms / 1000);
}

static void
add_last(struct describe *describe, const json_t *last)
{
	struct strbuf *out = &describe->text;

	describe_text(describe, "    Last Result:", describe_find_text(last, "text", "none yet"));
	if (last == NULL)
		return;
	describe_text(describe, "    Code:", describe_find_text(last, "code", ""));
	strbuf_add(out, "    Latency:\t");
	add_latency(out, json_integer_value(json_object_get(last, "tookMicroseconds")));
	add_ago(out, json_integer_value(json_object_get(last, "agoMilliseconds")));
	strbuf_add(out, "\n");
}

static void
add_probe(struct describe *describe, const json_t *probe)
{
	strbuf_add(&describe->text, "  ");
	describe_add(&describe->text, describe_find_text(probe, "kind", ""));
	strbuf_add(&describe->text, ": ");
	describe_add(&describe->text, describe_find_text(probe, "spec", ""));
	strbuf_add(&describe->text, "\n");
	describe_text(describe, "    Verdict:", describe_find_text(probe, "verdict", ""));
	add_last(describe, json_object_get(probe, "last"));
	describe_text(describe, "    Next Run:", describe_find_text(probe, "next", ""));
}

static void
add_probes(struct describe *describe, const json_t *list, size_t *shown)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (*shown == 0)
			strbuf_add(&describe->text, "Probes:\n");
		if (++*shown > SHOWN_MAX)
			return;
		add_probe(describe, json_array_get(list, i));
	}
}

/* Those of a Service, and of its endpoints. */
static void
add_service(struct describe *describe, const json_t *why, size_t *shown)
{
	const json_t *services = json_object_get(why, "services");

	for (size_t s = 0; s < json_array_size(services); s++) {
		const json_t *endpoints = json_object_get(json_array_get(services, s), "endpoints");

		for (size_t e = 0; e < json_array_size(endpoints); e++)
			add_probes(describe, json_object_get(json_array_get(endpoints, e), "probes"),
			    shown);
	}
}

void
describe_probes(struct describe *describe, const char *kind)
{
	struct strbuf path = STRBUF_INIT;
	json_t *why = NULL;
	size_t shown = 0;

	strbuf_addf(&path, "/rollcall/v1/why?name=%s%%2F", kind);
	client_escape(&path, describe->name);
	strbuf_add(&path, "&namespace=");
	client_escape(&path, describe->namespace);
	if (path.err == 0)
		why = describe_fetch(describe, path.text);
	if (strcmp(kind, "pod") == 0)
		add_probes(describe, describe_find(why, "pod.probes"), &shown);
	else
		add_service(describe, why, &shown);
	if (shown > SHOWN_MAX)
		strbuf_addf(&describe->text, "  and more: rollcall why %s/%s\n", kind, describe->name);
	json_decref(why);
	strbuf_release(&path);
}
