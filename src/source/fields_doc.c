/* fields_doc.c - the tables of fields as text for people: zones/README.md. */
#include "source/fields_doc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "source/decode_kinds.h"
#include "source/decode_probe.h"
#include "source/field.h"

#define PATH_SIZE 256

static const char *const type_texts[] = {
	[FIELD_IGNORED] = "", [FIELD_BOOL] = "true, false", [FIELD_TRISTATE] = "true, false",
	[FIELD_TEXT] = "text", [FIELD_INT] = "number", [FIELD_ENUM] = "one of", [FIELD_DURATION] =
	    "duration",
	[FIELD_ADDR] = "IP address", [FIELD_PORT] = "number or name", [FIELD_PAIRS] =
	    "texts by key",
	[FIELD_TEXTS] = "list of texts", [FIELD_ADDRS] = "list of IP addresses", [FIELD_MAP] =
	    "mapping",
	[FIELD_MAP_NEW] = "mapping", [FIELD_LIST] = "list", [FIELD_HOOK] = "",
};

static const char intro[] =
    "# Manifests: what is read\n"
    "\n"
    "This file is generated from the tables of the decoder (`make zones-readme`); do not edit it.\n"
    "\n"
    "Files end in `.yaml`, `.yml` or `.json` and hold any number of documents; `List` and the "
    "lists of one kind\n"
    "(`ServiceList`, ...) are read too. Fields named here as not used, and everything below them, "
    "are accepted\n"
    "without a word. A field that is not named here at all is warned about, with the closest name; "
    "a wrong value\n"
    "is an error, and the file keeps its last good objects. Kinds that are not named here are "
    "skipped with one\n"
    "line. An object may hold 1 MiB, a document 64 MiB, a file 256 MiB.\n"
    "\n"
    "## Zone files\n"
    "\n"
    "Files that end in `.zone` are master files (RFC 1035, 5), one zone each, which is the owner of "
    "the only SOA.\n"
    "`$ORIGIN` and `$TTL` are understood (without `$TTL` the SOA's minimum is the default), "
    "`$INCLUDE` and\n"
    "`$GENERATE` are errors. All types of class IN are answered, unknown ones too (RFC 3597), with "
    "wildcards (RFC 4592),\n"
    "delegations, DNAME, and CNAME chains that may lead into other zones and to Services. These are "
    "errors, and the file\n"
    "keeps its last good zone: records outside of the zone, a CNAME beside other data, NS or DNAME "
    "at a wildcard, names\n"
    "below a DNAME, an RRset larger than a message, a zone in the cluster's domain or in a reverse "
    "zone of the cluster's\n"
    "(`dns.reverseZones`, `in-addr.arpa` and `ip6.arpa` as a whole aside, and `serviceCIDRs`), and a "
    "zone that another file\n"
    "states already: that one waits until it is free. These are warnings: several TTLs in an RRset "
    "(the lowest is\n"
    "taken), a missing NS record, missing glue, records below a delegation, and signatures, which "
    "are answered when they are\n"
    "asked for and do not go with other answers. What is below a delegation is asked of `forward` "
    "where that is allowed and\n"
    "the client wants recursion; else the answer is a referral. Addresses that cluster names have "
    "keep their PTR.\n"
    "`rollcalld --check` says what is wrong with zones; `rollcall lint` leaves them aside.\n"
    "\n"
    "## Annotations\n"
    "\n"
    "All are texts, so numbers and truths stand in quotes.\n"
    "\n"
    "| annotation | on | meaning |\n"
    "|---|---|---|\n"
    "| `rollcall/readiness-probe` | Service | a Probe (below), as YAML text, for every endpoint "
    "that has none of its "
    "own; the port may be left out: then it is the first one |\n"
    "| `rollcall/address` | Pod | the Pod's IP addresses, where `status` has none |\n"
    "| `rollcall/address` | Ingress | the IP addresses its hosts are answered with, whatever "
    "`status` says |\n"
    "| `rollcall/period-ms` | Service, Pod | probe this often; 1-86400000 |\n"
    "| `rollcall/timeout-ms` | Service, Pod | wait this long for an answer; 1-86400000 |\n"
    "| `rollcall/panic-threshold` | Service | percent, 0-100: with fewer ready endpoints than "
    "this, answer all of "
    "them; default 0: never |\n"
    "| `rollcall/exec-prefix` | Pod | words put before the command of exec probes, e.g. `podman "
    "exec web` |\n"
    "| `rollcall/tls-verify` | Service, Pod | `true`: HTTPS probes verify the certificate |\n";

/* A table cell must not hold a bar. */
static void
add_default(struct strbuf *out, const struct field *field)
{
	if ((field->flags & FIELD_REQUIRED) != 0)
		strbuf_add(out, "required");
	else if (field->fallback != NULL && *field->fallback != '\0')
		strbuf_addf(out, "`%s`", field->fallback);
}

static uint64_t
most_of(const struct field *field)
{
	if (field->max != 0)
		return field->max;
	return field->size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * field->size)) - 1;
}

static void
add_type(struct strbuf *out, const struct field *field)
{
	uint64_t most = most_of(field);

	strbuf_add(out, type_texts[field->type]);
	if (field->shown != NULL)
		strbuf_add(out, field->shown);
	if (field->type == FIELD_INT && most >= INT64_MAX)
		strbuf_addf(out, ", at least %" PRIu64, field->min);
	else if (field->type == FIELD_INT)
		strbuf_addf(out, ", %" PRIu64 "-%" PRIu64, field->min, most);
	for (size_t i = 0; field->words != NULL && field->words[i].text != NULL; i++)
		strbuf_addf(out, "%s%s", i == 0 ? " " : ", ", field->words[i].text);
}

/* A list of mappings, decoded by the table or by hand. */
static bool
is_list(const struct field *field)
{
	return field->sub != NULL && (field->type == FIELD_LIST || field->type == FIELD_HOOK);
}

/* What is below a field, unless that has a section of its own: the Probe. */
static const struct field_table *
below_of(const struct field *field)
{
	bool elsewhere = field->type == FIELD_HOOK && field->sub != NULL &&
	    field->sub->title != NULL;

	return elsewhere ? NULL : field->sub;
}

/*
 * Mappings that only group their fields have no line of their own, unless there is something to
 * say.
 */
static bool
has_line(const struct field *field)
{
	if (field->type == FIELD_IGNORED)
		return false;
	return field->type != FIELD_MAP || field->doc != NULL;
}

static void
add_fields(struct strbuf *out, const struct field_table *table, const char *path)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct field *field = &table->fields[i];
		char below[PATH_SIZE];

		snprintf(below, sizeof(below), "%s%s%s", path, *path == '\0' ? "" : ".",
		    field->name);
		if (has_line(field)) {
			strbuf_addf(out, "| `%s` | ", below);
			add_type(out, field);
			strbuf_add(out, " | ");
			add_default(out, field);
			strbuf_addf(out, " | %s |\n", field->doc == NULL ? "" : field->doc);
		}
		if (below_of(field) == NULL)
			continue;
		if (is_list(field))
			snprintf(below, sizeof(below), "%s%s%s[]", path, *path == '\0' ? "" : ".",
			    field->name);
		add_fields(out, field->sub, below);
	}
}

static void
add_unused(struct strbuf *out, const struct field_table *table, const char *path, size_t *count)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct field *field = &table->fields[i];
		char below[PATH_SIZE];

		snprintf(below, sizeof(below), "%s%s%s%s", path, *path == '\0' ? "" : ".",
		    field->name,
		    is_list(field) ? "[]" : "");
		/* What every object begins with is used, though no table says how. */
		if (*path == '\0' && (strcmp(field->name, "apiVersion") == 0 || strcmp(field->name,
		    "kind") == 0))
			continue;
		if (field->type == FIELD_IGNORED)
			strbuf_addf(out, "%s`%s`", (*count)++ == 0 ? "\nAccepted and not used: " :
			    ", ", below);
		else if (below_of(field) != NULL)
			add_unused(out, field->sub, below, count);
	}
}

void
fields_doc_table(struct strbuf *out, const struct field_table *table)
{
	size_t count = 0;

	strbuf_addf(out, "\n## %s\n\n| field | type | default | meaning |\n|---|---|---|---|\n",
	    table->title);
	add_fields(out, table, "");
	add_unused(out, table, "", &count);
	if (count > 0)
		strbuf_add(out, ".\n");
}

void
fields_doc_write(struct strbuf *out)
{
	static const struct field_table *const tables[] = {
		&decode_service_table, &decode_pod_table, &decode_probe_table,
		    &decode_endpoint_slice_table,
		&decode_endpoints_table, &decode_namespace_table, &decode_ingress_table,
	};

	strbuf_add(out, intro);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		fields_doc_table(out, tables[i]);
}
