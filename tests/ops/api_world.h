/*
 * api_world.h - an API over a ledger of the test's own, asked over HTTP.  Thread: control.
 *
 * The objects behind the entries are made up from their names: view.c has no part in it.
 */
#ifndef ROLLCALL_TESTS_OPS_API_WORLD_H
#define ROLLCALL_TESTS_OPS_API_WORLD_H
#include <jansson.h>

#include "ops/api.h"

struct event_base;
struct openapi;

struct api_world {
	struct event_base *loop;
	struct clock *clock;
	struct ledger *ledger;
	struct httpd *httpd;
	struct api *api;
	struct follows *follows;
	struct api_target handed;       /* of the last write */
	const char *handed_to;          /* "write"; NULL: nobody */
};

/* `openapi` may be NULL, and is the caller's. */
void api_world_start(struct api_world *world, const struct openapi *openapi);
void api_world_stop(struct api_world *world);
/* The object's label "app" is its name without what is behind the first '-'. */
void api_world_put(struct api_world *world, enum api_kind kind, const char *ns, const char *name);

/* What is answered to METHOD PATH, with further header lines ("" or each with \r\n); static. */
const char *api_world_ask(struct api_world *world, const char *what, const char *headers);
/* The body of a reply of that status; else the test fails.  A new reference. */
json_t *api_world_json(struct api_world *world, const char *what, const char *headers, int status);
/* The names of the items of a list, joined by spaces, each with its namespace; static. */
const char *api_world_names(const json_t *list);
#endif
