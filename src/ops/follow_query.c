/* follow_query.c - what a request for a watch asks for. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ops/follow_parts.h"
#include "ops/status.h"
#include "ops/visit.h"

#define TIMEOUT_MAX_S 86400

/* As Go's strconv.ParseBool, which API servers read queries with. */
static bool
read_bool(const char *text, bool *out)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
	static const char *const no[] = { "", "0", "f", "F", "false", "FALSE", "False" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcmp(text, yes[i]) == 0)
			return *out = true;
	*out = false;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (strcmp(text, no[i]) == 0)
			return true;
	return false;
}

static bool
refuse(struct visit *visit, const char *field, const char *message)
{
	struct status_cause cause = { .reason = "FieldValueInvalid", .message = message,
		.field = field };
	char text[256];
	struct status status = { .code = 422, .message = text, .group = "meta.k8s.io",
		.kind = "ListOptions", .causes = &cause, .cause_count = 1 };

	(void)snprintf(text, sizeof(text), "ListOptions.meta.k8s.io \"\" is invalid: %s: %s", field,
	    message);
	status_reply(visit, &status);
	return false;
}

/* meta/v1 ListOptions: which of the three go together. */
static bool
check_match(struct visit *visit, bool stated)
{
	const char *match = visit_query(visit, "resourceVersionMatch");

	if (!stated && match != NULL && match[0] != '\0')
		return refuse(visit, "resourceVersionMatch", "Forbidden: resourceVersionMatch is "
		    "forbidden for watch unless sendInitialEvents is provided");
	if (stated && (match == NULL || strcmp(match, "NotOlderThan") != 0))
		return refuse(visit, "resourceVersionMatch", "Forbidden: sendInitialEvents "
		    "requires setting resourceVersionMatch to NotOlderThan");
	return true;
}

static bool
read_version(struct visit *visit, const struct ledger *ledger, const char *text,
    struct follow_query *query)
{
	query->initial = text == NULL || text[0] == '\0' || strcmp(text, "0") == 0;
	query->from = ledger_version(ledger);
	if (query->initial)
		return true;
	if (!text_to_u64(text, UINT64_MAX, &query->from)) {
		status_say(visit, 400, "invalid resource version: %.64s", text);
		return false;
	}
	return true;
}

bool
follow_read_query(struct visit *visit, const struct ledger *ledger, struct follow_query *query)
{
	const char *initial = visit_query(visit, "sendInitialEvents");
	const char *bookmarks = visit_query(visit, "allowWatchBookmarks");
	const char *timeout = visit_query(visit, "timeoutSeconds");
	uint64_t timeout_s = 0;
	bool sends;

	*query = (struct follow_query){ .initial = false };
	if ((bookmarks != NULL && !read_bool(bookmarks, &query->bookmarks)) ||
	    (initial != NULL && !read_bool(initial, &sends))) {
		status_say(visit, 400, "allowWatchBookmarks, sendInitialEvents: must be true or false");
		return false;
	}
	if (timeout != NULL && timeout[0] != '\0' &&
	    !text_to_u64(timeout, TIMEOUT_MAX_S, &timeout_s)) {
		status_say(visit, 400, "timeoutSeconds: must be 0 to %d", TIMEOUT_MAX_S);
		return false;
	}
	query->timeout_ms = timeout_s * 1000;
	if (!read_version(visit, ledger, visit_query(visit, "resourceVersion"), query) ||
	    !check_match(visit, initial != NULL))
		return false;
	if (initial != NULL) {
		/* From a version too: what is not older than that is what there is now. */
		query->initial = sends;
		query->says_end = sends && query->bookmarks;
	}
	return true;
}
