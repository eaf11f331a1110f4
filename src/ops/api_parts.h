/* api_parts.h - what answering gets, lists and documents share.  Thread: control. */
#ifndef ROLLCALL_OPS_API_PARTS_H
#define ROLLCALL_OPS_API_PARTS_H
#include <stdint.h>

#include "ops/api.h"

struct api_list;

struct api {
	struct api_settings settings;
	struct api_list *lists;         /* under way, linked by next */
};

api_handler api_get;                    /* arg: struct api */
api_handler api_list;
api_handler api_watch;
/* Break off every list. */
void api_list_stop(struct api *api);

/*
 * What `resourceVersion` and `resourceVersionMatch` ask for: 0, or the visit was answered with 400,
 * 410 or 504 and has ended.
 */
int api_check_version(struct visit *visit, const struct ledger *ledger);

/* 200 with an ETag, or 304 to a client that has it already; ends the visit. */
void api_reply_document(struct visit *visit, const char *type, const char *text, size_t len);
/* The same of a JSON document, which is taken; NULL: 500. */
void api_reply_json(struct visit *visit, const char *type, json_t *document);
void api_reply_no_memory(struct visit *visit);
#endif
