/* strbuf.h - a text that grows, with an error that sticks.  Thread: the owner's. */
#ifndef ROLLCALL_BASE_STRBUF_H
#define ROLLCALL_BASE_STRBUF_H
#include <stddef.h>

/* Start with STRBUF_INIT; `text` is always a C string, never NULL.  err: 0 or ERR_NOMEM. */
struct strbuf {
	char *text;
	size_t len;
	size_t size;            /* of the allocation; 0 while text points at the constant "" */
	int err;
};
#define STRBUF_INIT { (char *)"", 0, 0, 0 }

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_n(struct strbuf *buf, const char *text, size_t len);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Set back to empty, keeping the memory; release it. */
void strbuf_clear(struct strbuf *buf);
void strbuf_release(struct strbuf *buf);

/* Hand the text to the caller, who frees it; NULL after an error.  The buffer is empty again. */
char *strbuf_take(struct strbuf *buf);
#endif
