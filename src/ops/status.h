/*
 * status.h - how the API says that something went wrong, or well: meta/v1 Status.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_STATUS_H
#define ROLLCALL_OPS_STATUS_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct visit;

/* Why exactly: one for each field that is wrong (422).  Each may be NULL. */
struct status_cause {
	const char *reason;             /* "FieldValueInvalid" */
	const char *message;
	const char *field;              /* "spec.ports[0].port" */
};

struct status {
	int code;                       /* below 300: status Success, else Failure */
	const char *reason;             /* "NotFound"; NULL: what fits the code */
	const char *message;
	const char *group;              /* the object it is about; NULL: none */
	const char *kind;               /* "services": resource name, or kind, as API servers say */
	const char *name;
	const char *uid;
	const struct status_cause *causes;
	size_t cause_count;
	unsigned retry_after_s;         /* 0: not said */
};

/* A new reference; NULL: no memory. */
json_t *status_object(const struct status *status);
/* What is usual for a code: 404 "NotFound"; "" where nothing is. */
const char *status_reason(int code);

/* Ends the visit. */
void status_reply(struct visit *visit, const struct status *status);
/* The same with reason by code and nothing but words. */
void status_say(struct visit *visit, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Is its method among these (bits: 1 << VISIT_GET ...)?  If not it is answered with 405, Allow. */
bool status_allows(struct visit *visit, unsigned methods);
#endif
