/*
 * store_parts.h - what the store is made of; for the files store*.c only.  Thread: control.
 *
 * A slot is an identity: kind, namespace, name.  Each file that states an object of this
 * identity has a claim on the slot; the first claim serves, the others wait.  The index
 * holds serving objects only: a term is one label (key, value) of one namespace, with the
 * Pods that carry it and the Services that are found by it.  Each Service is kept at one
 * term of its selector, the least used one, so that a Pod that changes meets each Service at
 * most once.  Slices lie at a term of their own with an empty key and the name of their
 * Service as value, which no label can have.
 */
#ifndef ROLLCALL_MODEL_STORE_PARTS_H
#define ROLLCALL_MODEL_STORE_PARTS_H
#include "model/hashed.h"
#include "model/store.h"

/* A claim's place in the list of one term. */
struct posting {
	struct term *term;
	struct claim *claim;
	struct posting *next;
	struct posting *prev;
	bool linked;            /* only while the claim serves */
};

enum posting_side { SIDE_MEMBERS, SIDE_SELECTORS };

struct term {
	UT_hash_handle hh;
	struct posting *heads[2];       /* by posting_side */
	size_t counts[2];
	size_t references;              /* postings, linked or not */
	size_t selectors;               /* those of them that are of Services */
	char key[];                     /* namespace, label key, label value, each with its NUL */
};

struct postings {
	struct posting *items;
	size_t count;
};

struct claim {
	struct object *object;
	struct file *file;
	struct slot *slot;
	struct claim *next;             /* the claim that waits behind this one */
	struct postings postings;
	/* while a file is replaced: what it states now */
	struct object *incoming;
	struct postings incoming_postings;
	bool fresh;                     /* not in its slot yet */
};

/* A member of a list of what has changed. */
struct dirty {
	struct dirty *next;
	uint64_t listed : 1;
	/* its texts are in the caller's hands until the next take */
	uint64_t lent : 1;
	uint64_t mark : 62;             /* while listed */
};

struct slot {
	UT_hash_handle hh;
	struct dirty dirty;
	enum object_kind kind;
	struct space *space;
	struct claim *claims;           /* the first one serves */
	size_t fresh;                   /* claims prepared, not yet in the list */
	const char *ns;                 /* both in key */
	const char *name;
	char key[];
};

/* A namespace. */
struct space {
	UT_hash_handle hh;
	struct dirty dirty;
	size_t references;              /* slots */
	size_t objects;                 /* slots that hold an object, the Namespace itself aside */
	bool stated;
	char name[];
};

struct file {
	UT_hash_handle hh;
	struct claim **claims;          /* in the order of the file */
	size_t count;
	char name[];
};

/* What has changed, in order, and what of it was handed out last. */
struct dirty_list {
	struct dirty *first;
	struct dirty **last;
	size_t count;
	struct dirty **lent;
	size_t lent_count;
	size_t lent_room;
	void *out;                      /* array of struct store_key or const char *, handed out */
	size_t out_room;
};

struct verdict_slot {
	UT_hash_handle hh;
	struct verdict_state state;
	char *reason;
	char id[];
};

struct store {
	struct slot *slots[KIND_COUNT];
	size_t counts[KIND_COUNT];
	struct space *spaces;
	struct file *files;
	struct term *terms;
	struct verdict_slot *verdicts;
	struct dirty_list dirty_services;
	struct dirty_list dirty_pods;
	struct dirty_list dirty_spaces;
	uint64_t mark;
	uint64_t generation;
};

/* store_slot.c: identities, namespaces, and lists of what changed. */
struct slot *store_slot_find(const struct store *store, enum object_kind kind, const char *ns,
    const char *name);
/* Find or make; ERR_NOMEM, ERR_LIMIT (names beyond all reason). */
int store_slot_obtain(struct store *store, const struct object *object, struct slot **out);
/* Free the slot if nothing needs it any more. */
void store_slot_prune(struct store *store, struct slot *slot);
/* The slot holds its first object now, or none any more. */
void store_slot_fill(struct store *store, struct slot *slot);
void store_slot_empty(struct store *store, struct slot *slot);
/* Put the slot (a Service's or a Pod's) into its list, once. */
void store_slot_mark(struct store *store, struct slot *slot);
void store_dirty_init(struct dirty_list *list);
void store_dirty_release(struct dirty_list *list);

/*
 * store_index.c: postings of an object, made before anything changes, linked while it
 * serves.
 */
int store_postings_new(struct store *store, struct claim *claim, const struct object *object,
    struct postings *out);
void store_postings_free(struct store *store, struct postings *postings);
void store_postings_link(struct postings *postings);
void store_postings_unlink(struct postings *postings);

/* store.c: what a change of this object, or of a verdict, makes dirty. */
void store_touch_object(struct store *store, const struct object *object);

/* store_verdict.c */
void store_verdicts_free(struct store *store);
#endif
