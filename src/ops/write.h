/*
 * write.h - create, update, patch and delete objects through the API.  Thread: control.
 *
 *     api -> write          which verb; one after the other where they meet the same object
 *              write_body       octets to a value: JSON, YAML, kubectl's protobuf
 *              write_change     the object of before to the one that is wanted (patch_*.h)
 *              write_prepare    what the server fills in
 *              write_check      may it be so?  400, 403, 422 with causes
 *              keeper           onto disk and into the world, and back if that cannot be
 *              write_reply      the object as it is now
 *              write_delete     one, many, a namespace with what is in it
 *              write_review     may I?  (authorization.k8s.io)
 */
#ifndef ROLLCALL_OPS_WRITE_H
#define ROLLCALL_OPS_WRITE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/allot_check.h"
#include "ops/api_target.h"

struct clock;
struct diag;
struct view;
struct write;

/* An object's place: "services", "" for what is in no namespace. */
struct write_key {
	const char *resource;
	const char *ns;
	const char *name;
};

/* 0, or an enum err with the reason in words; see daemon/managed.h. */
typedef void write_done_fn(void *arg, int err, const char *why);

/* Who keeps what is written; `arg` first.  The errors are those of daemon/managed.h. */
struct write_keeper {
	/* Why nothing can be written at all, or NULL. */
	const char *(*problem)(void *arg);
	/* Is this file, that states an object, the keeper's? */
	bool (*owns)(void *arg, const char *file);
	bool (*is_busy)(void *arg, const struct write_key *key);
	/* One YAML document.  ERR_SYNTAX, ERR_LIMIT: said in diag. */
	int (*read_yaml)(void *arg, const char *text, size_t len, struct diag *diag, json_t **out);
	/* What the keeper's file states of an object; a new reference, or NULL. */
	json_t *(*stated)(void *arg, const char *file);
	int (*check)(void *arg, json_t *object, struct diag *diag, allot_refusal_fn *tell,
	    void *tell_arg);
	int (*put)(void *arg, const struct write_key *key, json_t *object, struct diag *diag,
	    write_done_fn *done, void *done_arg);
	int (*drop)(void *arg, const struct write_key *key, write_done_fn *done, void *done_arg);
};

/* All borrowed for the life of the writer. */
struct write_settings {
	const struct clock *clock;
	const struct ledger *ledger;
	struct view *view;
	const struct write_keeper *keeper;
	void *keeper_arg;
};

/* ERR_NOMEM. */
int write_new(const struct write_settings *settings, struct write **out);
/* After all visits are over (httpd_free) and the keeper has told everybody (managed_free). */
void write_free(struct write *write);

/* An api_handler; `arg` is the writer. */
void write_handle(void *arg, struct visit *visit, const struct api_target *target);
#endif
