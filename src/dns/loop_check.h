/*
 * loop_check.h - find upstreams that lead back to us.  Thread: the resolver's.
 *
 * Each upstream is asked for a name of two random labels, type HINFO, as CoreDNS does.  Nobody else
 * can know it: if the question comes to us, it came through that upstream.  One that could not be
 * reached is checked again later.  (A loop that is not found yet does no harm: the question that
 * comes back joins the flight that caused it.)
 */
#ifndef ROLLCALL_DNS_LOOP_CHECK_H
#define ROLLCALL_DNS_LOOP_CHECK_H
#include <stdbool.h>
#include <stddef.h>

struct asked;
struct clock;
struct flights;
struct loop_check;
struct upstream;

#define LOOP_CHECK_AGAIN_MS 30000

/* NULL: no memory. */
struct loop_check *loop_check_new(struct flights *flights);
/* After the flights have ended. */
void loop_check_free(struct loop_check *check);

/* Ask this one; it is not `looping` until the question comes back.  ERR_NOMEM. */
int loop_check_begin(struct loop_check *check, struct upstream *upstream);
/* Those that are used and have not replied yet are asked again. */
void loop_check_again(struct loop_check *check);
/* Is this one of ours that comes back?  Then its upstream is marked, and said. */
bool loop_check_meets(struct loop_check *check, const struct asked *asked);
#endif
