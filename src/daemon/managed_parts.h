/* managed_parts.h - what the keeper of written objects is made of; for managed*.c only. */
#ifndef ROLLCALL_DAEMON_MANAGED_PARTS_H
#define ROLLCALL_DAEMON_MANAGED_PARTS_H
#include <stdint.h>

#include "daemon/managed.h"
#include "daemon/managed_file.h"
#include "source/decode.h"

struct event;
struct squeeze;

struct managed_change {
	struct managed_change *next;
	managed_done_fn *done;
	void *arg;
	char *ns;
	char *name;
	char *text;                     /* NULL: the object is to be no more */
	struct object_list objects;     /* of that text, until the world has them */
	uint64_t round;                 /* of the world, when it was stated */
	uint64_t due_ms;                /* when it is given up */
	bool stated;                    /* on disk and in the world */
	bool service;
	char path[MANAGED_PATH_SIZE];
};

struct managed {
	char *root;                     /* NULL: nothing is kept */
	const struct clock *clock;
	struct world *world;
	const char *(*problem)(void *arg);
	void *arg;
	struct event *turn;             /* changes are to be written */
	struct event *late;             /* one is waited for in vain */
	struct managed_change *changes; /* in the order in which they came */
	size_t broken;
	struct squeeze *squeeze;
	bool exec_enabled;
};

void managed_change_free(struct managed_change *change);

/* managed_load.c: the objects of a file's text, untrusted.  The errors of decode_text(). */
int managed_decode(const struct managed *managed, const char *path, const char *text, size_t len,
    struct object_list *objects, struct diag *diag);
/* Of the file as it lies there; ERR_NOTFOUND: there is none. */
int managed_load_text(const struct managed *managed, const char *path,
    struct object_list *objects);

/*
 * managed_outcome.c: what became of a change that is stated: 0, MANAGED_WAITS, or why it is to be
 * taken back.
 */
#define MANAGED_WAITS 1
int managed_outcome(const struct managed *managed, const struct managed_change *change, char *why,
    size_t size);
#endif
