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

struct insight;

struct why_question {
	/*
	 * "svc/web", "shop/web", "pod/web-1", "10.0.0.1", "10.0.0.1:8080", "[2001:db8::1]:80", a name
	 * of the cluster or the beginning of one; text of anybody.
	 */
	const char *name;
	const char *ns;                 /* where what names none is looked for */
	bool outside;                   /* which ways lead in from outside */
	bool ping;                      /* what a ping says */
};

/* Endpoints shown at most, those that are out first. */
#define WHY_ENDPOINTS_MAX 200
/* Objects looked at for likenesses. */
#define WHY_LOOK_MAX 20000

/*
 * A new reference: {"asked", "found": "service" ..., "ready": false, "services": [...], "text"};
 * "ready" false where what was asked for is not answered.  NULL: no memory.
 */
json_t *why_answer(const struct insight *insight, const struct why_question *question);
#endif
