/*
 * board_search.h - which rows of the board are wanted: filtered, counted, one page of them.
 * Thread: control; pure.
 *
 * 100,000 rows are looked through in turns; a board whose rows come or go meanwhile is looked
 * through anew, but not for ever.
 */
#ifndef ROLLCALL_OPS_BOARD_SEARCH_H
#define ROLLCALL_OPS_BOARD_SEARCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct board_row;

#define BOARD_PAGE_MAX 200
#define BOARD_TEXT_SIZE 256

struct board_search {
	char ns[64];                    /* "": all namespaces */
	/* words in small letters, each of which is in "name.namespace" or is the state's */
	char text[BOARD_TEXT_SIZE];
	bool troubled;                  /* only those that are not all ready */
	size_t offset;                  /* among those that match */
	size_t limit;                   /* at most BOARD_PAGE_MAX */
	/* result; rows are borrowed from the board until it changes */
	size_t matched;
	size_t first;                   /* where the found ones begin, among those that match */
	size_t found_count;
	const struct board_row *found[BOARD_PAGE_MAX];
	/* how far it is */
	uint64_t shape;
	size_t at;
	size_t end;
	unsigned restarts;
	bool begun;
};

/* Zeroed, then filled by these; too long a text is cut.  NULL: all. */
void board_search_set(struct board_search *search, const char *ns, const char *text);
/* Some more of a board that is made.  True: done. */
bool board_search_run(struct board_search *search, const struct board *board);
#endif
