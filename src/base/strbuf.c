/* strbuf.c - a text that grows, with an error that sticks. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define FIRST_SIZE 64

/* Room for `more` octets and the NUL. */
static bool
make_room(struct strbuf *buf, size_t more)
{
	if (buf->err != 0)
		return false;
	if (more >= SIZE_MAX - buf->len) {
		buf->err = ERR_NOMEM;
		return false;
	}

	size_t need = buf->len + more + 1;

	if (need <= buf->size)
		return true;

	size_t size = buf->size > SIZE_MAX / 2 ? need : buf->size * 2;

	if (size < need)
		size = need;
	if (size < FIRST_SIZE)
		size = FIRST_SIZE;

	char *text = realloc(buf->size == 0 ? NULL : buf->text, size);

	if (text == NULL) {
		buf->err = ERR_NOMEM;
		return false;
	}
	text[buf->len] = '\0';
	buf->text = text;
	buf->size = size;
	return true;
}

void
strbuf_add_n(struct strbuf *buf, const char *text, size_t len)
{
	if (len == 0 || !make_room(buf, len))
		return;
	memcpy(buf->text + buf->len, text, len);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void
strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_n(buf, text, strlen(text));
}

void
strbuf_addf(struct strbuf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len <= 0) {
		if (len < 0)
			buf->err = ERR_NOMEM;
		return;
	}
	if (!make_room(buf, (size_t)len))
		return;
	va_start(args, format);
	(void)vsnprintf(buf->text + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void
strbuf_clear(struct strbuf *buf)
{
	if (buf->size != 0)
		buf->text[0] = '\0';
	buf->len = 0;
	buf->err = 0;
}

void
strbuf_release(struct strbuf *buf)
{
	if (buf->size != 0)
		free(buf->text);
	*buf = (struct strbuf)STRBUF_INIT;
}

char *
strbuf_take(struct strbuf *buf)
{
	char *text = NULL;

	/*
	 * An empty buffer may still point at the constant "": the caller must get something to
	 * free.
	 */
	if (buf->err == 0 && make_room(buf, 0)) {
		text = buf->text;
		buf->size = 0;
	}
	strbuf_release(buf);
	return text;
}
