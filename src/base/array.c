/* array.c - make room in a growing array. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

#define FIRST_ROOM 8

int
array_grow(void **items, size_t *room, size_t need, size_t size)
{
	if (need <= *room)
		return 0;

	size_t want = *room + *room / 2;

	if (want < *room || want < need)        /* wrapped round, or one big step */
		want = need;
	if (want < FIRST_ROOM)
		want = FIRST_ROOM;
	if (size == 0 || want > SIZE_MAX / size)
		return ERR_NOMEM;

	void *grown = realloc(*items, want * size);

	if (grown == NULL)
		return ERR_NOMEM;
	*items = grown;
	*room = want;
	return 0;
}
