/*
 * patch_schema.h - which lists of Kubernetes' objects are merged, and by what.  Thread: any; pure.
 *
 * Two sets of rules that mostly, not always, agree: those of strategic merge patches
 * (patchStrategy, patchMergeKey) and those of server-side apply (listType, listMapKeys, mapType).
 * A list without a rule is taken as a whole.
 */
#ifndef ROLLCALL_OPS_PATCH_SCHEMA_H
#define ROLLCALL_OPS_PATCH_SCHEMA_H

/* Where a walk is: field names from the root, items of lists left out.  Lies on the stack. */
struct patch_path {
	const struct patch_path *up;    /* NULL: the root's own field */
	const char *name;
};

enum patch_apply {
	PATCH_APPLY_DEFAULT,            /* objects by field, lists as a whole */
	PATCH_APPLY_ATOMIC,             /* even an object is taken as a whole */
	PATCH_APPLY_SET,                /* a list of texts that are each there or not */
	PATCH_APPLY_KEYS,               /* a list of objects, told apart by keys */
};

struct patch_rule {
	const char *kind;               /* NULL: of all kinds */
	const char *path;               /* "spec.ports" */
	const char *merge_key;          /* strategic; "": a list of texts; NULL: not merged */
	enum patch_apply apply;
	const char *keys[2];            /* PATCH_APPLY_KEYS; the second may be NULL */
};

/* NULL: there is none. */
const struct patch_rule *patch_schema_find(const char *kind, const struct patch_path *path);
/* What a key of a list's item is where it is not stated: ports have protocol TCP.  Else NULL. */
const char *patch_schema_default(const char *key);
#endif
