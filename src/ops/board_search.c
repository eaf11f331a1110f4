/* board_search.c - which rows of the board are wanted. */
#include "ops/board_search.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ops/board.h"

/* A row costs up to 100 ns, out of the cache: two milliseconds. */
#define ROWS_A_TURN 20000
#define RESTARTS_MAX 3

void
board_search_set(struct board_search *search, const char *ns, const char *text)
{
	(void)snprintf(search->ns, sizeof(search->ns), "%s", ns == NULL ? "" : ns);
	(void)snprintf(search->text, sizeof(search->text), "%s", text == NULL ? "" : text);
	for (char *at = search->text; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
}

static bool
is_troubled(const struct board_row *row)
{
	return row->state == BOARD_PARTLY || row->state == BOARD_DOWN;
}

static bool
has_word(const char *text, const char *word, size_t len)
{
	return memmem(text, strlen(text), word, len) != NULL;
}

/* Each word somewhere in "name.namespace", or the state's first letters. */
static bool
matches_text(const struct board_row *row, const char *words)
{
	char whole[384];
	const char *state = board_state_text((enum board_state)row->state);

	(void)snprintf(whole, sizeof(whole), "%s.%s", row->name, row->ns);
	for (const char *at = words + strspn(words, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (!has_word(whole, at, len) && (len < 3 || strncmp(state, at, len) != 0))
			return false;
		at += len;
	}
	return true;
}

static bool
matches(const struct board_search *search, const struct board_row *row)
{
	if (row->gone || (search->troubled && !is_troubled(row)))
		return false;
	return *search->text == '\0' || matches_text(row, search->text);
}

static void
begin(struct board_search *search, const struct board *board)
{
	char after[sizeof(search->ns) + 1];

	search->begun = true;
	search->shape = board_shape(board);
	search->matched = search->found_count = search->first = 0;
	search->at = 0;
	search->end = board_count(board);
	if (*search->ns == '\0')
		return;
	/* What follows a namespace is before any other that begins with its letters. */
	(void)snprintf(after, sizeof(after), "%s\x01", search->ns);
	search->at = board_seek(board, search->ns, "");
	search->end = board_seek(board, after, "");
}

/* Without a filter the place is known. */
static void
skip(struct board_search *search)
{
	size_t all = search->end - search->at;

	search->matched = search->first = search->offset < all ? search->offset : all;
	search->at += search->matched;
}

static void
take(struct board_search *search, const struct board_row *row)
{
	if (search->matched >= search->offset && search->found_count < search->limit &&
	    search->found_count < BOARD_PAGE_MAX) {
		if (search->found_count == 0)
			search->first = search->matched;
		search->found[search->found_count++] = row;
	}
	search->matched++;
}

bool
board_search_run(struct board_search *search, const struct board *board)
{
	bool plain = !search->troubled && *search->text == '\0';
	size_t looked = 0;

	/* What was found may be gone: then all is looked for again. */
	if (!search->begun || search->shape != board_shape(board)) {
		search->restarts++;
		begin(search, board);
		if (plain)
			skip(search);
	}
	for (; search->at < search->end; search->at++) {
		const struct board_row *row = board_at(board, search->at);

		/* The rest only counts. */
		if (plain && search->found_count == search->limit) {
			search->matched += search->end - search->at;
			search->at = search->end;
			return true;
		}
		if (matches(search, row))
			take(search, row);
		/* A board that never rests is looked through in one go. */
		if (++looked >= ROWS_A_TURN && search->restarts <= RESTARTS_MAX)
			return ++search->at == search->end;
	}
	return true;
}
