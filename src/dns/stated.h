/*
 * stated.h - names that files state: who says what of a name, and who is heard.  Thread: control.
 *
 * A name may be stated by several files (a host that is also a local zone's name): the claim of the
 * highest rank has its entry in the index, the others keep theirs for when that one goes.  Names
 * below arpa stand below the catalog's (index_put_under), which has networks of its own there.
 */
#ifndef ROLLCALL_DNS_STATED_H
#define ROLLCALL_DNS_STATED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct index;
struct stated;

enum claim_state {
	CLAIM_OUT,              /* made by nobody: the entry is the claim's */
	CLAIM_BEHIND,           /* another one is heard: the entry is the claim's */
	CLAIM_HEARD,            /* the entry is the index's */
};

struct claim {
	struct claim *next;     /* of the same name and a lower rank */
	struct entry *entry;    /* its name is the claim's */
	uint32_t rank;
	enum claim_state state;
};

/* The index is borrowed.  NULL: no memory. */
struct stated *stated_new(struct index *index);
/* After all claims were taken back, or their entries left to the index. */
void stated_free(struct stated *stated);

/* A claim of this rank, out.  NULL: no memory, and the entry is gone. */
struct claim *stated_claim_new(struct entry *entry, uint32_t rank);
/* Of one that is out, with its entry; NULL is allowed. */
void stated_claim_free(struct claim *claim);

/* Make a claim that is out.  ERR_NOMEM: it is out still, and may have lost its entry (NULL). */
int stated_add(struct stated *stated, struct claim *claim);
/*
 * Take one back that is not out; it keeps its entry.  ERR_NOMEM: it is made still.  With `last`,
 * nobody needs its entry any more: it is NULL afterwards, and nothing fails.
 */
int stated_take_back(struct stated *stated, struct claim *claim, bool last);
/* It says this from now on, an entry of the same name.  ERR_NOMEM: as before, the entry is gone. */
int stated_replace(struct stated *stated, struct claim *claim, struct entry *entry);

/*
 * Put copies of all that is heard into another index; nothing else changes.  ERR_NOMEM: that one is
 * of no use.
 */
int stated_copy(const struct stated *stated, struct index *index);
/* Nothing has changed since it was copied into this one: write there from now on. */
void stated_switch(struct stated *stated, struct index *index);
/* The index holds what is heard until it goes itself: forget all claims. */
void stated_abandon(struct stated *stated);

/* Names that are heard. */
size_t stated_count(const struct stated *stated);
#endif
