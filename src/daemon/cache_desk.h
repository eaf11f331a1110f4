/*
 * cache_desk.h - what is kept of what upstreams said: shown, counted, forgotten.  Thread: control.
 *
 *     GET  /rollcall/v1/cache[?at=TOKEN][&name=PART]   counts, and a page of entries; ?counts=1: no page
 *     POST /rollcall/v1/cache {"flush": "example.org", "below": true}, {"flush": "all"}
 */
#ifndef ROLLCALL_DAEMON_CACHE_DESK_H
#define ROLLCALL_DAEMON_CACHE_DESK_H

struct cache_desk;
struct rollcall;

/* Takes its route.  ERR_NOMEM, ERR_FULL, ERR_SYSTEM. */
int cache_desk_new(struct rollcall *rollcall, struct cache_desk **out);
/* When the resolver has stopped and nobody visits any more. */
void cache_desk_free(struct cache_desk *desk);
#endif
