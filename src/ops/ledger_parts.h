/* ledger_parts.h - what the ledger is made of; for the files ledger*.c only.  Thread: control. */
#ifndef ROLLCALL_OPS_LEDGER_PARTS_H
#define ROLLCALL_OPS_LEDGER_PARTS_H
#include "base/keyset.h"
#include "base/ordered.h"
#include "ops/ledger.h"

struct ledger_key {
	const char *ns;
	const char *name;
};

/* A namespace's name, once for all entries in it. */
struct ledger_space {
	uint32_t hash;
	uint32_t references;
	char name[];
};

/* When an object of before a restart was first seen. */
struct ledger_memory {
	uint32_t hash;
	uint32_t created_unix_s;
	uint8_t kind;
	char names[];                   /* namespace, name, each with its NUL */
};

struct ledger_record {
	uint64_t version;
	struct ledger_entry *entry;     /* held */
	enum ledger_event event;
};

/* The newest changes, one version each: a ring. */
struct ledger_log {
	struct ledger_record *records;
	size_t room;
	size_t first;                   /* of the oldest */
	size_t count;
	size_t max;
};

struct ledger_listener {
	ledger_fn *fn;                  /* NULL: gone, while the others are still told */
	void *arg;
};

struct ledger {
	const struct clock *clock;
	struct ordered entries[API_KIND_COUNT];
	struct keyset spaces;
	struct keyset memories;
	struct ledger_log log;
	uint64_t version;
	struct ledger_listener *listeners;
	size_t listener_count;
	size_t listener_room;
	unsigned telling;               /* how deep: listeners must not move */
};

/* ledger.c: take and give back; the last one frees. */
void ledger_entry_unref(struct ledger *ledger, struct ledger_entry *entry);

/* ledger_log.c: give the change its version, keep it, tell it.  Needs no memory, but for more room. */
void ledger_log_add(struct ledger *ledger, struct ledger_entry *entry, enum ledger_event event);
void ledger_log_release(struct ledger *ledger);

/* ledger_memory.c: what is remembered of it, which is forgotten then; 0: nothing. */
uint32_t ledger_recall(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name);
#endif
