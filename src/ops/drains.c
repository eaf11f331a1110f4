/* drains.c - which endpoints an operator has taken out, and the changing of it. */
#include "ops/drains.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/drain.h"
#include "model/roster.h"
#include "model/store.h"
#include "model/target.h"
#include "ops/insight.h"
#include "ops/status.h"
#include "ops/steer.h"
#include "ops/visit.h"

#define TEXT_MAX 200

/* ---- the list ---- */

struct listing {
	const struct store *store;
	json_t *list;
	size_t left;                    /* to be found yet */
	bool failed;
};

static int
visit_drain(void *arg, const char *id, const struct verdict_state *state)
{
	struct listing *listing = arg;
	char parts[4][TARGET_ID_SIZE] = { "", "", "", "" };
	bool pod = strncmp(id, "pod/", 4) == 0;
	json_t *object;

	if (!drain_is_id(id) ||
	    sscanf(id, "%1023[^/]/%1023[^/]/%1023[^/]/%1023[^/]", parts[0], parts[1], parts[2],
	    parts[3]) < 3)
		return 0;
	object = json_pack("{s:s, s:s, s:s, s:I, s:b}", "namespace", parts[1],
	    pod ? "pod" : "service", parts[2], "reason", state->reason, "sinceUnixMilliseconds",
	    (json_int_t)state->since_unix_ms, "stated", drain_is_held(listing->store, id));
	if (object != NULL && !pod && json_object_set_new(object, "address", json_string(parts[3])) != 0)
		listing->failed = true;
	listing->failed |= json_array_append_new(listing->list, object) != 0;
	return --listing->left == 0 || listing->failed;
}

json_t *
drains_list(const struct drains *drains)
{
	const struct store *store = drains->insight->store;
	struct listing listing = { .store = store, .list = json_array(),
		.left = store_count_drained(store) };
	json_t *object;

	if (listing.list == NULL)
		return NULL;
	if (listing.left > 0)
		(void)store_each_verdict(store, visit_drain, &listing);
	object = listing.failed ? NULL : json_pack("{s:O}", "drained", listing.list);
	json_decref(listing.list);
	return object;
}

/* ---- changes ---- */

/* What a body asks for. */
struct wish {
	const char *ns;
	const char *pod;                /* NULL: an address of a Service */
	const char *service;
	const char *reason;
	struct addr addr;
	bool drained;
};

/* NULL: it is as it should be; else what is wrong. */
static const char *
read_wish(json_t *body, struct wish *wish)
{
	const char *address = NULL;
	int drained = 1;

	*wish = (struct wish){ .ns = "default", .reason = "" };
	if (!json_is_object(body) || json_unpack(body, "{s?s, s?s, s?s, s?s, s?s, s?b !}", "namespace",
	    &wish->ns, "pod", &wish->pod, "service", &wish->service, "address", &address, "reason",
	    &wish->reason, "drained", &drained) != 0)
		return "the body is {\"pod\": NAME} or {\"service\": NAME, \"address\": ADDRESS}, with "
		    "\"namespace\", \"drained\", \"reason\" where wanted";
	wish->drained = drained != 0;
	if ((wish->pod == NULL) == (wish->service == NULL))
		return "either a pod or a service is drained";
	if (strlen(wish->reason) > TEXT_MAX)
		return "the reason is too long";
	if (wish->service != NULL && (address == NULL || addr_parse(address, &wish->addr) != 0))
		return "address must be an IP address of an endpoint";
	return NULL;
}

static bool
has_endpoint(const struct insight *insight, const struct wish *wish)
{
	const struct roster_entry *entry = insight->roster(insight->arg, wish->ns, wish->service);

	for (size_t i = 0; entry != NULL && i < entry->endpoint_count; i++)
		if (addr_compare(&entry->endpoints[i].of->addr, &wish->addr) == 0)
			return true;
	return false;
}

/* What is taken back may be gone already; what is taken out must be there. */
static bool
is_there(const struct drains *drains, struct visit *visit, const struct wish *wish, const char *id)
{
	const struct store *store = drains->insight->store;
	char text[ADDR_TEXT_SIZE];

	if (store_verdict(store, id) != NULL)
		return true;
	if (wish->pod != NULL && store_pod(store, wish->ns, wish->pod) == NULL)
		status_say(visit, 404, "there is no Pod %.253s/%.253s", wish->ns, wish->pod);
	else if (wish->service != NULL && store_service(store, wish->ns, wish->service) == NULL)
		status_say(visit, 404, "there is no Service %.253s/%.253s", wish->ns, wish->service);
	else if (wish->service != NULL && wish->drained && !has_endpoint(drains->insight, wish))
		status_say(visit, 404, "Service %.253s/%.253s has no endpoint %s", wish->ns,
		    wish->service, addr_text(&wish->addr, text));
	else
		return true;
	return false;
}

static void
carry_out(const struct drains *drains, struct visit *visit, const struct wish *wish)
{
	char id[TARGET_ID_SIZE], what[800], text[ADDR_TEXT_SIZE];
	int err;

	if (wish->pod != NULL) {
		drain_write_pod(id, sizeof(id), wish->ns, wish->pod);
		snprintf(what, sizeof(what), "Pod %.253s/%.253s", wish->ns, wish->pod);
	} else {
		drain_write_endpoint(id, sizeof(id), wish->ns, wish->service, &wish->addr);
		snprintf(what, sizeof(what), "endpoint %s of Service %.253s/%.253s",
		    addr_text(&wish->addr, text), wish->ns, wish->service);
	}
	if (*id == '\0') {
		status_say(visit, 400, "no name is so long");
		return;
	}
	if (!is_there(drains, visit, wish, id))
		return;
	err = drains->drain(drains->arg, id, wish->drained, wish->reason);
	if (err == 0 || err == ERR_EXISTS) {
		strncat(what, err != 0 ? wish->drained ? " is drained already" : " is not drained" :
		    wish->drained ? " is drained" : " is back", sizeof(what) - strlen(what) - 1);
		steer_reply(visit, 200, json_pack("{s:b, s:b, s:s}", "drained", wish->drained,
		    "changed", err == 0, "text", what));
	} else {
		status_say(visit, 500, "%s: %s", what, err_text(err));
	}
}

void
drains_change(const struct drains *drains, struct visit *visit)
{
	struct wish wish;
	const char *wrong;
	json_error_t error;
	json_t *body;
	size_t len;
	const char *octets = visit_body(visit, &len);

	body = json_loadb(octets != NULL ? octets : "", octets != NULL ? len : 0,
	    JSON_REJECT_DUPLICATES, &error);
	wrong = read_wish(body, &wish);
	if (wrong != NULL)
		status_say(visit, 400, "%s", wrong);
	else
		carry_out(drains, visit, &wish);
	json_decref(body);
}
