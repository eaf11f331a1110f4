/*
 * object.h - what all kinds of Kubernetes objects share.  Thread: control.
 *
 * The life of an object: `source` decodes it and packs it, the store takes the copy over, and
 * gives it back when its file no longer states it; roster entries hold those they point into.
 * Between the two nothing changes it, but for the places where it is stated.
 */
#ifndef ROLLCALL_MODEL_OBJECT_H
#define ROLLCALL_MODEL_OBJECT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct origin;

enum object_kind {
	KIND_SERVICE,
	KIND_POD,
	/* core/v1 Endpoints, held as a struct slice with one part a subset */
	KIND_ENDPOINTS,
	KIND_ENDPOINT_SLICE,
	KIND_NAMESPACE,
	KIND_INGRESS,
};
#define KIND_COUNT 6

/* One label, annotation or selector term. */
struct pair {
	const char *key;
	const char *value;
};
struct pairs {
	struct pair *items;     /* sorted by key */
	size_t count;
};

/*
 * First member of every kind's struct, which begins the one piece of memory all of it is in.  What
 * nothing here looks at (uid, annotations, labels but for Pods) is in the image alone.
 */
struct object {
	uint8_t kind;           /* enum object_kind */
	bool trusted;           /* from a file of a trusted owner: exec probes are believed */
	bool deleting;          /* metadata.deletionTimestamp is set */
	uint32_t references;    /* control thread only, once the store has it */
	struct origin *origin;  /* held; the file of all its places.  NULL: none */
	struct place place;     /* of its first key */
	/* metadata.creationTimestamp; 0: not stated */
	uint32_t created_unix_s;
	/* what was stated, packed (base/squeeze.h), for those who show it; NULL: nobody does */
	uint32_t image_size;
	const uint8_t *image;
	/* over all that was stated, without places; equal digests: equal objects */
	uint64_t digest;
	/* metadata.namespace, "default" where not stated; "" for a Namespace */
	const char *ns;
	const char *name;
};

/* "Service", "Pod", "Endpoints", "EndpointSlice", "Namespace", "Ingress". */
const char *object_kind_text(enum object_kind kind);

/*
 * A copy in one piece of memory, with one reference, of what was decoded to wherever there was
 * room.  It shares nothing but the origin.  ERR_NOMEM.
 */
int object_pack(const struct object *decoded, struct object **out);

/*
 * Take and give back a reference; the last one frees the object with all that hangs from it.  NULL
 * is allowed.  The count is not part of what an object says, so a const one can be held.
 */
const struct object *object_ref(const struct object *object);
void object_unref(const struct object *object);

/*
 * `now` says what `held` says, perhaps elsewhere: that is where it is stated from now on.  So those
 * who hold the old one need not be given the new.
 */
void object_take_places(struct object *held, const struct object *now);

/* The value of a key, or NULL. */
const char *pairs_find(const struct pairs *pairs, const char *key);

/*
 * Do the labels carry every term of the selector?  An empty selector matches nothing
 * (Service.spec.selector).
 */
bool pairs_match(const struct pairs *selector, const struct pairs *labels);
#endif
