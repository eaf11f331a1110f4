/* err.h - the codes by which functions say how they failed.  Thread: any. */
#ifndef ROLLCALL_BASE_ERR_H
#define ROLLCALL_BASE_ERR_H

/* Functions return 0 or one of these; out parameters stay untouched on failure. */
enum err {
	ERR_NOMEM = -1,         /* no memory; the caller drops this piece of work and goes on */
	ERR_SYNTAX = -2,        /* bytes that are not of the format */
	ERR_INVALID = -3,       /* well formed, but a value breaks a rule */
	ERR_EXISTS = -4,        /* the name or address is already taken */
	ERR_NOTFOUND = -5,
	ERR_RANGE = -6,         /* outside the configured range */
	ERR_FULL = -7,          /* a pool or a buffer has no room left */
	ERR_LIMIT = -8,         /* larger or deeper than we allow */
	ERR_SYSTEM = -9,        /* a system call failed; errno says how */
	ERR_DENIED = -10,       /* not allowed by configuration or trust */
	ERR_TIMEOUT = -11,
	ERR_CLOSED = -12,       /* the other side is gone */
	ERR_GONE = -13,         /* it was there, and is kept no more */
};

/* A short English text for a code, for logs; never NULL. */
const char *err_text(int err);
#endif
