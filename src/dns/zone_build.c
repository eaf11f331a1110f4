/* zone_build.c - a zone's text to its entries, or what is wrong with it. */
#include "dns/zone_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "dns/content.h"
#include "dns/entry_layout.h"
#include "dns/master.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "dns/zone_rules.h"
#include "dns/zone_tree.h"

#define SCRATCH_FIRST 8192
#define SOA_MINIMUM 4           /* octets from the end of an SOA's rdata */
#define TYPE_RRSIG 46

struct building {
	struct zone_rules rules;
	struct zone_tree tree;
	struct arena *scratch;          /* of one entry */
	struct content *content;
};

/* ---- records of a name --------------------------------------------------------------------- */

static bool
same_rdata(const struct master_record *a, const struct master_record *b)
{
	return a->rdata_len == b->rdata_len && memcmp(a->rdata, b->rdata, a->rdata_len) == 0;
}

static uint32_t
lowest_ttl(const struct zone_node *node, size_t first)
{
	uint32_t ttl_s = node->records[first]->ttl_s;

	for (size_t i = first; i < node->count &&
	    node->records[i]->type == node->records[first]->type; i++)
		if (node->records[i]->ttl_s < ttl_s)
			ttl_s = node->records[i]->ttl_s;
	return ttl_s;
}

/* The node's records as an entry wants them; at a cut only those that a referral has. */
static int
gather(const struct building *building, const struct zone_node *node,
    struct entry_record **out, size_t *out_count)
{
	struct entry_record *records = arena_array(building->scratch, node->count + 1,
	    sizeof(*records));
	size_t count = 0;
	uint32_t ttl_s = 0;

	if (records == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < node->count; i++) {
		const struct master_record *record = node->records[i];

		if (i == 0 || record->type != node->records[i - 1]->type)
			ttl_s = lowest_ttl(node, i);
		else if (same_rdata(node->records[i - 1], record))
			continue;       /* said a second time */
		if (node->cut != NULL && record->type != DNS_TYPE_NS &&
		    record->type != DNS_TYPE_DS)
			continue;
		records[count++] = (struct entry_record){ .type = record->type,
			.ttl_s = record->type == TYPE_RRSIG ? record->ttl_s : ttl_s,
			.rdata = record->rdata, .rdata_len = record->rdata_len };
	}
	*out = records;
	*out_count = count;
	return 0;
}

/* ---- glue ---------------------------------------------------------------------------------- */

static size_t
copy_glue(const struct zone_node *node, uint16_t type, struct entry_record *glue)
{
	size_t count;
	const struct master_record *const *found = zone_node_find(node, type, &count);

	for (size_t i = 0; glue != NULL && i < count; i++)
		glue[i] = (struct entry_record){ .owner = node->name, .type = type,
			.ttl_s = found[i]->ttl_s, .rdata = found[i]->rdata,
			.rdata_len = found[i]->rdata_len };
	return count;
}

/* Addresses of the name servers at a cut, as far as the zone knows them; glue NULL: how many. */
static size_t
find_glue(const struct building *building, const struct zone_node *node,
    struct entry_record *glue)
{
	size_t servers, count = 0;
	const struct master_record *const *ns = zone_node_find(node, DNS_TYPE_NS, &servers);

	for (size_t i = 0; i < servers; i++) {
		const struct zone_node *server = zone_tree_find(&building->tree, ns[i]->rdata,
		    ns[i]->rdata_len);

		if (server == NULL || (i > 0 && same_rdata(ns[i - 1], ns[i])))
			continue;
		count += copy_glue(server, DNS_TYPE_A, glue == NULL ? NULL : glue + count);
		count += copy_glue(server, DNS_TYPE_AAAA, glue == NULL ? NULL : glue + count);
	}
	return count;
}

/* Who cannot be found without its address, and has none. */
static void
check_glue(const struct building *building, const struct zone_node *node)
{
	size_t servers, count;
	const struct master_record *const *ns = zone_node_find(node, DNS_TYPE_NS, &servers);
	char text[NAME_TEXT_SIZE];

	for (size_t i = 0; i < servers; i++) {
		const struct zone_node *server = zone_tree_find(&building->tree, ns[i]->rdata,
		    ns[i]->rdata_len);

		if (!name_is_under(ns[i]->rdata, node->name))
			continue;
		count = server == NULL ? 0 : copy_glue(server, DNS_TYPE_A, NULL) +
		    copy_glue(server, DNS_TYPE_AAAA, NULL);
		if (count == 0)
			zone_rules_say(&building->rules, SEVERITY_WARNING, ns[i],
			    "NS: %s has no address here, so nobody can ask it",
			    name_to_text(ns[i]->rdata, text));
	}
}

/* ---- entries ------------------------------------------------------------------------------- */

static enum entry_kind
kind_of(const struct zone_node *node)
{
	static const uint16_t pointing[] = { DNS_TYPE_NS, DNS_TYPE_MX, DNS_TYPE_SRV };
	size_t count;

	if (node->cut != NULL)
		return ENTRY_CUT;
	if (node->dname != NULL)
		return ENTRY_DNAME;
	for (size_t i = 0; i < sizeof(pointing) / sizeof(pointing[0]); i++) {
		(void)zone_node_find(node, pointing[i], &count);
		if (count > 0)
			return ENTRY_POINTING;
	}
	return ENTRY_NAME;
}

/* ERR_NOMEM; what no message could carry is said. */
static int
build_entry(struct building *building, const struct zone_node *node)
{
	struct entry_spec spec = { .kind = kind_of(node), .name = node->name,
		.zone = building->content->origin };
	struct entry_record *records, *glue = NULL;
	struct entry *entry;
	int err = gather(building, node, &records, &spec.record_count);

	if (err != 0)
		return err;
	if (node->cut != NULL) {
		check_glue(building, node);
		spec.additional_count = find_glue(building, node, NULL);
		glue = arena_array(building->scratch, spec.additional_count + 1, sizeof(*glue));
		if (glue == NULL)
			return ERR_NOMEM;
		(void)find_glue(building, node, glue);
	}
	spec.records = records;
	spec.additional = glue;
	err = entry_build(&spec, &entry);
	if (err == 0)
		return content_add(building->content, entry);
	if (err != ERR_NOMEM)
		zone_rules_say(&building->rules, SEVERITY_ERROR, node->records[0],
		    err == ERR_LIMIT ? "has more records than a DNS message can carry" :
		    "has a record that is none");
	return err == ERR_NOMEM ? err : 0;
}

static int
build_entries(struct building *building, const atomic_bool *stop)
{
	const struct zone_tree *tree = &building->tree;
	int err = 0;

	for (size_t i = 0; err == 0 && i < tree->count; i++) {
		if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
			return ERR_CLOSED;
		zone_rules_node(&building->rules, tree, &tree->nodes[i]);
		if (zone_tree_above(tree, &tree->nodes[i]) != NULL)
			continue;
		err = build_entry(building, &tree->nodes[i]);
		arena_reset(building->scratch);
	}
	return err;
}

/* ---- the zone ------------------------------------------------------------------------------ */

static int
take_soa(struct content *content, const struct master_record *soa)
{
	const uint8_t *minimum = soa->rdata + soa->rdata_len - SOA_MINIMUM;
	uint32_t minimum_s = (uint32_t)wire_get_u16(minimum) << 16 | wire_get_u16(minimum + 2);

	content->soa_rdata = malloc(soa->rdata_len);
	if (content->soa_rdata == NULL)
		return ERR_NOMEM;
	memcpy(content->soa_rdata, soa->rdata, soa->rdata_len);
	content->soa_len = soa->rdata_len;
	content->soa_line = soa->line;
	content->negative_ttl_s = soa->ttl_s < minimum_s ? soa->ttl_s : minimum_s;
	content->origin_len = soa->owner_len;
	memcpy(content->origin, soa->owner, soa->owner_len);
	return 0;
}

/* What is no error of one name, but of the whole. */
static void
check_whole(const struct building *building)
{
	const struct master_record *soa = building->tree.soa;
	const struct zone_node *apex = zone_tree_find(&building->tree, soa->owner,
	    soa->owner_len);
	const struct master *master = building->tree.master;
	size_t count;

	(void)zone_node_find(apex, DNS_TYPE_NS, &count);
	if (count == 0)
		zone_rules_say(&building->rules, SEVERITY_WARNING, soa,
		    "has no NS record at the zone's own name");
	for (size_t i = 0; i < master->count; i++)
		if (master->records[i].type == TYPE_RRSIG) {
			zone_rules_say(&building->rules, SEVERITY_WARNING, &master->records[i],
			    "RRSIG: the zone is signed; signatures are answered to who asks for "
			    "them, and do not go with other answers");
			return;
		}
}

static int
build_zone(struct building *building, const struct master *master,
    const struct master_record *soa, const atomic_bool *stop)
{
	int err = zone_tree_build(master, soa, &building->tree);

	building->content = content_new();
	building->scratch = arena_new(SCRATCH_FIRST);
	if (building->content == NULL || building->scratch == NULL)
		err = ERR_NOMEM;
	if (err == 0)
		err = take_soa(building->content, soa);
	if (err == 0)
		err = build_entries(building, stop);
	if (err == 0) {
		check_whole(building);
		content_sort(building->content);
	}
	return err;
}

int
zone_build(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct content **out)
{
	struct building building = { .rules = { path, diag } };
	size_t errors = diag_count(diag, SEVERITY_ERROR);
	struct master master;
	int err = master_read(path, text, len, stop, diag, &master);
	const struct master_record *soa = err == 0 ? zone_rules_soa(&building.rules, &master) :
	    NULL;

	if (soa != NULL)
		zone_rules_scope(&building.rules, &master, soa);
	if (soa != NULL && diag_count(diag, SEVERITY_ERROR) == errors)
		err = build_zone(&building, &master, soa, stop);
	if (err == 0 && diag_count(diag, SEVERITY_ERROR) > errors)
		err = ERR_INVALID;
	if (err == 0)
		*out = building.content;
	else
		content_free(building.content);
	arena_free(building.scratch);
	zone_tree_release(&building.tree);
	master_release(&master);
	return err;
}
