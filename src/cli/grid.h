/*
 * grid.h - rows of cells in columns, padded as kubectl pads them.  Thread: main.
 *
 * Three blanks follow the widest cell of a column, a column has at least six characters, and
 * nothing follows the last cell.  Widths are remembered from one printing to the next, so that
 * what a watch adds stays below its headings.
 */
#ifndef ROLLCALL_CLI_GRID_H
#define ROLLCALL_CLI_GRID_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct grid;

#define GRID_COLUMNS_MAX 32

struct grid *grid_new(void);            /* NULL: no memory */
void grid_free(struct grid *grid);

/*
 * Begin a row; cells follow.  Texts are copied and cleared of what a terminal would obey; what
 * is beyond a line end is left out with "...".  Running out of memory sticks: grid_print() says so.
 */
void grid_row(struct grid *grid);
void grid_cell(struct grid *grid, const char *text);

/* What the row is sorted by under GRID_BY_KEY; copied. */
void grid_key(struct grid *grid, const char *key);

/* The first row is headings. */
void grid_set_heading(struct grid *grid);

/* Take the headings off again. */
void grid_drop_heading(struct grid *grid);

/*
 * Sort the rows below the headings by a column, or by their keys: numbers as numbers.  0 or
 * ERR_NOMEM.
 */
#define GRID_BY_KEY GRID_COLUMNS_MAX
int grid_sort(struct grid *grid, size_t column);

/* How many rows there are, the headings included. */
size_t grid_count(const struct grid *grid);
const char *grid_text(const struct grid *grid, size_t row, size_t column);

/*
 * Print all rows and forget them.  `width` > 0 cuts each line there.  `colour`: headings are
 * bold, and words that tell states have their colours.  0 or ERR_NOMEM.
 */
int grid_print(struct grid *grid, FILE *out, size_t width, bool colour);
#endif
