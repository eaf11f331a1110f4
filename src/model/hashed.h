/*
 * hashed.h - uthash as we use it: running out of memory is told, not fatal.  Thread: the
 * owner's.
 *
 * After HASH_ADD_KEYPTR an element that could not be added has hh.tbl == NULL and belongs to
 * the caller as before.
 */
#ifndef ROLLCALL_MODEL_HASHED_H
#define ROLLCALL_MODEL_HASHED_H
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#endif
