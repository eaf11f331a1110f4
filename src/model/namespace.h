/*
 * namespace.h - a Namespace (core/v1): its existence is all that matters so far.  Thread:
 * control.
 */
#ifndef ROLLCALL_MODEL_NAMESPACE_H
#define ROLLCALL_MODEL_NAMESPACE_H
#include "model/object.h"

struct namespace_object {
	struct object object;
};
#endif
