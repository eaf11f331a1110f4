/*
 * board.h - all Services in order with how many of their endpoints are ready: what the page and
 * `rollcall top` list.  Thread: control.
 *
 * The board is made when somebody first looks, in turns of the loop, and from then on follows: rows
 * come and go with the ledger's Services, counts are what the roster has when it is told.  A row is what a line shows; what is behind it is made when it is asked for.
 */
#ifndef ROLLCALL_OPS_BOARD_H
#define ROLLCALL_OPS_BOARD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct event_base;
struct ledger;
struct roster_entry;

enum board_state {
	BOARD_READY,            /* all endpoints are */
	BOARD_PARTLY,
	BOARD_DOWN,             /* it has endpoints, and none is ready */
	BOARD_EMPTY,            /* it has no endpoint */
	BOARD_EXTERNAL,         /* a name of elsewhere: there is nothing to be ready */
	BOARD_PENDING,          /* waits for an address */
};
#define BOARD_STATE_COUNT 6
const char *board_state_text(enum board_state state);   /* "ready", "partly" ... */

struct board_row {
	uint32_t ready;
	uint32_t total;
	uint8_t state;                  /* enum board_state */
	bool dirty;                     /* the board's own */
	bool gone;
	const char *ns;
	const char *name;
	struct board_row *next_dirty;   /* the board's own */
};

struct board_sums {
	size_t services;
	size_t states[BOARD_STATE_COUNT];
	uint64_t ready;                 /* endpoints, counted once for each Service */
	uint64_t total;
};

struct board_settings {
	struct event_base *loop;
	struct ledger *ledger;
	/* How the Service is answered; NULL: not yet, or there is none. */
	const struct roster_entry *(*roster)(void *arg, const char *ns, const char *name);
	void *arg;
};

/* The ledger is borrowed.  NULL: no memory. */
struct board *board_new(const struct board_settings *settings);
void board_free(struct board *board);

/* The Service is answered otherwise: in a moment its row is looked at. */
void board_touch(struct board *board, const char *ns, const char *name);

/*
 * Told of what has changed, a tenth of a second after it has at the latest, a row once for any
 * number of changes.  `row` NULL: everything may have.  One listener.
 */
typedef void board_changed_fn(void *arg, const struct board_row *row);
void board_listen(struct board *board, board_changed_fn *changed, void *arg);

/* Is it made?  False: it is being made from now on. */
bool board_is_made(struct board *board);
/* Called when it has been made. */
typedef void board_made_fn(void *arg);
void board_on_made(struct board *board, board_made_fn *made, void *arg);

/* Of a board that is made.  Rows are by namespace and name, in octet order. */
size_t board_count(const struct board *board);
const struct board_row *board_at(const struct board *board, size_t i);
const struct board_row *board_find(const struct board *board, const char *ns, const char *name);
/* The first row that is not before this one; "" for the first of a namespace. */
size_t board_seek(const struct board *board, const char *ns, const char *name);
const struct board_sums *board_sums(const struct board *board);
/* Grows when rows come or go: an index of before means another row. */
uint64_t board_shape(const struct board *board);

/* What a roster entry says of its Service, NULL being nothing. */
void board_judge(const struct roster_entry *entry, struct board_row *row);
#endif
