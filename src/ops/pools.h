/* pools.h - how full the pools of addresses and ports are, as an answer.  Thread: control; pure. */
#ifndef ROLLCALL_OPS_POOLS_H
#define ROLLCALL_OPS_POOLS_H
#include <jansson.h>
#include <stddef.h>

struct allot_pool;

/* A new reference: {"pools": [{"pool", "range", "size", "taken", "free"}], "text"}.  NULL: no memory. */
json_t *pools_answer(const struct allot_pool *pools, size_t count);
#endif
