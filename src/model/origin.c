/* origin.c - the file that objects come from: one text, counted. */
#include "model/origin.h"

#include <stdlib.h>
#include <string.h>

struct origin *
origin_new(const char *file)
{
	size_t size = strlen(file) + 1;
	struct origin *origin = malloc(sizeof(*origin) + size);

	if (origin == NULL)
		return NULL;
	origin->references = 1;
	memcpy(origin->file, file, size);
	return origin;
}

struct origin *
origin_ref(struct origin *origin)
{
	if (origin != NULL)
		origin->references++;
	return origin;
}

void
origin_unref(struct origin *origin)
{
	if (origin != NULL && --origin->references == 0)
		free(origin);
}
