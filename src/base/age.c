/* age.c - how long ago something was, as kubectl says it. */
#include "base/age.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

bool
age_parse(const char *time, int64_t *unix_s)
{
	struct tm tm;
	const char *rest;

	memset(&tm, 0, sizeof(tm));
	rest = time == NULL ? NULL : strptime(time, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest == NULL)
		return false;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (strcmp(rest, "Z") != 0)
		return false;
	*unix_s = (int64_t)timegm(&tm);
	return true;
}

/* "7h3m", and "7h" where there is nothing of the smaller unit. */
static void
two(char out[AGE_TEXT_SIZE], int64_t large, char large_unit, int64_t small, char small_unit)
{
	if (small == 0)
		snprintf(out, AGE_TEXT_SIZE, "%" PRId64 "%c", large, large_unit);
	else
		snprintf(out, AGE_TEXT_SIZE, "%" PRId64 "%c%" PRId64 "%c", large, large_unit, small,
		    small_unit);
}

const char *
age_text(int64_t seconds, char out[AGE_TEXT_SIZE])
{
	/* Clocks of two machines may differ a little. */
	if (seconds < -1)
		snprintf(out, AGE_TEXT_SIZE, "<invalid>");
	else if (seconds < 0)
		snprintf(out, AGE_TEXT_SIZE, "0s");
	else if (seconds < 2 * MINUTE)
		two(out, seconds, 's', 0, 's');
	else if (seconds < 10 * MINUTE)
		two(out, seconds / MINUTE, 'm', seconds % MINUTE, 's');
	else if (seconds < 3 * HOUR)
		two(out, seconds / MINUTE, 'm', 0, 's');
	else if (seconds < 8 * HOUR)
		two(out, seconds / HOUR, 'h', seconds / MINUTE % 60, 'm');
	else if (seconds < 2 * DAY)
		two(out, seconds / HOUR, 'h', 0, 'm');
	else if (seconds < 8 * DAY)
		two(out, seconds / DAY, 'd', seconds / HOUR % 24, 'h');
	else if (seconds < 2 * (int64_t)YEAR)
		two(out, seconds / DAY, 'd', 0, 'h');
	else if (seconds < 8 * (int64_t)YEAR)
		two(out, seconds / YEAR, 'y', seconds / DAY % 365, 'd');
	else
		two(out, seconds / YEAR, 'y', 0, 'd');
	return out;
}

const char *
age_since(const char *time, int64_t now_unix_s, char out[AGE_TEXT_SIZE])
{
	int64_t then;

	if (!age_parse(time, &then)) {
		snprintf(out, AGE_TEXT_SIZE, "<unknown>");
		return out;
	}
	return age_text(now_unix_s - then, out);
}
