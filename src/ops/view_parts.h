/*
 * view_parts.h - how views of objects are put together; for the files view*.c only.  Thread: control.
 *
 * Functions that add to an object return false once there was no memory; the caller drops it then.
 */
#ifndef ROLLCALL_OPS_VIEW_PARTS_H
#define ROLLCALL_OPS_VIEW_PARTS_H
#include <stdint.h>

#include "ops/ledger.h"
#include "ops/view.h"

struct addr;
struct object;
struct roster_entry;

struct view {
	struct view_settings settings;
};

/* What is being made. */
struct view_work {
	struct view *view;
	const struct ledger_entry *entry;
	json_t *root;                   /* so far what was stated */
	bool all;
};

/* ---- view_meta.c ---- */

/* Set a member, taking `value` over; NULL is no memory.  The second one: unless it is there. */
bool view_set(json_t *object, const char *key, json_t *value);
bool view_default(json_t *object, const char *key, json_t *value);
/* The member, if it is of the type; else a new empty one.  Borrowed; NULL: no memory. */
json_t *view_member(json_t *object, const char *key, json_type type);

/* "2024-05-01T10:00:00Z"; returns buf. */
#define VIEW_TIME_SIZE 32
char *view_write_time(char buf[VIEW_TIME_SIZE], uint64_t unix_s);
json_t *view_time(uint64_t unix_s);
json_t *view_address(const struct addr *addr);

/* What the object stated, its metadata alone if `head`; {} where nothing is known.  NULL: no memory. */
json_t *view_stated(const struct view *view, const struct object *object, bool head);
/* metadata of the entry, which `metadata` holds what was stated of. */
bool view_fill_metadata(const struct view_work *work, json_t *metadata);
/* The published entry of the object's Service, unless it is gone; NULL: none. */
const struct roster_entry *view_roster(const struct view_work *work);

/* ---- one each: fill root beside apiVersion, kind and metadata ---- */

typedef bool view_fill_fn(struct view_work *work);
view_fill_fn view_fill_service, view_fill_pod, view_fill_endpoints, view_fill_slice;
view_fill_fn view_fill_namespace, view_fill_ingress, view_fill_event;

/*
 * view_slice.c: the metadata of what is made for a Service, or mirrors Endpoints; `metadata` holds
 * that one's.
 */
bool view_fill_made_metadata(const struct view_work *work, json_t *metadata);

/* view_endpoints.c: set the uid of another object, if it is shown. */
bool view_set_uid(const struct view_work *work, json_t *object, enum api_kind kind, const char *ns,
    const char *name);
/* ... nodeName and targetRef, if the endpoint has any. */
struct endpoint;
bool view_set_place(const struct view_work *work, json_t *object, const struct endpoint *of);
/* ... and the ports of a group (NULL: none), for a slice or for a subset of Endpoints. */
struct roster_group;
bool view_set_ports(json_t *object, const struct roster_entry *roster,
    const struct roster_group *group);

/* view_pod_status.c: status, after spec. */
bool view_fill_pod_status(struct view_work *work, json_t *spec);

/* view_hide.c: take the values of httpHeaders out, wherever they stand. */
bool view_hide(struct view_work *work);
/* The same for metadata.annotations alone. */
bool view_hide_annotations(const struct view_work *work, json_t *metadata);
#endif
