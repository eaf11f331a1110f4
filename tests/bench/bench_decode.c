/*
 * bench_decode.c - what reading manifests costs beside libyaml's bare event loop over the same text.
 *
 *     bench_decode ROUNDS FILE...
 *
 * The loop, the reading, and the reading with images for the API are run in turn, each on a clock of
 * its thread's CPU; printed are the medians, their ratios, and what an object's image takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

#include "base/diag.h"
#include "base/squeeze.h"
#include "model/object.h"
#include "source/decode.h"
#include "source/manifest_file.h"

#define ROUNDS_MAX 99

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The events of a file, counted, as whoever uses libyaml must read them at least. */
static size_t
run_bare(const char *path)
{
	yaml_parser_t parser;
	yaml_event_t event;
	size_t count = 0;
	bool more = true;
	FILE *file = fopen(path, "rb");

	if (file == NULL || !yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_file(&parser, file);
	while (more && yaml_parser_parse(&parser, &event)) {
		more = event.type != YAML_STREAM_END_EVENT;
		count++;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	(void)fclose(file);
	return count;
}

/* Read, check, decode: all that is done to a file before it is handed to the world. */
static size_t
run_whole(const char *path, struct squeeze *squeeze, size_t *octets)
{
	const struct decode_settings settings = { .trusted = true, .exec_enabled = true,
		.squeeze = squeeze };
	struct object_list list = { 0 };
	struct diag *diag = diag_new();
	struct manifest_file file;
	size_t count = 0;

	if (diag != NULL && manifest_file_read(path, &file, diag) == 0) {
		if (decode_text(path, file.text, file.len, &settings, &list, diag) == 0)
			count = list.count;
		for (size_t i = 0; i < count; i++)
			*octets += list.items[i]->image_size;
		manifest_file_release(&file);
	}
	diag_print(diag, SEVERITY_ERROR, stderr);
	object_list_release(&list);
	diag_free(diag);
	return count;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	double bare[ROUNDS_MAX], whole[ROUNDS_MAX], shown[ROUNDS_MAX];
	struct squeeze *squeeze = squeeze_new();
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	size_t events = 0, objects = 0, octets = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX || squeeze == NULL) {
		(void)fprintf(stderr, "usage: bench_decode ROUNDS FILE...\n");
		return 64;
	}
	for (int i = 0; i < rounds; i++) {
		double began = cpu_s();

		events = objects = octets = 0;
		for (int k = 2; k < argc; k++)
			events += run_bare(argv[k]);
		bare[i] = cpu_s() - began;
		began = cpu_s();
		for (int k = 2; k < argc; k++)
			objects += run_whole(argv[k], NULL, &octets);
		whole[i] = cpu_s() - began;
		began = cpu_s();
		for (int k = 2; k < argc; k++)
			run_whole(argv[k], squeeze, &octets);
		shown[i] = cpu_s() - began;
	}
	qsort(bare, (size_t)rounds, sizeof(*bare), compare);
	qsort(whole, (size_t)rounds, sizeof(*whole), compare);
	qsort(shown, (size_t)rounds, sizeof(*shown), compare);
	squeeze_free(squeeze);
	printf("%zu events, %zu objects: libyaml %.3f s, reading and decoding %.3f s: %.2f\n", events,
	    objects, bare[rounds / 2], whole[rounds / 2], whole[rounds / 2] / bare[rounds / 2]);
	printf("with images %.3f s: %.2f of the reading, %.1f octets an object\n",
	    shown[rounds / 2], shown[rounds / 2] / whole[rounds / 2],
	    objects > 0 ? (double)octets / (double)objects : 0);
	return 0;
}
