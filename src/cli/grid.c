/* grid.c - rows of cells in columns, padded as kubectl pads them. */
#include "cli/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "cli/paint.h"

#define PADDING 3
#define WIDTH_MIN 6
#define CELL_MAX 16384

struct row {
	const char *key;                /* grid_key(); NULL: none */
	const char *cells[GRID_COLUMNS_MAX];
	size_t count;
};

struct grid {
	struct arena *arena;            /* of the cells */
	struct row **rows;
	size_t count;
	size_t room;
	size_t widths[GRID_COLUMNS_MAX];        /* remembered */
	bool heading;                   /* row 0 is one */
	int err;
};

struct grid *
grid_new(void)
{
	struct grid *grid = calloc(1, sizeof(*grid));

	if (grid == NULL)
		return NULL;
	grid->arena = arena_new(0);
	if (grid->arena != NULL)
		return grid;
	free(grid);
	return NULL;
}

void
grid_free(struct grid *grid)
{
	if (grid == NULL)
		return;
	arena_free(grid->arena);
	free(grid->rows);
	free(grid);
}

/* Only the cells that a row has are kept. */
void
grid_row(struct grid *grid)
{
	if (grid->count == grid->room) {
		size_t room = grid->room > 0 ? grid->room * 2 : 64;
		struct row **rows = reallocarray(grid->rows, room, sizeof(struct row *));

		if (rows == NULL) {
			grid->err = ERR_NOMEM;
			return;
		}
		grid->rows = rows;
		grid->room = room;
	}
	grid->rows[grid->count] = arena_alloc(grid->arena, sizeof(struct row));
	if (grid->rows[grid->count] == NULL)
		grid->err = ERR_NOMEM;
	else
		grid->count++;
}

void
grid_key(struct grid *grid, const char *key)
{
	if (grid->err != 0 || grid->count == 0)
		return;
	grid->rows[grid->count - 1]->key = arena_text(grid->arena, key);
	if (grid->rows[grid->count - 1]->key == NULL)
		grid->err = ERR_NOMEM;
}

/* kubectl shows the first line of a text of several, and "..." behind it. */
static const char *
clean(struct grid *grid, const char *text)
{
	char shown[CELL_MAX];
	size_t len = strcspn(text, "\r\n\f"), whole = strlen(text);
	size_t room = sizeof(shown) - sizeof("...");
	size_t shown_len = text_escape(shown, room, text, len);

	if (len < whole || shown_len == room - 1)
		memcpy(shown + shown_len, "...", sizeof("..."));
	return arena_text(grid->arena, shown);
}

void
grid_cell(struct grid *grid, const char *text)
{
	struct row *row;

	if (grid->err != 0 || grid->count == 0)
		return;
	row = grid->rows[grid->count - 1];
	if (row->count == GRID_COLUMNS_MAX)
		return;
	row->cells[row->count] = clean(grid, text);
	if (row->cells[row->count] == NULL)
		grid->err = ERR_NOMEM;
	else
		row->count++;
}

void
grid_set_heading(struct grid *grid)
{
	grid->heading = true;
}

void
grid_drop_heading(struct grid *grid)
{
	if (!grid->heading || grid->count == 0)
		return;
	grid->heading = false;
	grid->count--;
	memmove(grid->rows, grid->rows + 1, grid->count * sizeof(struct row *));
}

size_t
grid_count(const struct grid *grid)
{
	return grid->count;
}

const char *
grid_text(const struct grid *grid, size_t row, size_t column)
{
	return row < grid->count && column < grid->rows[row]->count
	    ? grid->rows[row]->cells[column] : "";
}

/* A row and where it was, so that equal ones keep their order. */
struct sorted {
	struct row *row;
	const char *key;
	size_t at;
};

static int
compare(const void *a_, const void *b_)
{
	const struct sorted *a = a_, *b = b_;
	int order = strverscmp(a->key, b->key);

	if (order != 0)
		return order;
	return a->at < b->at ? -1 : a->at > b->at;
}

int
grid_sort(struct grid *grid, size_t column)
{
	size_t first = grid->heading ? 1 : 0, count = grid->count - first;
	struct sorted *sorted;

	if (grid->err != 0 || grid->count <= first)
		return grid->err;
	sorted = calloc(count, sizeof(*sorted));
	if (sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *key = grid->rows[first + i]->key;

		if (column != GRID_BY_KEY || key == NULL)
			key = grid_text(grid, first + i, column);
		sorted[i] = (struct sorted){ grid->rows[first + i], key, i };
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < count; i++)
		grid->rows[first + i] = sorted[i].row;
	free(sorted);
	return 0;
}

/* Characters, not octets. */
static size_t
count_characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			count++;
	return count;
}

/* "2/3": whether all are ready. */
static enum paint
paint_of_count(const char *cell)
{
	size_t left = strspn(cell, "0123456789");
	const char *right = cell + left + 1;

	if (left == 0 || cell[left] != '/' || right[strspn(right, "0123456789")] != '\0')
		return PAINT_PLAIN;
	return strlen(right) == left && strncmp(cell, right, left) == 0 ? PAINT_GOOD : PAINT_BAD;
}

static enum paint
paint_of(const char *cell)
{
	static const struct {
		const char *word;
		enum paint paint;
	} words[] = {
		{ "Running", PAINT_GOOD }, { "Active", PAINT_GOOD }, { "ready", PAINT_GOOD },
		{ "True", PAINT_GOOD }, { "Failed", PAINT_BAD }, { "Terminating", PAINT_WARN },
		{ "not ready", PAINT_BAD }, { "NotReady", PAINT_BAD }, { "False", PAINT_BAD },
		{ "<none>", PAINT_DIM }, { "<unset>", PAINT_DIM }, { "<unknown>", PAINT_DIM },
		{ "<pending>", PAINT_WARN }, { "Pending", PAINT_WARN }, { "Warning", PAINT_WARN },
		{ "drained", PAINT_WARN },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(cell, words[i].word) == 0)
			return words[i].paint;
	return paint_of_count(cell);
}

/* At most `room` characters of it; how many there were. */
static size_t
print_cut(const char *text, size_t room, FILE *out)
{
	size_t count = 0, octets = 0;

	while (text[octets] != '\0') {
		if (((unsigned char)text[octets] & 0xc0) != 0x80) {
			if (count == room)
				break;
			count++;
		}
		octets++;
	}
	(void)fwrite(text, 1, octets, out);
	return count;
}

static void
print_row(const struct grid *grid, const struct row *row, bool heading, FILE *out, size_t width,
    bool colour)
{
	size_t at = 0, room = width > 0 ? width : SIZE_MAX;

	for (size_t i = 0; i < row->count && at < room; i++) {
		enum paint how = heading ? PAINT_HEAD : paint_of(row->cells[i]);
		bool painted = colour && how != PAINT_PLAIN;
		size_t end = at + grid->widths[i];

		fputs(paint(painted, how), out);
		at += print_cut(row->cells[i], room - at, out);
		fputs(paint(painted, PAINT_PLAIN), out);
		if (i + 1 == row->count)
			break;
		for (; at < end && at < room; at++)
			fputc(' ', out);
	}
	fputc('\n', out);
}

/* The last cell of a row pads nothing. */
static void
measure(struct grid *grid)
{
	for (size_t r = 0; r < grid->count; r++)
		for (size_t i = 0; i + 1 < grid->rows[r]->count; i++) {
			size_t width = count_characters(grid->rows[r]->cells[i]) + PADDING;

			if (width < WIDTH_MIN)
				width = WIDTH_MIN;
			if (width > grid->widths[i])
				grid->widths[i] = width;
		}
}

int
grid_print(struct grid *grid, FILE *out, size_t width, bool colour)
{
	if (grid->err != 0)
		return grid->err;
	measure(grid);
	for (size_t r = 0; r < grid->count; r++)
		print_row(grid, grid->rows[r], r == 0 && grid->heading, out, width, colour);
	grid->count = 0;
	grid->heading = false;
	arena_reset(grid->arena);
	return 0;
}
