/*
 * api.h - Kubernetes' API: what a request below /api, /apis, /version and /openapi is answered
 * with.  Thread: control.
 *
 *     httpd -> api -> discovery.c        which groups, versions and resources there are
 *                  -> openapi.c          what their fields are
 *                  -> api_get.c          one object
 *                  -> api_list.c         many, in turns of the loop
 *                  -> api_watch.c        changes as they come
 *                  -> settings->write    create, update, patch, delete
 */
#ifndef ROLLCALL_OPS_API_H
#define ROLLCALL_OPS_API_H
#include <jansson.h>
#include <stddef.h>

#include "ops/api_target.h"

struct api;
struct clock;
struct event_base;
struct filter;
struct follows;
struct httpd;
struct openapi;
struct shape;
struct view;

/* Owns the visit; `target` is only there during the call. */
typedef void api_handler(void *arg, struct visit *visit, const struct api_target *target);

/* All borrowed for the life of the api. */
struct api_settings {
	struct event_base *loop;
	const struct clock *clock;
	const struct ledger *ledger;
	struct view *view;
	const struct openapi *openapi;  /* NULL: /openapi is not found */
	struct follows *follows;        /* NULL: watches are 405 */
	api_handler *write;             /* creates, updates, patches, deletes; NULL: 405 */
	void *write_arg;
};

/* ERR_NOMEM. */
int api_new(const struct api_settings *settings, struct api **out);
/* Lists under way are broken off. */
void api_free(struct api *api);
/* Take the four prefixes.  The errors of httpd_route(). */
int api_serve(struct api *api, struct httpd *httpd);

/* ---- for who answers writes ---- */

/*
 * Read what the query and the headers ask for.  Other than 0: the visit was answered with 400 or
 * 406 or, without memory, 500, and has ended.  The filter is the caller's.
 */
int api_read_filter(struct visit *visit, const struct api_target *target, struct filter **out);
int api_read_shape(struct visit *visit, struct shape *out);

/*
 * An object as the target's version has it (EndpointSlice v1beta1), with as much of it as the visitor
 * may see.  NULL: no memory.
 */
json_t *api_view(struct view *view, const struct api_target *target,
    const struct ledger_entry *entry, const struct visit *visit);

/* End the visit with an object, which is taken; NULL: 500, no memory. */
void api_reply_object(struct visit *visit, int status, const char *type, json_t *object);
/* 404: services "web" not found. */
void api_reply_missing(struct visit *visit, const struct api_target *target);
/* Endpoints are old; current servers say so with each answer.  Before the reply is begun. */
void api_warn_deprecated(struct visit *visit, const struct api_target *target);
#endif
