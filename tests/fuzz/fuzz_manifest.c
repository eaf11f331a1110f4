/* fuzz_manifest.c - any octets as a manifest: no crash, no leak, no half object. */
#include <stdint.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/object.h"
#include "source/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever was read. */
static void
check(int err, const struct object_list *list, const struct diag *diag)
{
	if (err != 0 && err != ERR_NOMEM && diag_count(diag, SEVERITY_ERROR) == 0)
		abort();        /* refused without a word */
	if (err == 0 && diag_count(diag, SEVERITY_ERROR) != 0)
		abort();        /* accepted in spite of an error */
	for (size_t i = 0; i < list->count; i++) {
		const struct object *object = list->items[i];

		if (object->ns == NULL || object->name == NULL || *object->name == '\0' ||
		    object->references != 1)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decode_settings settings = { .trusted = size % 2 == 0, .exec_enabled = true };
	struct object_list list = { 0 };
	struct diag *diag = diag_new();

	if (diag == NULL)
		return 0;
	check(decode_text("fuzz.yaml", data, size, &settings, &list, diag), &list, diag);
	object_list_release(&list);
	diag_free(diag);
	return 0;
}
