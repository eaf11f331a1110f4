/*
 * zone_step.h - the records that went and came between two serials of a zone (RFC 1995).
 *
 * Noted one by one while the zone changes, each once whatever it did meanwhile; sealed when the
 * zone has its next serial; immutable and counted from then on.
 *
 * Threads: control notes and seals; any reads what is sealed.
 */
#ifndef ROLLCALL_DNS_ZONE_STEP_H
#define ROLLCALL_DNS_ZONE_STEP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone_record;
struct zone_step;

/* Empty; NULL: no memory. */
struct zone_step *zone_step_new(void);
/* One more who holds it; one less, freed with the last.  NULL is allowed. */
struct zone_step *zone_step_ref(struct zone_step *step);
void zone_step_unref(struct zone_step *step);

/* The record goes (-1) or comes (1).  ERR_NOMEM: the step is of no use any more. */
int zone_step_note(struct zone_step *step, int sign, const struct zone_record *record);
/* Does nothing remain of all that was noted? */
bool zone_step_is_empty(const struct zone_step *step);
/* Octets of memory, about. */
size_t zone_step_size(const struct zone_step *step);

/* From this SOA to that one; the memory that only noting needs is given back.  ERR_NOMEM. */
int zone_step_seal(struct zone_step *step, const struct zone_record *from,
    const struct zone_record *to);

/* Of a sealed one. */
const struct zone_record *zone_step_from(const struct zone_step *step);
const struct zone_record *zone_step_to(const struct zone_step *step);
/* Octets of its records on the wire, without compression. */
size_t zone_step_octets(const struct zone_step *step);

struct zone_step_place;
/*
 * The next record that goes or comes, in no particular order; *place is NULL at first.  false:
 * there are no more.
 */
bool zone_step_next(const struct zone_step *step, int sign, const struct zone_step_place **place,
    struct zone_record *record);
#endif
