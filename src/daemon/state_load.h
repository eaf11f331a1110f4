/* state_load.h - read the files of the state, and say what is damaged.  Thread: control. */
#ifndef ROLLCALL_DAEMON_STATE_LOAD_H
#define ROLLCALL_DAEMON_STATE_LOAD_H
#include <stdbool.h>
#include <stdint.h>

#include "daemon/state_item.h"

/* What the files say. */
struct state_content {
	struct state_items items;       /* allotments, removed ones until their hold is over */
	struct state_items restored;    /* verdicts, by target */
	uint32_t serial;
	uint64_t hold_s;
};

/*
 * Read NAME of the folder into `content`; damage is said in the log and is no error.  ERR_NOMEM, or
 * what journal_read() says where the file cannot be read at all (said too).
 */
int state_load(
    int folder, const char *dir, const char *name, uint64_t now_s, struct state_content *content);

/* Was the Service removed so long ago that its addresses are anybody's? */
bool state_load_is_over(
    const struct state_content *content, const struct state_item *item, uint64_t now_s);
#endif
