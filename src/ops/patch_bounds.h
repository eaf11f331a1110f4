/*
 * patch_bounds.h - how deep and how large an object may become by a patch.  Thread: any; pure.
 *
 * A patch of a few octets can ask for much: copies of copies, lists in lists.  So whoever patches
 * looks at what comes in, and at what comes out.  In all patches values that come in are borrowed
 * and never changed, though jansson takes them without const.
 */
#ifndef ROLLCALL_OPS_PATCH_BOUNDS_H
#define ROLLCALL_OPS_PATCH_BOUNDS_H
#include <jansson.h>
#include <stddef.h>

#define PATCH_DEPTH_MAX 64              /* levels, as of manifests */
#define PATCH_WEIGHT_MAX (1UL << 20)    /* octets of an object's text, about */
#define PATCH_OPERATIONS_MAX 10000      /* of a JSON patch; the API server's bound */

/* Why a patch cannot be applied, in words for the reply. */
#define PATCH_WHY_SIZE 320
struct patch_why {
	char text[PATCH_WHY_SIZE];
};
/* Writes the sentence, cut where it does not fit; returns err. */
int patch_why_say(struct patch_why *why, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* About how many octets the value is as text; SIZE_MAX where it is deeper than `depth` levels. */
size_t patch_bounds_weight(json_t *value, unsigned depth);
/* 0, or ERR_LIMIT with the sentence. */
int patch_bounds_check(json_t *value, struct patch_why *why);
#endif
