/*
 * zone_tree.h - the records of a zone by name, with the names between them.  Thread: the owner's.
 */
#ifndef ROLLCALL_DNS_ZONE_TREE_H
#define ROLLCALL_DNS_ZONE_TREE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keyset.h"
#include "dns/master.h"

/* A name of the zone; without records it is an empty non-terminal. */
struct zone_node {
	const uint8_t *name;
	const struct master_record **records;   /* by type, then data */
	size_t count;
	uint8_t name_len;
	bool is_wild;                   /* its first label is "*" */
	const struct master_record *cut;        /* NS below the apex; NULL: none */
	const struct master_record *dname;
};

struct zone_tree {
	const struct master *master;
	const struct master_record *soa;
	struct keyset table;            /* of struct zone_node */
	struct zone_node *nodes;        /* each name once, in the order they were met */
	size_t count;
	const struct master_record **sorted;    /* that the nodes' records lie in */
};

/*
 * All names of the zone of `soa`, every record of which lies in it.  ERR_NOMEM; zone_tree_release()
 * in any case.
 */
int zone_tree_build(const struct master *master, const struct master_record *soa,
    struct zone_tree *tree);
void zone_tree_release(struct zone_tree *tree);

/* The node of a name; NULL: none. */
struct zone_node *zone_tree_find(const struct zone_tree *tree, const uint8_t *name, size_t len);
/* The first node above this one, up to the apex, that is a cut or has a DNAME; NULL: none. */
const struct zone_node *zone_tree_above(const struct zone_tree *tree,
    const struct zone_node *node);

/* The records of one type at a node, from the first on; *count of them. */
const struct master_record *const *zone_node_find(const struct zone_node *node, uint16_t type,
    size_t *count);
#endif
