/*
 * zone_image.h - a whole zone at one serial, as the messages of an AXFR (RFC 5936).
 *
 * Made once for all who ask for it; immutable and counted from then on.
 *
 * Threads: control makes it; any reads it.
 */
#ifndef ROLLCALL_DNS_ZONE_IMAGE_H
#define ROLLCALL_DNS_ZONE_IMAGE_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct zone_image;
struct zone_record;

/*
 * Begins with the zone's SOA.  While it lives it is counted in *alive, which outlives it.  NULL: no
 * memory.
 */
struct zone_image *zone_image_new(const struct zone_record *soa, atomic_uint *alive);
/* Add a record (an expand_fn); in the end once more the SOA.  ERR_NOMEM. */
int zone_image_add(void *image, const struct zone_record *record);
int zone_image_end(struct zone_image *image);

/* One more who holds it; one less, freed with the last.  NULL is allowed. */
struct zone_image *zone_image_ref(struct zone_image *image);
void zone_image_unref(struct zone_image *image);

uint32_t zone_image_serial(const struct zone_image *image);
/* The n-th message: id 0, the question is the zone's name in lower case and AXFR. */
const uint8_t *zone_image_message(const struct zone_image *image, size_t n, size_t *len);
size_t zone_image_count(const struct zone_image *image);
/* Octets of its records without compression. */
size_t zone_image_octets(const struct zone_image *image);
#endif
