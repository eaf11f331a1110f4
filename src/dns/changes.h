/*
 * changes.h - changes to the index that are prepared first and then made as a whole.  Thread:
 * control.
 *
 * Everything that needs memory for entries happens while they are prepared; changes_apply() fails
 * only where the index itself cannot grow, and then takes back what it has added.
 */
#ifndef ROLLCALL_DNS_CHANGES_H
#define ROLLCALL_DNS_CHANGES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct entry;
struct entry_spec;
struct index;

/* Who writes where, and whether DNS could see it. */
struct ledger {
	struct index *index;
	bool visible;           /* an answer has changed: the SOA serial is owed a step */
};

struct change {
	const uint8_t *name;    /* borrowed */
	struct entry *entry;    /* NULL: the name goes */
	struct cell *cell;      /* that leads to the name, too; NULL: none */
	bool quiet;             /* no answer in zone data changes: only a text for people */
	bool done;
};

struct changes {
	struct ledger *ledger;
	struct change *items;
	size_t count;
	size_t room;
};
#define CHANGES_INIT(ledger) { (ledger), NULL, 0, 0 }

/* What is at spec->name is to be this; the name is borrowed until the end.  ERR_NOMEM. */
int changes_put(struct changes *changes, const struct entry_spec *spec, bool quiet);
/* The name is to be gone.  ERR_NOMEM. */
int changes_remove(struct changes *changes, const uint8_t *name, bool quiet);
/* The name that was spoken of last is found through this cell, too (page.h). */
void changes_set_cell(struct changes *changes, struct cell *cell);

/*
 * Make them all and forget them.  ERR_NOMEM: either nothing was changed, or (*torn, may be NULL)
 * some names kept their old answers while all others changed.
 */
int changes_apply(struct changes *changes, bool *torn);
/* Forget them, making none. */
void changes_drop(struct changes *changes);

/* One of each, at once. */
int changes_put_now(struct ledger *ledger, const struct entry_spec *spec);
void changes_remove_now(struct ledger *ledger, const uint8_t *name);
#endif
