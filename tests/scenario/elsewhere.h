/*
 * elsewhere.h - for scenarios: what is not ours, asked of upstreams that say what a script says.
 *
 * Errands, flights, the cache and parcels are the daemon's; upstreams answer in octets, so that
 * these are read as any others are.  Only sockets, threads and time are played.
 */
#ifndef ROLLCALL_TESTS_SCENARIO_ELSEWHERE_H
#define ROLLCALL_TESTS_SCENARIO_ELSEWHERE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct dns_settings;
struct elsewhere;
struct index;
struct responder;

/* Everything is borrowed; whom to ask is set in the settings. */
struct elsewhere *elsewhere_new(struct clock *clock, struct dns_settings *settings,
    const struct index *index);
void elsewhere_free(struct elsewhere *elsewhere);

/* "ZONE POLICY UPSTREAM... [KEY=VALUE...]"; README.txt says more.  false: not understood. */
bool elsewhere_forward(struct elsewhere *elsewhere, const char *text);
/* "UPSTREAM NAME TYPE HOW": from now on; what was said last counts.  false: not understood. */
bool elsewhere_upstream(struct elsewhere *elsewhere, const char *text);

/*
 * A client asks: "NAME TYPE [FLAGS]".  What it is called later is `label`.  The reply may be there at
 * once.
 */
void elsewhere_send(struct elsewhere *elsewhere, struct responder *responder, const char *label,
    const char *question);
/* Its reply in words (tests/dns/ask.h); NULL: it still waits. */
const char *elsewhere_reply(const struct elsewhere *elsewhere, const char *label);

/* Whom was what asked since the last call: "a www.example A, b www.example A tcp"; "nobody". */
const char *elsewhere_asked(struct elsewhere *elsewhere);

/* Do what is due; returns when the next thing is, UINT64_MAX: nothing. */
uint64_t elsewhere_run(struct elsewhere *elsewhere);
#endif
