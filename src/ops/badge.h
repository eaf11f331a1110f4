/* badge.h - how present a Service is, as a small picture (SVG).  Thread: any; pure. */
#ifndef ROLLCALL_OPS_BADGE_H
#define ROLLCALL_OPS_BADGE_H
#include <stdint.h>

struct strbuf;

/* NAME in grey, "2/3 ready" in green (all), amber (some), red (none). */
void badge_draw(struct strbuf *svg, const char *name, uint32_t ready, uint32_t total);
/* The same with a word in grey: "unknown", "external", "no endpoints". */
void badge_draw_word(struct strbuf *svg, const char *name, const char *word);
#endif
