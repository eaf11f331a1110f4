/* fuzz_patch.c - any octets as an object and a patch: no crash, no leak, what comes out is bounded. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ops/patch_apply.h"
#include "ops/patch_bounds.h"
#include "ops/patch_json.h"
#include "ops/patch_merge.h"
#include "ops/patch_strategic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* `out`: read only here, behind the call that sets it. */
static void
check(int err, json_t *const *out, json_t *target, json_t *before)
{
	struct patch_why why;

	if (!json_equal(target, before))
		abort();        /* what was borrowed has changed */
	if (err == 0 && patch_bounds_check(*out, &why) != 0)
		abort();
	if (err == 0)
		json_decref(*out);
}

static void
run(json_t *target, json_t *before, json_t *patch)
{
	static const char *const kinds[] = { "Service", "Pod" };
	const struct patch_manager manager = { .name = "m", .now = "t" };
	struct patch_why why;
	json_t *out = NULL;

	check(patch_merge(target, patch, &why, &out), &out, target, before);
	check(patch_json(target, patch, &why, &out), &out, target, before);
	for (size_t i = 0; i < 2; i++) {
		json_t *causes = NULL;

		check(patch_strategic(kinds[i], target, patch, &why, &out), &out, target, before);
		if (!json_is_object(target) || !json_is_object(patch))
			continue;
		check(patch_apply(kinds[i], target, patch, &manager, &why, &causes, &out), &out,
		    target, before);
		json_decref(causes);
		out = json_deep_copy(patch);
		if (out != NULL && patch_apply_note(kinds[i], target, out, &manager) == 0 &&
		    !json_equal(target, before))
			abort();
		json_decref(out);
	}
}

/* Object and patch are parted by the first line's end. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
	size_t first = end == NULL ? size : (size_t)(end - data);
	json_t *target = json_loadb((const char *)data, first, JSON_DECODE_ANY, NULL);
	json_t *patch = end == NULL ? NULL :
	    json_loadb((const char *)end + 1, size - first - 1, JSON_DECODE_ANY, NULL);
	json_t *before = target == NULL ? NULL : json_deep_copy(target);
	struct patch_why why;

	if (target != NULL && patch != NULL && patch_bounds_check(target, &why) == 0)
		run(target, before, patch);
	json_decref(before);
	json_decref(target);
	json_decref(patch);
	return 0;
}
