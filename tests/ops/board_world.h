/* board_world.h - a ledger of Services whose counts the test chooses.  Thread: control. */
#ifndef ROLLCALL_TESTS_OPS_BOARD_WORLD_H
#define ROLLCALL_TESTS_OPS_BOARD_WORLD_H
#include <stddef.h>
#include <stdint.h>

struct board;
struct clock;
struct event_base;
struct ledger;
struct roster_entry;

struct board_world {
	struct event_base *loop;
	struct clock *clock;
	struct ledger *ledger;
	struct board *board;
	uint64_t changes;               /* makes each digest another */
};

void board_world_start(struct board_world *world);
void board_world_stop(struct board_world *world);
/* The Service is there, or has changed, in the ledger. */
void board_world_put(struct board_world *world, const char *ns, const char *name);
void board_world_remove(struct board_world *world, const char *ns, const char *name);
/* All Services of this name have these counts: "full" 3/3, "half" 1/2, "none" 0/2, other 1/1. */
const struct roster_entry *board_world_roster(void *world, const char *ns, const char *name);
/* From now on Services called "web" have so many of 3. */
void board_world_set_web(uint32_t ready);
/* Run the loop until the board is made. */
void board_world_make(struct board_world *world);
/* Run the loop for so long. */
void board_world_wait(struct board_world *world, unsigned ms);
#endif
