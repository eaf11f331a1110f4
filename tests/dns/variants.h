/* variants.h - small random worlds for the catalog, and whether two indexes say the same of them. */
#ifndef ROLLCALL_TESTS_DNS_VARIANTS_H
#define ROLLCALL_TESTS_DNS_VARIANTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct catalog;
struct index;
struct dns_settings;

#define VARIANT_SERVICES 6      /* three in namespace a, three in b */
#define VARIANT_COUNT 24        /* ways each of them can be */
#define VARIANT_PODS 4
#define VARIANT_POD_COUNT 6

struct variants;

/* All that is in them follows from the seed. */
struct variants *variants_new(const struct dns_settings *settings, uint32_t seed);
void variants_free(struct variants *variants);

/*
 * Let the catalog know: the service is as its variant says (-1: gone); returns the catalog's err.
 */
int variants_set(const struct variants *variants, struct catalog *catalog, unsigned service,
    int variant);
/* The same of a Pod, by a variant of its own (-1: gone). */
int variants_set_pod(const struct variants *variants, struct catalog *catalog, unsigned pod,
    int variant);
/* Namespace a, b, or c, which is always empty. */
int variants_set_namespace(struct catalog *catalog, unsigned ns, bool exists);

/* The i-th of all names that can be; NULL: there are no more. */
const uint8_t *variants_name(const struct variants *variants, size_t i);

/*
 * Every name that can be is answered alike by both, and neither has any other.  Fails the test
 * otherwise.
 */
void variants_expect_same(const struct variants *variants, const struct index *a,
    const struct index *b);
#endif
