/* zone_rules.c - what is wrong with the records of a zone, each by itself or at one name. */
#include "dns/zone_rules.h"

#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "dns/zone_tree.h"

#define TYPE_RRSIG 46
#define TYPE_NSEC 47
/* Types of questions and of what goes with a message (RFC 6895, 3.1), and none at all. */
#define TYPE_META_FIRST 128
#define TYPE_META_LAST 255

void
zone_rules_say(const struct zone_rules *rules, enum severity severity,
    const struct master_record *record, const char *format, ...)
{
	const struct place place = { rules->path, record->line, 0 };
	char text[NAME_TEXT_SIZE], line[NAME_TEXT_SIZE + 256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	diag_add(rules->diag, severity, &place, "%s %s", name_to_text(record->owner, text), line);
}

const struct master_record *
zone_rules_soa(const struct zone_rules *rules, const struct master *master)
{
	const struct place place = { rules->path, 0, 0 };
	const struct master_record *soa = NULL;
	bool twice = false;

	for (size_t i = 0; i < master->count; i++) {
		const struct master_record *record = &master->records[i];

		if (record->type != DNS_TYPE_SOA)
			continue;
		if (soa != NULL)
			zone_rules_say(rules, SEVERITY_ERROR, record,
			    "has another SOA record; the zone's is on line %u", soa->line);
		twice = twice || soa != NULL;
		soa = soa == NULL ? record : soa;
	}
	if (soa == NULL)
		diag_add(rules->diag, SEVERITY_ERROR, &place, "has no SOA record");
	return twice ? NULL : soa;
}

static const char *
type_text(uint16_t type, char buf[16])
{
	const ldns_rr_descriptor *known = ldns_rr_descript(type);

	if (known != NULL && known->_name != NULL && strlen(known->_name) < 16 &&
	    known->_type == (ldns_rr_type)type)
		(void)snprintf(buf, 16, "%s", known->_name);
	else
		(void)snprintf(buf, 16, "TYPE%u", type);
	return buf;
}

void
zone_rules_scope(const struct zone_rules *rules, const struct master *master,
    const struct master_record *soa)
{
	char text[NAME_TEXT_SIZE], type[16];

	for (size_t i = 0; i < master->count; i++) {
		const struct master_record *record = &master->records[i];

		if (!name_is_under(record->owner, soa->owner))
			zone_rules_say(rules, SEVERITY_ERROR, record, "is not in the zone %s",
			    name_to_text(soa->owner, text));
		else if (record->type == 0 || record->type == DNS_TYPE_OPT ||
		    (record->type >= TYPE_META_FIRST && record->type <= TYPE_META_LAST))
			zone_rules_say(rules, SEVERITY_ERROR, record, "%s is no data",
			    type_text(record->type, type));
	}
}

/* What may stand beside a CNAME (RFC 4034, 3 and 4; 2181, 10.1). */
static bool
goes_with_alias(uint16_t type)
{
	return type == TYPE_RRSIG || type == TYPE_NSEC;
}

static void
check_alias(const struct zone_rules *rules, const struct zone_node *node)
{
	size_t count;
	const struct master_record *const *alias = zone_node_find(node, DNS_TYPE_CNAME, &count);
	char type[16];

	if (count == 0)
		return;
	if (count > 1 && (alias[0]->rdata_len != alias[1]->rdata_len ||
	    memcmp(alias[0]->rdata, alias[1]->rdata, alias[0]->rdata_len) != 0))
		zone_rules_say(rules, SEVERITY_ERROR, alias[1],
		    "has another CNAME record on line %u (RFC 2181, 10.1)", alias[0]->line);
	for (size_t i = 0; i < node->count; i++) {
		const struct master_record *record = node->records[i];

		if (record->type == DNS_TYPE_CNAME || goes_with_alias(record->type))
			continue;
		zone_rules_say(rules, SEVERITY_ERROR, alias[0],
		    "has a CNAME record and a %s record, on line %u (RFC 1034, 3.6.2)",
		    type_text(record->type, type), record->line);
		return;
	}
}

static void
check_dname(const struct zone_rules *rules, const struct zone_node *node)
{
	size_t count;
	const struct master_record *const *dname = zone_node_find(node, DNS_TYPE_DNAME, &count);

	if (count > 1)
		zone_rules_say(rules, SEVERITY_ERROR, dname[1],
		    "has another DNAME record on line %u (RFC 6672, 2.4)", dname[0]->line);
	if (count > 0 && node->is_wild)
		zone_rules_say(rules, SEVERITY_ERROR, dname[0],
		    "is a wildcard and has a DNAME record: that has no meaning (RFC 4592, 4.4)");
}

/* One RRset has one TTL (RFC 2181, 5.2): the lowest is taken. */
static void
check_ttls(const struct zone_rules *rules, const struct zone_node *node)
{
	char type[16];

	for (size_t i = 1; i < node->count; i++) {
		const struct master_record *record = node->records[i], *first = record;

		if (record->type == TYPE_RRSIG || record->type != node->records[i - 1]->type ||
		    record->ttl_s == node->records[i - 1]->ttl_s)
			continue;
		for (size_t k = i; k-- > 0 && node->records[k]->type == record->type;)
			first = node->records[k];
		zone_rules_say(rules, SEVERITY_WARNING, record,
		    "%s: TTL %u differs from %u on line %u; the lowest is taken",
		    type_text(record->type, type), record->ttl_s, first->ttl_s, first->line);
		while (i + 1 < node->count && node->records[i + 1]->type == record->type)
			i++;
	}
}

static void
check_cut(const struct zone_rules *rules, const struct zone_node *node)
{
	char type[16];

	if (node->is_wild)
		zone_rules_say(rules, SEVERITY_ERROR, node->cut,
		    "is a wildcard and has an NS record: that has no meaning (RFC 4592, 4.2)");
	for (size_t i = 0; i < node->count; i++) {
		const struct master_record *record = node->records[i];

		if (record->type != DNS_TYPE_NS && record->type != DNS_TYPE_DS &&
		    record->type != DNS_TYPE_A && record->type != DNS_TYPE_AAAA &&
		    !goes_with_alias(record->type))
			zone_rules_say(rules, SEVERITY_WARNING, record,
			    "%s: is not answered: the name is delegated by the NS record on "
			    "line %u", type_text(record->type, type), node->cut->line);
	}
}

static void
check_hidden(const struct zone_rules *rules, const struct zone_node *node,
    const struct zone_node *above)
{
	char type[16];

	for (size_t i = 0; i < node->count; i++) {
		const struct master_record *record = node->records[i];

		if (above->dname != NULL && above->cut == NULL)
			zone_rules_say(rules, SEVERITY_ERROR, record,
			    "is below the DNAME record on line %u (RFC 6672, 2.4)",
			    above->dname->line);
		else if (record->type != DNS_TYPE_A && record->type != DNS_TYPE_AAAA)
			zone_rules_say(rules, SEVERITY_WARNING, record,
			    "%s: is not answered: the name is below the NS record on line %u",
			    type_text(record->type, type), above->cut->line);
	}
}

void
zone_rules_node(const struct zone_rules *rules, const struct zone_tree *tree,
    const struct zone_node *node)
{
	const struct zone_node *above = zone_tree_above(tree, node);

	if (above != NULL) {
		check_hidden(rules, node, above);
		return;
	}
	check_alias(rules, node);
	check_dname(rules, node);
	check_ttls(rules, node);
	if (node->cut != NULL)
		check_cut(rules, node);
}
