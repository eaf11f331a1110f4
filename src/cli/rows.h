/* rows.h - the server's Tables (meta.k8s.io/v1) as rows of a grid.  Thread: main. */
#ifndef ROLLCALL_CLI_ROWS_H
#define ROLLCALL_CLI_ROWS_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/grid.h"

/* What is wanted beside the server's cells. */
struct rows_style {
	bool wide;                      /* columns of a priority above 0, too */
	bool with_namespace;            /* a column NAMESPACE in front */
	const char *prefix;             /* "service/" before each name; NULL: none */
	const char *label_columns;      /* "app,tier": a column for each; NULL: none */
	bool show_labels;               /* a column LABELS at the end */
	bool no_headers;
	const char *first;              /* a column in front of all, its heading; NULL: none */
};

struct rows {
	const struct rows_style *style;
	struct grid *grid;
	/* of the columns that the server sent last */
	bool shown[GRID_COLUMNS_MAX];
	size_t column_count;
	size_t name_column;             /* that the prefix is for; column_count or more: none */
	bool headed;                    /* headings were put into the grid */
};

/* The Accept header that asks for Tables; plain objects will do for who cannot. */
#define ROWS_ACCEPT "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

/*
 * Add a Table's rows, and before the first of them the headings.  `first` is the text of the
 * column of that name.  0, ERR_NOMEM, or ERR_SYNTAX where it is no Table.
 */
int rows_add(struct rows *rows, const json_t *table, const char *first);

/* One row as the cells that it is shown by, through a function; the same order as rows_add(). */
typedef void rows_cell_fn(void *arg, const char *text);
void rows_each_cell(const struct rows *rows, const json_t *row, rows_cell_fn *cell, void *arg);
void rows_each_heading(struct rows *rows, const json_t *table, rows_cell_fn *cell, void *arg);
#endif
