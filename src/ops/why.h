/*
 * why.h - who is in, who is out, and why: of a DNS name, a Service, a Pod, an endpoint.  Thread:
 * control; pure but for what insight.h hands over.
 *
 * One pass makes both the object for programs and the text for people, which is its member "text":
 * the command and the page show the same words.
 */
#ifndef ROLLCALL_OPS_WHY_H
#define ROLLCALL_OPS_WHY_H
#include <jansson.h>
#include <stdbool.h>

#include <stddef.h>

#include "base/addr.h"

struct insight;

/*
 * Who has an address is found by looking at every Service, so many in a turn; zeroed but for `where`
 * it begins.  true: it is through.
 */
#define WHY_OWNERS_MAX 20
#define WHY_SEARCH_TURN 400     /* Services: about a millisecond */
struct why_search {
	struct addr_port where;
	struct {
		char ns[256];
		char name[256];
	} owners[WHY_OWNERS_MAX];
	size_t count;
	char at_ns[256];                /* where the next turn begins */
	char at_name[256];
};
bool why_search_run(struct why_search *search, const struct insight *insight);
/* Is an address asked for, by itself or as the name of a Pod?  Then *where is it. */
bool why_wants_search(const char *name, struct addr_port *where);

struct why_question {
	/*
	 * "svc/web", "shop/web", "pod/web-1", "10.0.0.1", "10.0.0.1:8080", "[2001:db8::1]:80", a name
	 * of the cluster or the beginning of one; text of anybody.
	 */
	const char *name;
	const char *ns;                 /* where what names none is looked for */
	bool outside;                   /* which ways lead in from outside */
	bool ping;                      /* what a ping says */
	/* of the address that is asked for; NULL: it is looked for now, however long it takes */
	const struct why_search *search;
};

/* Endpoints shown at most, those that are out first. */
#define WHY_ENDPOINTS_MAX 200
/* Objects looked at for likenesses. */
#define WHY_LOOK_MAX 4000

/*
 * A new reference: {"asked", "found": "service" ..., "ready": false, "services": [...], "text"};
 * "ready" false where what was asked for is not answered.  NULL: no memory.
 */
json_t *why_answer(const struct insight *insight, const struct why_question *question);
#endif
