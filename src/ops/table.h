/*
 * table.h - objects as rows of text, with kubectl's columns (meta/v1 Table).  Thread: any; pure.
 *
 * The columns and what stands in them are those of the API server's printers, so that kubectl
 * prints the same for the same objects.
 */
#ifndef ROLLCALL_OPS_TABLE_H
#define ROLLCALL_OPS_TABLE_H
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/ledger.h"

struct table_column {
	const char *name;               /* "Cluster-IP"; kubectl shows it in capitals */
	const char *type;               /* "string", "integer" */
	const char *format;             /* "name" for the name, else "" */
	int priority;                   /* 0: always; 1: with -o wide */
	const char *doc;
};

const struct table_column *table_columns(enum api_kind kind, size_t *count);
/* columnDefinitions, a new reference; NULL: no memory. */
json_t *table_column_definitions(enum api_kind kind);
/* The cells of one row, a new reference; NULL: no memory. */
json_t *table_cells(enum api_kind kind, const json_t *object, int64_t now_unix_s);
#endif
