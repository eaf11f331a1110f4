/* allot_record.c - what each Service has, folded small. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/allot_parts.h"

const char *
allot_record_name(const struct allot_record *record)
{
	return record->key + strlen(record->key) + 1;
}

const char *
allot_record_text(const struct allot_record *record, char buf[ALLOT_KEY_SIZE])
{
	snprintf(buf, ALLOT_KEY_SIZE, "%s/%s", record->key, allot_record_name(record));
	return buf;
}

/* ---- the table ---- */

struct record_key {
	const char *ns;
	const char *name;
};

static bool
is_record_of(const void *item, const void *key)
{
	const struct allot_record *record = item;
	const struct record_key *wanted = key;

	return strcmp(record->key, wanted->ns) == 0 &&
	    strcmp(allot_record_name(record), wanted->name) == 0;
}

struct allot_record *
allot_record_find(const struct allot *allot, const char *ns, const char *name)
{
	const struct record_key key = { ns, name };

	return keyset_find(&allot->records, keyset_hash_names(&allot->records, ns, name),
	    is_record_of, &key);
}

struct allot_record *
allot_record_new(struct allot *allot, const char *ns, const char *name)
{
	size_t ns_size = strlen(ns) + 1;
	size_t name_size = strlen(name) + 1;
	size_t size = offsetof(struct allot_record, key) + ns_size + name_size;
	struct allot_record *record;

	if (ns_size + name_size > ALLOT_KEY_SIZE)
		return NULL;
	record = calloc(1, size > sizeof(*record) ? size : sizeof(*record));
	if (record == NULL)
		return NULL;
	memcpy(record->key, ns, ns_size);
	memcpy(record->key + ns_size, name, name_size);
	record->saved = 1;
	record->live = 1;
	record->hash = keyset_hash_names(&allot->records, ns, name);
	if (keyset_add(&allot->records, record->hash, record) != 0) {
		free(record);
		return NULL;
	}
	return record;
}

static void
extra_free(struct allot_extra *extra)
{
	if (extra == NULL)
		return;
	free((char *)(uintptr_t)extra->place.file);
	free(extra->reserved.ports);
	free(extra->node_ports);
	free(extra);
}

void
allot_record_free(struct allot *allot, struct allot_record *record)
{
	keyset_remove(&allot->records, record->hash, record);
	extra_free(record->extra);
	free(record);
}

/* ---- what it has ---- */

bool
allot_has_something(const struct allotment *allotment)
{
	return allotment->cluster_ip_count > 0 || allotment->node_port_count > 0 ||
	    allotment->load_balancer_ip.family != ADDR_NONE;
}

uint16_t
allot_given_port(const struct allotment *given, uint16_t port, enum protocol protocol)
{
	for (size_t i = 0; i < given->node_port_count; i++)
		if (given->node_ports[i].port == port && given->node_ports[i].protocol == protocol)
			return given->node_ports[i].node_port;
	return 0;
}

void
allot_record_show(const struct allot_record *record, struct allotment *out)
{
	const struct allot_extra *extra = record->extra;

	*out = (struct allotment){
		.ns = record->key, .name = allot_record_name(record),
		.families = { record->families & 7u, record->families >> 3 },
		.family_count = record->family_count, .cluster_ip_count = record->ip_count,
		.saved = record->saved,
	};
	if (extra != NULL) {
		memcpy(out->cluster_ips, extra->cluster_ips, sizeof(out->cluster_ips));
		out->load_balancer_ip = extra->load_balancer_ip;
		out->node_ports = extra->node_ports;
		out->node_port_count = extra->node_port_count;
	} else if (record->ip_count > 0) {
		out->cluster_ips[0].family = ADDR_IP4;
		memcpy(out->cluster_ips[0].octets, record->ip4, sizeof(record->ip4));
	}
}

static bool
fits_record(const struct allotment *given)
{
	return given->load_balancer_ip.family == ADDR_NONE && given->node_ports == NULL &&
	    (given->cluster_ip_count == 0 || (given->cluster_ip_count == 1 &&
	    given->cluster_ips[0].family == ADDR_IP4));
}

struct allot_extra *
allot_record_extend(struct allot_record *record)
{
	struct allotment given;

	if (record->extra != NULL)
		return record->extra;
	allot_record_show(record, &given);
	record->extra = calloc(1, sizeof(*record->extra));
	if (record->extra != NULL)
		memcpy(record->extra->cluster_ips, given.cluster_ips, sizeof(given.cluster_ips));
	return record->extra;
}

int
allot_record_prepare(struct allot_record *record, const struct allotment *given)
{
	return fits_record(given) || allot_record_extend(record) != NULL ? 0 : ERR_NOMEM;
}

void
allot_record_give(struct allot_record *record, const struct allotment *given)
{
	struct allot_extra *extra = record->extra;

	record->families = (given->families[0] | (unsigned)given->families[1] << 3) & 63u;
	record->family_count = given->family_count & 3u;
	record->ip_count = given->cluster_ip_count & 3u;
	memcpy(record->ip4, given->cluster_ips[0].octets, sizeof(record->ip4));
	if (extra == NULL)
		return;
	memcpy(extra->cluster_ips, given->cluster_ips, sizeof(extra->cluster_ips));
	extra->load_balancer_ip = given->load_balancer_ip;
	if (extra->node_ports != given->node_ports)
		free(extra->node_ports);
	extra->node_ports = given->node_ports;
	extra->node_port_count = given->node_port_count;
	allot_record_slim(record);
}

const struct reserved *
allot_record_reserved(const struct allot_record *record)
{
	static const struct reserved none = { .port_count = 0 };

	return record->extra != NULL ? &record->extra->reserved : &none;
}

void
allot_record_slim(struct allot_record *record)
{
	const struct reserved *reserved = allot_record_reserved(record);
	struct allotment given;

	if (record->extra == NULL)
		return;
	allot_record_show(record, &given);
	if (!fits_record(&given) || reserved->cluster_ip_count > 0 || reserved->ports != NULL ||
	    reserved->load_balancer_ip.family != ADDR_NONE)
		return;
	memcpy(record->ip4, given.cluster_ips[0].octets, sizeof(record->ip4));
	extra_free(record->extra);
	record->extra = NULL;
}
