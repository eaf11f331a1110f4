/* tcp_numbers.c - numbers for connections: a place in a table, and how often it has been taken. */
#include "dns/tcp_numbers.h"

#include <stdbool.h>
#include <stdlib.h>

struct place {
	void *who;                      /* NULL: it is free */
	uint32_t turn;
	uint32_t next_free;             /* its place + 1; 0: the last */
};

struct tcp_numbers {
	struct place *places;
	uint32_t count;
	uint32_t size;
	uint32_t free;
};

struct tcp_numbers *
tcp_numbers_new(void)
{
	return calloc(1, sizeof(struct tcp_numbers));
}

void
tcp_numbers_free(struct tcp_numbers *numbers)
{
	if (numbers == NULL)
		return;
	free(numbers->places);
	free(numbers);
}

/* One more place, free; false: no memory. */
static bool
add_place(struct tcp_numbers *numbers)
{
	if (numbers->count == numbers->size) {
		uint32_t size = numbers->size == 0 ? 64 : 2 * numbers->size;
		struct place *places = size < numbers->size ? NULL :
		    realloc(numbers->places, size * sizeof(*places));

		if (places == NULL)
			return false;
		numbers->places = places;
		numbers->size = size;
	}
	numbers->places[numbers->count++] = (struct place){ .who = NULL };
	numbers->free = numbers->count;
	return true;
}

uint64_t
tcp_numbers_take(struct tcp_numbers *numbers, void *who)
{
	if (numbers->free == 0 && !add_place(numbers))
		return 0;
	uint32_t at = numbers->free;
	struct place *place = &numbers->places[at - 1];
	numbers->free = place->next_free;
	place->who = who;
	place->turn++;
	return (uint64_t)place->turn << 32 | at;
}

static struct place *
find(const struct tcp_numbers *numbers, uint64_t number)
{
	uint32_t at = (uint32_t)number;

	if (at == 0 || at > numbers->count)
		return NULL;
	struct place *place = &numbers->places[at - 1];
	return place->who != NULL && place->turn == number >> 32 ? place : NULL;
}

void
tcp_numbers_drop(struct tcp_numbers *numbers, uint64_t number)
{
	struct place *place = find(numbers, number);

	if (place == NULL)
		return;
	place->who = NULL;
	place->next_free = numbers->free;
	numbers->free = (uint32_t)number;
}

void *
tcp_numbers_find(const struct tcp_numbers *numbers, uint64_t number)
{
	const struct place *place = find(numbers, number);

	return place == NULL ? NULL : place->who;
}
