/* write_parts.h - what writing is made of; for write*.c only.  Thread: control. */
#ifndef ROLLCALL_OPS_WRITE_PARTS_H
#define ROLLCALL_OPS_WRITE_PARTS_H
#include "ops/ledger.h"
#include "ops/patch_apply.h"
#include "ops/patch_bounds.h"
#include "ops/write.h"

/*
 * One visit that writes.  It is begun anew, from its body, when another change of the same object
 * was under way.
 */
struct write_request {
	struct write_request *next;
	struct write *write;
	struct visit *visit;            /* NULL: it has ended, or the client went */
	struct api_target target;
	bool waiting;                   /* for another change of the same object */
	unsigned long round;            /* of write_wake(), in which it was looked at last */
	bool busy;                      /* the keeper is at work */
	int code;                       /* of the reply, if all goes well */
	size_t left;                    /* that are still to be dropped */
	int err;                        /* the first that failed */
	char why[320];
	json_t *before;                 /* the object so far; NULL: there is none */
	json_t *object;                 /* as it is to be; NULL: it is to be no more */
};

struct write {
	struct write_settings settings;
	struct write_request *requests;
	unsigned long rounds;           /* of write_wake() */
};

/* ---- write.c ---- */

/* End the visit and the request; one of these.  `causes` and `object` are taken. */
void write_reply_error(struct write_request *request, int code, const char *reason,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void write_reply_causes(struct write_request *request, int code, const char *message,
    json_t *causes, const char *reason);
void write_reply_object(struct write_request *request, json_t *object);
/* The visit has been ended otherwise. */
void write_end(struct write_request *request);
/* Why something cannot be done, from a code of the keeper's. */
void write_reply_failure(struct write_request *request, int err, const char *why);
bool write_is_dry(const struct write_request *request);

struct write_key write_key_of(const struct write_request *request);
const struct ledger_entry *write_entry(const struct write_request *request);
/* "services \"web\"" for messages. */
#define WRITE_NAME_SIZE (API_NAME_SIZE + 96)
const char *write_name(const struct api_resource *resource, const char *name,
    char out[WRITE_NAME_SIZE]);
/*
 * May the object be changed?  ERR_EXISTS and a sentence where a file states it, or it was made
 * here.  *file: where it is stated, if that is the keeper's; else NULL.
 */
int write_may_change(struct write *write, const struct ledger_entry *entry, char *why, size_t size,
    const char **file);
/* It has been dealt with: the keeper's done function of puts. */
void write_done(void *arg, int err, const char *why);
/* Wait until the object is free; true: it is not. */
bool write_must_wait(struct write_request *request, const struct write_key *key);
/* What waits for an object that may be free now. */
void write_wake(struct write *write);

/* ---- write_body.c ---- */

enum write_type { WRITE_PLAIN, WRITE_MERGE, WRITE_JSON_PATCH, WRITE_STRATEGIC, WRITE_APPLY };
/* Not 0: the visit was answered with 400 or 415.  An empty body gives NULL. */
int write_body_read(struct write_request *request, enum write_type *type, json_t **out);

/* ---- write_change.c ---- */
void write_create(struct write_request *request);
void write_update(struct write_request *request);
void write_patch(struct write_request *request);

/* ---- write_prepare.c ---- */

/* Name, namespace, kind and version of what was sent.  Not 0: answered. */
int write_prepare_names(struct write_request *request, json_t *object);
/* What the server fills in or keeps, of request->object with request->before.  0 or ERR_NOMEM. */
int write_prepare(struct write_request *request, json_t *stated_status);
/* Do the two say the same, the server's times and versions aside? */
bool write_changes_nothing(const struct write_request *request);

/* ---- write_service.c ---- */

/* What a Service keeps of before, and what goes with a change of its type.  0 or ERR_NOMEM. */
int write_service_carry(json_t *before, json_t *after);

/* ---- write_check.c ---- */

/* Not 0: answered. */
int write_check(struct write_request *request);
/* Add {reason, message, field} to the list.  0 or ERR_NOMEM. */
int write_cause_add(json_t *causes, const char *reason, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The value under a path like spec.ports[0].port, borrowed; NULL: none. */
json_t *write_find(json_t *object, const char *path);

/* ---- write_forbid.c ---- */

/* What is never believed from the API: one cause each.  0 or ERR_NOMEM. */
int write_forbid(struct write *write, json_t *object, json_t *causes);

/* ---- write_delete.c ---- */
void write_delete(struct write_request *request);
void write_delete_all(struct write_request *request);

/* ---- write_review.c ---- */
void write_review(struct write_request *request);
#endif
