/* bench_steps.c - the load: a cycle of queries, ready to be sent, and what is expected of each. */
#include "tests/bench/bench_steps.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_base.h"

#define LENGTH_PREFIX 2

struct room {
	size_t steps;
	size_t octets;
	size_t octets_len;
};

/* realloc that ends the program. */
static void *
enlarge(void *memory, size_t *room, size_t unit)
{
	*room = *room == 0 ? 4096 : *room * 2;
	memory = realloc(memory, *room * unit);
	if (memory == NULL)
		bench_die("memory");
	return memory;
}

static void
add(struct bench_steps *steps, struct room *room, const uint8_t *packet, struct bench_step *step)
{
	if (steps->count == room->steps)
		steps->steps = enlarge(steps->steps, &room->steps, sizeof(*step));
	if (room->octets_len + LENGTH_PREFIX + step->len > room->octets)
		steps->octets = enlarge(steps->octets, &room->octets, 1);
	steps->octets[room->octets_len++] = (uint8_t)(step->len >> 8);
	steps->octets[room->octets_len++] = (uint8_t)step->len;
	if (room->octets_len > UINT32_MAX)
		bench_fail("too many queries");
	step->at = (uint32_t)room->octets_len;
	memcpy(steps->octets + room->octets_len, packet, step->len);
	room->octets_len += step->len;
	steps->steps[steps->count++] = *step;
}

static void
read_file(struct bench_steps *steps, struct room *room, const char *path, unsigned flags,
    uint64_t *seed)
{
	FILE *file = fopen(path, "r");
	char line[512];

	if (file == NULL)
		bench_die(path);
	while (fgets(line, sizeof(line), file) != NULL) {
		uint8_t packet[QUERY_SIZE_MAX];
		struct bench_step step = { .at = 0 };

		step.len = (uint16_t)query_parse(line, flags, seed, packet, &step.question_len,
		    &step.expected);
		if (step.len == 0)
			bench_fail("%s:%u: not `name type rcode answers [digest]`", path,
			    steps->count + 1);
		add(steps, room, packet, &step);
	}
	(void)fclose(file);
}

static void
load(struct bench_steps *steps, const char *path, unsigned flags, uint64_t seed)
{
	struct room room = { 0, 0, 0 };

	*steps = (struct bench_steps){ .count = 0 };
	do {
		read_file(steps, &room, path, flags, &seed);
		if (steps->count == 0)
			bench_fail("%s: no queries", path);
	} while (steps->count < STEPS_MIN);
}

void
bench_steps_load(struct bench_steps *steps, const char *path, const char *either, unsigned flags,
    uint64_t seed)
{
	struct bench_steps other;

	load(steps, path, flags, seed);
	if (either == NULL)
		return;
	load(&other, either, flags, seed);
	steps->either = bench_alloc(steps->count, sizeof(*steps->either));
	for (uint32_t i = 0; i < steps->count; i++) {
		const struct bench_step *a = &steps->steps[i], *b = &other.steps[i];

		if (other.count != steps->count || a->len != b->len ||
		    memcmp(steps->octets + a->at, other.octets + b->at, a->len) != 0)
			bench_fail("%s:%u: not the question of %s", either, i + 1, path);
		steps->either[i] = b->expected;
	}
	bench_steps_free(&other);
}

void
bench_steps_free(struct bench_steps *steps)
{
	free(steps->steps);
	free(steps->octets);
	free(steps->either);
}

enum query_fault
bench_steps_check(const struct bench_steps *steps, uint32_t i, const uint8_t *reply, size_t len)
{
	const struct bench_step *step = &steps->steps[i];
	const uint8_t *query = steps->octets + step->at;
	enum query_fault fault = query_check(reply, len, query, step->question_len,
	    &step->expected);

	if (fault == QUERY_RIGHT || steps->either == NULL)
		return fault;
	return query_check(reply, len, query, step->question_len, &steps->either[i]);
}
