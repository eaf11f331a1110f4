/*
 * compact.h - copy a struct with all it points to into one piece of memory, by tables.  Thread:
 * any; pure.
 *
 * A table names the pointers of a struct, and what they point to:
 *
 *     static const struct compact_field pod_fields[] = {
 *             { COMPACT_TEXT(pod, hostname) },
 *             { COMPACT_ITEMS(pod, containers, container_count, &container_table) },
 *     };
 *     static const struct compact_table pod_table = { COMPACT_TABLE(pod_fields, pod) };
 *
 * Structs are aligned as malloc(3) and their own size make them; texts lie behind them without
 * any gap, and equal ones are stored once.  So nothing in the copy may be changed.
 */
#ifndef ROLLCALL_MODEL_COMPACT_H
#define ROLLCALL_MODEL_COMPACT_H
#include <stdbool.h>
#include <stddef.h>

struct compact_table;

/* A pointer in a struct; NULL stays NULL, and so does a list of no items. */
struct compact_field {
	size_t offset;                  /* of the pointer */
	size_t count_offset;            /* of the number beside it */
	size_t count_size;              /* its octets, as of an unsigned type; 0: it is one item */
	const struct compact_table *items; /* what is there; NULL: a text */
};

#define COMPACT_TEXT(s, m) .offset = offsetof(struct s, m)
#define COMPACT_ITEM(s, m, table) \
	.offset = offsetof(struct s, m), .items = (table)
#define COMPACT_ITEMS(s, m, c, table) \
	.offset = offsetof(struct s, m), .count_offset = offsetof(struct s, c), \
	.count_size = sizeof(((struct s *)0)->c), .items = (table)

/*
 * `size` is a multiple of the pointer's; or `packed` is set: octets, for which no place is
 * wrong.
 */
struct compact_table {
	size_t size;
	const struct compact_field *fields;
	size_t count;
	bool packed;
};
#define COMPACT_TABLE(list, s) \
	.size = sizeof(struct s), .fields = (list), .count = sizeof(list) / sizeof(*(list))

/* For members that are `const char **`, and `struct addr *`. */
extern const struct compact_table compact_texts;
extern const struct compact_table compact_addrs;
/* For `const uint8_t *`. */
extern const struct compact_table compact_octets;

/* The copy, to be given to free(3); NULL: no memory. */
void *compact_copy(const struct compact_table *table, const void *from);
#endif
