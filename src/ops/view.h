/*
 * view.h - objects as an API server shows them: what was stated, the defaults, and what is.
 * Thread: control.
 *
 * What an object stated lies packed beside it in the store (base/squeeze.h); the rest is made of
 * the store, the Service's roster entry and what it was allotted at the moment of asking.
 */
#ifndef ROLLCALL_OPS_VIEW_H
#define ROLLCALL_OPS_VIEW_H
#include <jansson.h>
#include <stdbool.h>

struct allotment;
struct clock;
struct diag;
struct ledger;
struct ledger_entry;
struct place;
struct recorder;
struct roster_entry;
struct squeeze;
struct store;
struct view;

/* What only the daemon knows; `arg` first.  NULL: there is none. */
struct view_ops {
	const struct roster_entry *(*roster)(void *arg, const char *ns, const char *name);
	const struct allotment *(*allotment)(void *arg, const char *ns, const char *name);
};

/* All borrowed for the life of the view. */
struct view_settings {
	const struct ledger *ledger;            /* uids of others; NULL: they are left out */
	const struct store *store;
	const struct clock *clock;
	const struct recorder *recorder;        /* NULL: there are no Events */
	struct squeeze *squeeze;                /* reads what objects stated */
	const char *node_name;                  /* of Pods that state none */
	const struct view_ops *ops;
	void *arg;
};

/* NULL: no memory. */
struct view *view_new(const struct view_settings *settings);
void view_free(struct view *view);

/*
 * A new reference: apiVersion, kind, metadata, spec, status.  Unless `all`, the values of a probe's
 * httpHeaders are hidden, also in annotations that hold a manifest.  Of an entry that is gone: what
 * it last said, as far as that is known.  NULL: no memory.
 */
json_t *view_object(struct view *view, const struct ledger_entry *entry, bool all);
/* Of an EndpointSlice, as discovery.k8s.io/v1beta1 has it. */
json_t *view_object_beta(struct view *view, const struct ledger_entry *entry, bool all);
/* The metadata alone, for selectors by label and Tables; cheaper. */
json_t *view_metadata(struct view *view, const struct ledger_entry *entry, bool all);

/* Where the object is stated; false: nowhere, it was made here. */
bool view_origin(const struct view *view, const struct ledger_entry *entry, struct place *place);
#endif
