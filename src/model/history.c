/* history.c - the last results of one target. */
#include "model/history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define TENTH_MS 100
#define TOOK_MAX ((UINT32_C(1) << 30) - 1)

struct result {
	uint32_t ended_tenths;          /* of a second; wraps after 13 years */
	uint32_t took_us : 30;
	uint32_t class : 2;
};

struct history {
	struct result results[HISTORY_MAX];     /* a ring */
	int64_t certificate_expires_unix_s;
	char *detail;                   /* of the last; NULL: it had none */
	uint32_t timeout_ms;
	int value;
	uint8_t code;                   /* enum outcome_code */
	uint8_t next;                   /* where the next result goes */
	uint8_t count;
};

/* Mostly it says what it said before. */
static int
keep_detail(struct history *history, const char *detail)
{
	const char *kept = history->detail != NULL ? history->detail : "";
	char *copy = NULL;
	bool failed;

	if (strcmp(kept, detail) == 0)
		return 0;
	if (*detail != '\0')
		copy = strdup(detail);
	failed = *detail != '\0' && copy == NULL;
	free(history->detail);
	history->detail = copy;
	return failed ? ERR_NOMEM : 0;
}

int
history_note(struct history **slot, const struct outcome *outcome, uint64_t now_ms)
{
	struct history *history = *slot;

	if (history == NULL) {
		history = calloc(1, sizeof(*history));
		if (history == NULL)
			return ERR_NOMEM;
		*slot = history;
	}
	history->results[history->next] = (struct result){
		.ended_tenths = (uint32_t)(now_ms / TENTH_MS),
		.took_us = (outcome->took_us < TOOK_MAX ? outcome->took_us : TOOK_MAX) & TOOK_MAX,
		.class = (unsigned)outcome_class(outcome->code) & 3,
	};
	history->next = (uint8_t)((history->next + 1) % HISTORY_MAX);
	if (history->count < HISTORY_MAX)
		history->count++;
	history->code = (uint8_t)outcome->code;
	history->value = outcome->value;
	history->timeout_ms = outcome->timeout_ms;
	history->certificate_expires_unix_s = outcome->certificate_expires_unix_s;
	return keep_detail(history, outcome->detail);
}

void
history_free(struct history *history)
{
	if (history == NULL)
		return;
	free(history->detail);
	free(history);
}

size_t
history_count(const struct history *history)
{
	return history == NULL ? 0 : history->count;
}

struct history_result
history_at(const struct history *history, size_t i, uint64_t now_ms)
{
	size_t at = (size_t)(history->next + HISTORY_MAX - history->count) + i;
	const struct result *result = &history->results[at % HISTORY_MAX];
	uint32_t ago_tenths = (uint32_t)(now_ms / TENTH_MS) - result->ended_tenths;

	return (struct history_result){
		.ago_ms = (uint64_t)ago_tenths * TENTH_MS,
		.took_us = result->took_us,
		.class = (enum outcome_class)result->class,
	};
}

void
history_last(const struct history *history, struct outcome *out)
{
	size_t at = (size_t)(history->next + HISTORY_MAX - 1) % HISTORY_MAX;

	memset(out, 0, sizeof(*out));
	out->code = (enum outcome_code)history->code;
	out->value = history->value;
	out->took_us = history->results[at].took_us;
	out->timeout_ms = history->timeout_ms;
	out->certificate_expires_unix_s = history->certificate_expires_unix_s;
	if (history->detail != NULL)
		outcome_set_detail(out, history->detail);
}
