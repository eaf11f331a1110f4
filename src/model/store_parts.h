/*
 * store_parts.h - what the store is made of; for the files store*.c only.  Thread: control.
 *
 * A slot is an identity: kind, namespace, name.  Each file that states an object of this
 * identity has a claim on the slot; the first claim, which lies in the slot itself, serves, the
 * others wait.  The name of a slot is that of its object, which therefore stays after the last
 * claim has gone until nobody needs the slot any more.
 *
 * The index holds serving objects only.  Slices hang from the slot of their Service, whether or
 * not that is stated.  Pods and selecting Services meet at terms: a term is one label (key,
 * value) of one namespace, with the Pods that carry it and the Services that are found by it.
 * Each Service is kept at one term of its selector, the least used one, so that a Pod that
 * changes meets each Service at most once.
 */
#ifndef ROLLCALL_MODEL_STORE_PARTS_H
#define ROLLCALL_MODEL_STORE_PARTS_H
#include "base/keyset.h"
#include "model/store.h"

/* A member of a list of what has changed. */
struct dirty {
	struct dirty *next;
	uint64_t listed : 1;
	/* its texts are in the caller's hands until the next take */
	uint64_t lent : 1;
	/* a file of the batch at hand touched it: not to be taken before store_release() */
	uint64_t held : 1;
	/* a Service listed because of verdicts; and of what is stated since then, too */
	uint64_t by_verdict : 1;
	uint64_t stated_too : 1;
	uint64_t mark : 59;             /* while listed */
};

enum posting_side { SIDE_MEMBERS, SIDE_SELECTORS };

/* A slot's place in the list of one term. */
struct posting {
	struct term *term;
	struct slot *slot;
	struct posting *next;
	struct posting **link;          /* what points here; NULL: not in the list, does not serve */
};

struct term {
	struct posting *heads[2];       /* by posting_side */
	uint32_t counts[2];
	uint32_t references;            /* postings, linked or not */
	uint32_t selectors;             /* those of them that are of Services */
	uint32_t hash;
	uint32_t key_len;
	char key[];                     /* namespace, label key, label value, each with its NUL */
};

struct postings {
	size_t count;
	struct posting items[];
};

/* How an object is found by the index. */
union found {
	struct postings *postings;      /* Pods, Services; NULL: by none */
	struct service_slot *service;   /* slices and Endpoints; NULL: of no Service */
};

struct statement {
	struct object *object;
	union found found;
};

/* A claim that waits. */
struct claim {
	struct statement statement;
	struct claim *next;
	uint32_t file;                  /* its number */
};

/* There is one for each object: whatever is not needed by all is with those who need it. */
struct slot {
	struct statement serving;       /* if not stated, an object that is gone but for its name */
	struct claim *waiting;
	struct space *space;
	uint32_t file;                  /* the number of the one that serves */
	unsigned stated : 1;
	unsigned planned : 1;           /* the file that is being taken in states it */
	unsigned named : 1;             /* holds its name itself */
	unsigned kind : 3;              /* enum object_kind */
	unsigned references : 26;       /* slices, to the slot of a Service */
};
#define REFERENCES_MAX ((1u << 26) - 1)

/* Whose changes are told: Services, Pods, Ingresses. */
struct told_slot {
	struct slot slot;
	struct dirty dirty;
};

struct service_slot {
	struct told_slot told;
	struct slice_slot *slices;
	void *cargo;
	char name[];                    /* if named */
};

struct slice_slot {
	struct slot slot;
	struct slice_slot *next;
	struct slice_slot **link;       /* what points here; NULL: not in the list */
};

/* A namespace. */
struct space {
	struct dirty dirty;
	uint32_t hash;
	bool stated;                    /* there is a Namespace */
	size_t references;              /* slots */
	size_t objects;                 /* slots that hold an object, the Namespace itself aside */
	char name[];
};

struct file {
	struct slot **slots;            /* in the order of the file, one for each of its claims */
	size_t count;
	uint32_t hash;
	/* come again after 2^32 files have come and gone: 136 years at one a second */
	uint32_t number;
	char name[];
};

/* What has changed, in order, and what of it was handed out last. */
struct dirty_list {
	struct dirty *first;
	struct dirty **last;
	size_t count;
	struct dirty *held_first;       /* kept back; they follow when the batch ends */
	struct dirty **held_last;
	size_t held_count;
	struct dirty **lent;
	size_t lent_count;
	size_t lent_room;
	void *out;                      /* array of struct store_key or const char *, handed out */
	size_t out_room;
};

struct store {
	struct keyset slots[KIND_COUNT];
	size_t counts[KIND_COUNT];
	struct keyset spaces;
	struct keyset files;
	uint32_t last_file;             /* number */
	struct keyset terms;
	struct keyset verdicts;
	size_t drained;                         /* how many of them are drains (drain.h) */
	struct dirty_list dirty_services;
	struct dirty_list dirty_verdicts;       /* Services, too; nothing is lent of it */
	struct dirty_list dirty_pods;
	struct dirty_list dirty_spaces;
	struct dirty_list dirty_ingresses;
	store_told_fn *told;
	void *told_arg;
	uint64_t mark;
	bool holding;                   /* between store_hold() and store_release() */
	bool replacing;                 /* ... and inside store_replace_file() */
	uint64_t generation;
};

/* store_slot.c: identities and namespaces. */
struct slot *store_slot_find(const struct store *store, enum object_kind kind, const char *ns,
    const char *name);
/*
 * Find or make; *made: it has the object for its name, and nothing else.  ERR_NOMEM, ERR_LIMIT
 * (names beyond all reason, or too many of them).
 */
int store_slot_obtain(struct store *store, struct object *object, struct slot **out, bool *made);
/* The slot of a Service that may not be stated at all.  Errors as above. */
int store_slot_obtain_service(struct store *store, const char *ns, const char *name,
    struct service_slot **out);
/* NULL: of a kind whose changes are not told. */
struct dirty *store_slot_dirty(const struct slot *slot);
const char *store_slot_name(const struct slot *slot);
/* Free the slot if nothing needs it any more. */
void store_slot_prune(struct store *store, struct slot *slot);
void store_space_prune(struct store *store, struct space *space);
/* The slot holds its first claim now, or none any more. */
void store_slot_fill(struct store *store, struct slot *slot);
void store_slot_empty(struct store *store, struct slot *slot);

/*
 * store_dirty.c: put the slot (a Service's, a Pod's, an Ingress's), or the namespace, into its list,
 * once.
 */
void store_slot_mark(struct store *store, struct slot *slot);
/* The same for a Service of which nothing but a verdict has changed. */
void store_slot_mark_verdict(struct store *store, struct slot *slot);
void store_space_mark(struct store *store, struct space *space);
void store_dirty_init(struct dirty_list *list);
void store_dirty_release(struct dirty_list *list);

/*
 * store_index.c: how an object is found, made before anything changes, linked while it serves.
 */
int store_found_new(struct store *store, struct slot *slot, const struct object *object,
    union found *out);
void store_found_free(struct store *store, const struct slot *slot, union found *found);
void store_found_link(struct slot *slot);
void store_found_unlink(struct slot *slot);
/* Mark dirty the Services that select the Pod. */
void store_mark_selecting(struct store *store, const struct object *pod);
void store_mark_selecting_verdict(struct store *store, const struct object *pod);

/* store.c: what a change of the object that serves makes dirty. */
void store_slot_touch(struct store *store, struct slot *slot);
/* ... and who is told of the change, once it is made. */
void store_slot_tell(const struct store *store, const struct slot *slot);

/* store_verdict.c */
void store_verdicts_free(struct store *store);
#endif
