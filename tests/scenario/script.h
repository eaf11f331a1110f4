/* script.h - for scenarios: what each upstream says to which question, in words and in octets. */
#ifndef ROLLCALL_TESTS_SCENARIO_SCRIPT_H
#define ROLLCALL_TESTS_SCENARIO_SCRIPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/asked.h"

#define SCRIPT_ID 0x1234        /* of all questions, and so of all replies but forged ones */

struct script;

/* A question as an upstream gets it. */
struct script_question {
	struct asked asked;
	bool plain;                     /* without OPT */
	bool tcp;
};

struct script *script_new(void);
void script_free(struct script *script);

/* "UPSTREAM NAME TYPE HOW": README.txt says more.  false: not understood. */
bool script_add(struct script *script, const char *text);

/*
 * What was said last of this question, "silent" if nothing was; borrowed until the script is freed.
 * *delay_ms: how long it takes.
 */
const char *script_find(const struct script *script, const char *upstream,
    const struct script_question *question, unsigned *delay_ms);

/* That as a reply's octets; how many. */
size_t script_reply(const char *how, const struct script_question *question, uint8_t *octets,
    size_t size);

/* "www.example A", then do, cd, plain, tcp as it was asked; valid until the next call. */
const char *script_question_text(const struct script_question *question);
#endif
