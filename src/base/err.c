/* err.c - the texts of the error codes. */
#include "base/err.h"

const char *
err_text(int err)
{
	if (err == 0)
		return "success";
	/* No default: the compiler names a code that has no text yet. */
	switch ((enum err)err) {
	case ERR_NOMEM:
		return "out of memory";
	case ERR_SYNTAX:
		return "bad syntax";
	case ERR_INVALID:
		return "invalid value";
	case ERR_EXISTS:
		return "already taken";
	case ERR_NOTFOUND:
		return "not found";
	case ERR_RANGE:
		return "out of range";
	case ERR_FULL:
		return "no room left";
	case ERR_LIMIT:
		return "over the limit";
	case ERR_SYSTEM:
		return "system call failed";
	case ERR_DENIED:
		return "not allowed";
	case ERR_TIMEOUT:
		return "timed out";
	case ERR_CLOSED:
		return "closed by the other side";
	case ERR_GONE:
		return "no longer kept";
	}
	return "unknown error";
}
