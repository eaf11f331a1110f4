/*
 * bench_membership.c - what it costs to work out who is present in one Service.
 *
 *     bench_membership [ROUNDS]
 *
 * A Service of 1 to 5,000 endpoints in slices of at most 100, as Kubernetes writes them: in the
 * order of their addresses, and in no order.  Printed are the median time of membership_build()
 * and of giving its entry back, and the octets that the entry, a slice of one and of ten endpoints
 * and a plain Service take.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/membership.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/slice.h"
#include "model/store.h"
#include "source/decode.h"

#define SLICE_MAX 100
#define ROUNDS_MAX 9999

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The place of the i-th endpoint's address; 7,919 is a prime, so all are met. */
static unsigned
place_of(unsigned i, unsigned count, bool sorted)
{
	return sorted ? i : (unsigned)((unsigned long)i * 7919 % count);
}

static void
write_world(FILE *out, unsigned count, bool sorted)
{
	fputs("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, "
	    "spec: {clusterIP: None, ports: [{name: http, port: 80}]}}\n", out);
	for (unsigned i = 0; i < count; i++) {
		unsigned at = place_of(i, count, sorted);

		if (i % SLICE_MAX == 0)
			fprintf(out, "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, "
			    "metadata: {name: web-%u, namespace: shop, labels: "
			    "{kubernetes.io/service-name: web}}, addressType: IPv4, "
			    "ports: [{name: http, port: 8080}], endpoints: [\n", i / SLICE_MAX);
		fprintf(out, "{addresses: [10.1.%u.%u], nodeName: n-%u, zone: a, targetRef: "
		    "{kind: Pod, name: web-%u}}%s\n", at / 250, at % 250, at % 50, at,
		    i % SLICE_MAX == SLICE_MAX - 1 || i == count - 1 ? "]}" : ",");
	}
}

static struct store *
make_world(unsigned count, bool sorted)
{
	static const struct decode_settings settings = { .trusted = true };
	struct object_list list = { 0 };
	struct store *store = store_new();
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (store == NULL || out == NULL)
		abort();
	write_world(out, count, sorted);
	if (fclose(out) != 0 || decode_text("w.yaml", text, len, &settings, &list, NULL) != 0 ||
	    store_replace_file(store, "w.yaml", list.items, list.count, NULL) != 0)
		abort();
	free(list.items);
	free(text);
	return store;
}

static int
show_slice(void *arg, const struct object *object)
{
	(void)arg;
	printf("  a slice of %u takes %zu octets\n",
	    ((const struct slice *)(const void *)object)->parts[0].endpoint_count,
	    malloc_usable_size((void *)(uintptr_t)object) + sizeof(size_t));
	return 0;
}

static void
run(unsigned count, bool sorted, unsigned rounds)
{
	struct store *store = make_world(count, sorted);
	const struct service *service = store_service(store, "shop", "web");
	static double times[ROUNDS_MAX];
	size_t octets = 0;

	for (unsigned i = 0; i < rounds; i++) {
		struct roster_entry *entry;
		double before = cpu_us();

		if (membership_build(store, service, NULL, &entry) != 0)
			abort();
		octets = malloc_usable_size(entry) + sizeof(size_t);
		roster_entry_unref(entry);
		times[i] = cpu_us() - before;
	}
	qsort(times, rounds, sizeof(*times), compare_times);
	printf("%5u endpoints, %s: %9.2f us, entry %zu octets\n", count,
	    sorted ? "in order " : "scattered", times[rounds / 2], octets);
	if (sorted && count <= 10)
		store_each(store, KIND_ENDPOINT_SLICE, show_slice, NULL);
	if (count == 1)
		printf("  the Service takes %zu octets\n",
		    malloc_usable_size((void *)(uintptr_t)service) + sizeof(size_t));
	store_free(store);
}

int
main(int argc, char **argv)
{
	static const unsigned counts[] = { 1, 10, 100, 1000, 5000 };
	int rounds = argc > 1 ? atoi(argv[1]) : 2001;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_membership [ROUNDS], at most %d\n", ROUNDS_MAX);
		return 2;
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		unsigned fewer = counts[i] >= 1000 ? 10 : 1;

		run(counts[i], true, ((unsigned)rounds + fewer - 1) / fewer);
		run(counts[i], false, ((unsigned)rounds + fewer - 1) / fewer);
	}
	return 0;
}
