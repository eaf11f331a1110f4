/*
 * object_targets.h - what Pods and Services want probed, from manifests or from what the daemon
 * shows of them.  Thread: main.
 */
#ifndef ROLLCALL_CLI_OBJECT_TARGETS_H
#define ROLLCALL_CLI_OBJECT_TARGETS_H
#include <stddef.h>

#include "model/target.h"

struct diag;
struct object_targets;

struct object_targets *object_targets_new(void);        /* NULL: no memory */
void object_targets_free(struct object_targets *targets);

/*
 * Take the objects of a text (YAML or JSON, many documents); `name` is what messages call it.  As
 * decode_text(): 0, ERR_SYNTAX, ERR_INVALID (what was sound is taken), ERR_NOMEM.
 */
int object_targets_add(struct object_targets *targets, const char *name, const char *text, size_t len,
    struct diag *diag);

/* All probes of all that was taken; of one container only, where `container` is not NULL. */
int object_targets_list(struct object_targets *targets, const char *container,
    const struct target **list, size_t *count);
#endif
