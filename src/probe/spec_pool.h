/* spec_pool.h - equal probe specs kept once, by count.  Thread: control. */
#ifndef ROLLCALL_PROBE_SPEC_POOL_H
#define ROLLCALL_PROBE_SPEC_POOL_H
#include <stddef.h>

#include "model/probe_spec.h"

/* Thousands of Pods come from one template. */
struct spec_pool;

struct spec_pool *spec_pool_new(void);
/* Everything taken must have been given back. */
void spec_pool_free(struct spec_pool *pool);

/*
 * A spec equal to this one that lives until given back.
 * NULL: no memory.
 */
const struct probe_spec *spec_pool_take(struct spec_pool *pool, const struct probe_spec *spec);
/* NULL is allowed. */
void spec_pool_give_back(struct spec_pool *pool, const struct probe_spec *spec);

/* How many different specs are kept. */
size_t spec_pool_count(const struct spec_pool *pool);
#endif
