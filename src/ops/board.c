/* board.c - all Services in order with how many of their endpoints are ready. */
#include "ops/board.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "base/log.h"
#include "model/roster.h"
#include "model/service.h"
#include "net/turn.h"
#include "ops/ledger.h"

/* About a microsecond each, measured: a turn is two milliseconds. */
#define ROWS_A_TURN 2000
/*
 * A burst that brings or takes more names than this is read as a new world, not worked off one by one:
 * of 100,000 rows each costs 20 us, as those behind it move.
 */
#define MOVED_MAX 256
static const struct timeval flush_time = { .tv_usec = 100000 };

struct board {
	struct board_settings settings;
	struct event *turn;             /* makes the board */
	struct event *flush;            /* tells what is dirty */
	struct board_row **rows;
	size_t count;
	size_t room;
	struct board_sums sums;
	uint64_t shape;
	struct board_row *dirty;
	size_t moved;                   /* rows put in or taken out since the last flush */
	board_changed_fn *changed;
	void *changed_arg;
	board_made_fn *on_made;
	void *made_arg;
	bool making;
	bool made;
};

const char *
board_state_text(enum board_state state)
{
	static const char *const texts[BOARD_STATE_COUNT] = {
		[BOARD_READY] = "ready", [BOARD_PARTLY] = "partly", [BOARD_DOWN] = "down",
		[BOARD_EMPTY] = "empty", [BOARD_EXTERNAL] = "external",
		[BOARD_PENDING] = "pending",
	};

	return texts[state];
}

/* ---- one row ---- */

void
board_judge(const struct roster_entry *entry, struct board_row *row)
{
	row->ready = entry == NULL ? 0 : entry->ready_count;
	row->total = entry == NULL ? 0 : entry->endpoint_count;
	if (entry == NULL || entry->pending)
		row->state = BOARD_PENDING;
	else if (entry->type == SERVICE_EXTERNAL_NAME)
		row->state = BOARD_EXTERNAL;
	else if (row->total == 0)
		row->state = BOARD_EMPTY;
	else if (row->ready == row->total)
		row->state = BOARD_READY;
	else
		row->state = row->ready > 0 ? BOARD_PARTLY : BOARD_DOWN;
}

static void
count_row(struct board_sums *sums, const struct board_row *row, bool in)
{
	size_t by = in ? 1 : (size_t)-1;

	sums->services += by;
	sums->states[row->state] += by;
	sums->ready += in ? row->ready : (uint64_t)0 - row->ready;
	sums->total += in ? row->total : (uint64_t)0 - row->total;
}

static void
judge(struct board *board, struct board_row *row)
{
	board_judge(board->settings.roster(board->settings.arg, row->ns, row->name), row);
}

/* Row and names are one piece of memory. */
static struct board_row *
row_new(const char *ns, const char *name)
{
	size_t ns_size = strlen(ns) + 1, name_size = strlen(name) + 1;
	struct board_row *row = calloc(1, sizeof(*row) + ns_size + name_size);
	char *texts;

	if (row == NULL)
		return NULL;
	texts = (char *)(row + 1);
	memcpy(texts, ns, ns_size);
	memcpy(texts + ns_size, name, name_size);
	row->ns = texts;
	row->name = texts + ns_size;
	return row;
}

static int
compare(const struct board_row *row, const char *ns, const char *name)
{
	int order = strcmp(row->ns, ns);

	return order != 0 ? order : strcmp(row->name, name);
}

/* ---- all rows ---- */

size_t
board_seek(const struct board *board, const char *ns, const char *name)
{
	size_t low = 0, high = board->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(board->rows[middle], ns, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct board_row *
find(const struct board *board, const char *ns, const char *name)
{
	size_t at = board_seek(board, ns, name);

	return at < board->count && compare(board->rows[at], ns, name) == 0 ?
	    board->rows[at] : NULL;
}

static struct board_row *
insert(struct board *board, const char *ns, const char *name)
{
	size_t at = board_seek(board, ns, name);
	struct board_row *row;

	if (array_reserve(&board->rows, &board->room, board->count + 1,
	    sizeof(board->rows[0])) != 0)
		return NULL;
	row = row_new(ns, name);
	if (row == NULL)
		return NULL;
	memmove(board->rows + at + 1, board->rows + at,
	    (board->count - at) * sizeof(board->rows[0]));
	board->rows[at] = row;
	board->count++;
	board->shape++;
	judge(board, row);
	count_row(&board->sums, row, true);
	return row;
}

static void
take_out(struct board *board, struct board_row *row)
{
	size_t at = board_seek(board, row->ns, row->name);

	memmove(board->rows + at, board->rows + at + 1,
	    (board->count - at - 1) * sizeof(board->rows[0]));
	board->count--;
	board->shape++;
	count_row(&board->sums, row, false);
	free(row);
}

static void
clear(struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		free(board->rows[i]);
	board->count = 0;
	board->dirty = NULL;
	board->moved = 0;
	board->shape++;
	memset(&board->sums, 0, sizeof(board->sums));
}

/* ---- making it ---- */

static void
make_again(struct board *board)
{
	clear(board);
	board->made = false;
	board->making = true;
	turn_plan(board->turn);
}

/* The next rows; true: there are no more. */
static bool
make_rows(struct board *board)
{
	const struct ledger *ledger = board->settings.ledger;
	const struct board_row *last = board->count == 0 ? NULL : board->rows[board->count - 1];

	for (size_t i = 0; i < ROWS_A_TURN; i++) {
		const struct ledger_entry *entry = ledger_next(ledger, API_SERVICES, NULL,
		    last == NULL ? NULL : last->ns, last == NULL ? NULL : last->name);

		if (entry == NULL)
			return true;
		last = insert(board, entry->ns, entry->name);
		if (last == NULL) {
			log_warn("the page's list of Services is not whole: no memory");
			return true;
		}
	}
	return false;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct board *board = arg;

	(void)fd, (void)what;
	if (board->making && !make_rows(board)) {
		turn_plan(board->turn);
		return;
	}
	board->making = false;
	board->made = true;
	if (board->on_made != NULL)
		board->on_made(board->made_arg);
	if (board->changed != NULL)
		board->changed(board->changed_arg, NULL);
}

bool
board_is_made(struct board *board)
{
	if (!board->made && !board->making)
		make_again(board);
	return board->made;
}

/* ---- following the ledger ---- */

static void
note_dirty(struct board *board, struct board_row *row)
{
	if (row->dirty)
		return;
	row->dirty = true;
	row->next_dirty = board->dirty;
	board->dirty = row;
	if (!evtimer_pending(board->flush, NULL))
		evtimer_add(board->flush, &flush_time);
}

void
board_touch(struct board *board, const char *ns, const char *name)
{
	struct board_row *row;

	/* What is not made yet finds it when it comes there. */
	if (!board->made && !board->making)
		return;
	row = find(board, ns, name);
	if (row != NULL)
		note_dirty(board, row);
}

/* The making has come past this name: it does not look there again. */
static bool
is_passed(const struct board *board, const char *ns, const char *name)
{
	return board->made ||
	    (board->count > 0 && compare(board->rows[board->count - 1], ns, name) > 0);
}

static bool
is_burst(struct board *board)
{
	if (board->moved++ < MOVED_MAX)
		return false;
	make_again(board);
	return true;
}

/* Services come and go with their entries. */
static void
on_change(void *arg, const struct ledger_change *change)
{
	const struct ledger_entry *entry = change->entry;
	struct board *board = arg;
	struct board_row *row;

	if (entry->kind != API_SERVICES || (!board->made && !board->making))
		return;
	row = find(board, entry->ns, entry->name);
	if (row == NULL && change->event != LEDGER_DELETED &&
	    is_passed(board, entry->ns, entry->name)) {
		if (is_burst(board))
			return;
		row = insert(board, entry->ns, entry->name);
	}
	if (row == NULL ||
	    (change->event == LEDGER_DELETED && !row->gone && is_burst(board)))
		return;
	row->gone = change->event == LEDGER_DELETED;
	note_dirty(board, row);
}

static void
settle(struct board *board, struct board_row *row)
{
	row->dirty = false;
	if (!row->gone) {
		count_row(&board->sums, row, false);
		judge(board, row);
		count_row(&board->sums, row, true);
	}
	if (board->changed != NULL && board->made)
		board->changed(board->changed_arg, row);
	if (row->gone)
		take_out(board, row);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct board *board = arg;

	(void)fd, (void)what;
	board->moved = 0;
	for (size_t i = 0; board->dirty != NULL && i < ROWS_A_TURN; i++) {
		struct board_row *row = board->dirty;

		board->dirty = row->next_dirty;
		settle(board, row);
	}
	if (board->dirty != NULL)
		evtimer_add(board->flush, &flush_time);
}

/* ---- public ---- */

struct board *
board_new(const struct board_settings *settings)
{
	struct board *board = calloc(1, sizeof(*board));

	if (board == NULL)
		return NULL;
	board->settings = *settings;
	board->turn = event_new(settings->loop, -1, 0, on_turn, board);
	board->flush = evtimer_new(settings->loop, on_flush, board);
	if (board->turn == NULL || board->flush == NULL ||
	    ledger_subscribe(settings->ledger, on_change, board) != 0) {
		board_free(board);
		return NULL;
	}
	return board;
}

void
board_free(struct board *board)
{
	if (board == NULL)
		return;
	ledger_unsubscribe(board->settings.ledger, on_change, board);
	clear(board);
	free(board->rows);
	if (board->turn != NULL)
		event_free(board->turn);
	if (board->flush != NULL)
		event_free(board->flush);
	free(board);
}

void
board_listen(struct board *board, board_changed_fn *changed, void *arg)
{
	board->changed = changed;
	board->changed_arg = arg;
}

void
board_on_made(struct board *board, board_made_fn *made, void *arg)
{
	board->on_made = made;
	board->made_arg = arg;
}

size_t
board_count(const struct board *board)
{
	return board->count;
}

const struct board_row *
board_at(const struct board *board, size_t i)
{
	return board->rows[i];
}

const struct board_row *
board_find(const struct board *board, const char *ns, const char *name)
{
	return find(board, ns, name);
}

const struct board_sums *
board_sums(const struct board *board)
{
	return &board->sums;
}

uint64_t
board_shape(const struct board *board)
{
	return board->shape;
}
