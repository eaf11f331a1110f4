/*
 * refresh_parts.h - what the refresh is made of; for the files refresh*.c only.  Thread: control.
 *
 * What is dirty among the Services is taken as one batch, which goes through its stages one after
 * the other, for all Services each: what is gone gives its addresses back before any are reserved,
 * and all that are stated are reserved before one is chosen.  The batch may pause anywhere; what
 * changes again meanwhile is left to the next one.  Services of which only verdicts have changed do
 * not wait for it: neither their addresses nor their targets can be others.
 */
#ifndef ROLLCALL_DAEMON_REFRESH_PARTS_H
#define ROLLCALL_DAEMON_REFRESH_PARTS_H
#include "daemon/refresh.h"
#include "daemon/slot.h"
#include "model/store.h"

struct diag;

enum batch_stage {
	STAGE_RELEASE,
	STAGE_RESERVE,
	STAGE_ASSIGN,
	STAGE_SAVE,
	STAGE_PUBLISH,
	STAGE_DONE,
};

struct batch {
	const struct store_key *keys;   /* the store's, as they were when taken */
	size_t count;
	size_t at;                      /* the next one of this stage */
	enum batch_stage stage;
};

struct refresh {
	struct store *store;
	struct allot *allot;
	struct catalog *catalog;
	struct schedule *schedule;
	const struct refresh_ops *ops;
	void *arg;
	const struct witness *witness;  /* NULL: nobody looks */
	void *witness_arg;
	struct diag *diag;
	struct slot_table slots;
	struct batch batch;
	uint64_t published;
	uint64_t now_ms;
	uint64_t retry_ms;              /* UINT64_MAX: nothing waits */
	uint64_t again_ms;              /* when this run, if it has to, is tried again */
	uint64_t expire_ms;
	unsigned round;                 /* of this run */
	bool paused;                    /* this run goes on with the next call */
	bool moved;                     /* this call has done a portion of it */
	bool pods_verified;
	bool unsaved;                   /* the last attempt to save failed */
	size_t failures;                /* of this run */
	bool starved;                   /* some of them are dirty again, for the next run */
};

/* refresh.c: said for the first one of a run, counted for the others. */
void refresh_failed(struct refresh *refresh, const char *kind, const char *ns, const char *name,
    int err);

/* refresh_address.c: what the first stages do with one Service, and with what came of them all. */
void refresh_release(struct refresh *refresh, const struct store_key *key);
void refresh_reserve(struct refresh *refresh, const struct store_key *key);
void refresh_assign(struct refresh *refresh, const struct store_key *key);
void refresh_save(struct refresh *refresh);

/* refresh_publish.c: what is answered and probed of one Service, Pod, Ingress, namespace. */
void refresh_publish(struct refresh *refresh, const struct store_key *key);
void refresh_publish_verdict(struct refresh *refresh, const struct store_key *key);
void refresh_pod(struct refresh *refresh, const struct store_key *key);
void refresh_ingress(struct refresh *refresh, const struct store_key *key);
void refresh_namespace(struct refresh *refresh, const char *name);
#endif
