/*
 * ledger.h - every object that the API shows: its name, version and age, in order, and what has
 * changed lately.  Thread: control.
 *
 *     world --> clerk (what became of it) --> ledger --> lists: ledger_next()
 *                                               |
 *                                               +------> watches: ledger_since(), subscribers
 *
 * An entry says that there is an object, not what it says: view.h makes that from the store when
 * it is asked.  resourceVersion is one number for all kinds.  It begins at the microseconds since
 * 1970, so that it does not go back over a restart, and grows by one with each change.
 */
#ifndef ROLLCALL_OPS_LEDGER_H
#define ROLLCALL_OPS_LEDGER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct ledger;
struct object;

enum api_kind {
	API_SERVICES,
	API_PODS,
	API_ENDPOINTS,
	API_ENDPOINT_SLICES,
	API_NAMESPACES,
	API_INGRESSES,
	API_EVENTS,
};
#define API_KIND_COUNT 7

/* Where an entry's object comes from. */
enum ledger_origin {
	LEDGER_STATED,          /* it is `object` */
	LEDGER_MADE,            /* Endpoints, EndpointSlices of the Service `object` */
	LEDGER_MIRRORED,        /* EndpointSlices of the Endpoints `object` */
	LEDGER_IMPLIED,         /* a Namespace because something is in it; an Event */
};

/*
 * Borrowed until the ledger changes next; read only.  The entry of an object that is gone is given
 * with its last change only.
 */
struct ledger_entry {
	uint64_t version;               /* metadata.resourceVersion */
	/* of what is not the object itself: what status and endpoints say (clerk.h) */
	uint64_t digest;
	const char *ns;                 /* "" for Namespaces */
	const struct object *object;    /* held; NULL: LEDGER_IMPLIED */
	uint32_t created_unix_s;        /* metadata.creationTimestamp */
	uint16_t references;            /* the ledger's own */
	uint16_t part;                  /* which of several EndpointSlices of one object */
	uint16_t parts;                 /* a Service, Endpoints: how many there are */
	uint8_t kind;                   /* enum api_kind */
	uint8_t origin;                 /* enum ledger_origin */
	bool gone;
	char name[];
};

enum ledger_event { LEDGER_ADDED, LEDGER_MODIFIED, LEDGER_DELETED };

struct ledger_change {
	enum ledger_event event;
	uint64_t version;
	/* as it is now: of a MODIFIED that was changed again since, the newest */
	const struct ledger_entry *entry;
};

struct ledger_settings {
	const struct clock *clock;
	size_t log_size;                /* changes that are kept; 0: 20,000 */
};

/* NULL: no memory. */
struct ledger *ledger_new(const struct ledger_settings *settings);
void ledger_free(struct ledger *ledger);

/* ---- reading ---- */

/* "services", "endpointslices" ...; "Service", "EndpointSlice" ... */
const char *api_kind_resource(enum api_kind kind);
const char *api_kind_text(enum api_kind kind);

/* The version of the last change; what a list and a bookmark say. */
uint64_t ledger_version(const struct ledger *ledger);
size_t ledger_count(const struct ledger *ledger, enum api_kind kind);

/* NULL: there is none. */
const struct ledger_entry *ledger_find(const struct ledger *ledger, enum api_kind kind,
    const char *ns, const char *name);

/*
 * The next one by (namespace, name) in octet order behind that key, which needs not be there; of one
 * namespace, or of all (`ns` NULL).  `after_ns` NULL: the first one.  NULL: no more.  A list can be
 * walked over any number of turns of the loop, whatever changes meanwhile.
 */
const struct ledger_entry *ledger_next(const struct ledger *ledger, enum api_kind kind,
    const char *ns, const char *after_ns, const char *after_name);

/*
 * Call `fn` for each change, in the round of the loop in which it is made and from inside of it: it
 * must not change the ledger or the world, nor do more than a few microseconds of work, best only
 * note that something of that kind has changed and come back for ledger_since().  ERR_NOMEM.
 */
typedef void ledger_fn(void *arg, const struct ledger_change *change);
int ledger_subscribe(struct ledger *ledger, ledger_fn *fn, void *arg);
/* May be called from inside `fn`. */
void ledger_unsubscribe(struct ledger *ledger, ledger_fn *fn, void *arg);

/*
 * The changes after `version`, oldest first.  Where change->version is not the entry's, a later one
 * of the same entry follows: who has no use for what lies between skips it.  A visitor that returns
 * anything but 0 stops, and that is returned.  ERR_GONE: some of them are forgotten (HTTP 410,
 * Expired).  A version of the future is none of ours: ERR_RANGE.
 */
typedef int ledger_visit_fn(void *arg, const struct ledger_change *change);
int ledger_since(const struct ledger *ledger, uint64_t version, ledger_visit_fn *visit, void *arg);

/* metadata.uid: the same for as long as kind, namespace, name and creation time are. */
#define LEDGER_UID_SIZE 37
char *ledger_uid(const struct ledger_entry *entry, char buf[LEDGER_UID_SIZE]);

/* ---- writing: for clerk and recorder ---- */

struct ledger_item {
	enum api_kind kind;
	enum ledger_origin origin;
	const char *ns;
	const char *name;
	const struct object *object;    /* a reference is taken */
	uint64_t digest;
	uint16_t part;
	uint16_t parts;
	uint32_t created_unix_s;        /* 0: what was remembered, or now */
};

/*
 * There is this object, as it is now.  One that is there, of the same object and digest, is no
 * change.  ERR_NOMEM: nothing was changed.
 */
int ledger_put(struct ledger *ledger, const struct ledger_item *item);
/* It is gone, if it was there. */
void ledger_remove(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name);

/*
 * An object of before a restart was first seen then; for when it is put.  ERR_NOMEM.  What was
 * remembered and has not come is let go by ledger_settle().
 */
int ledger_remember(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name,
    uint32_t created_unix_s);
void ledger_settle(struct ledger *ledger);
/* Visit what is remembered and has not come; anything but 0 stops and is returned. */
typedef int ledger_memory_fn(void *arg, enum api_kind kind, const char *ns, const char *name,
    uint32_t created_unix_s);
int ledger_each_memory(const struct ledger *ledger, ledger_memory_fn *visit, void *arg);
#endif
