/* json_text.c - JSON as a text, or nothing. */
#include "ops/json_text.h"

#include "base/err.h"
#include "base/strbuf.h"

static int
add(const char *text, size_t len, void *arg)
{
	struct strbuf *out = arg;

	strbuf_add_n(out, text, len);
	return out->err == 0 ? 0 : -1;
}

void
json_text_add(struct strbuf *out, const json_t *value)
{
	if (value == NULL || json_dump_callback(value, add, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		out->err = ERR_NOMEM;
}

char *
json_text(const json_t *value, size_t *len)
{
	struct strbuf out = STRBUF_INIT;

	json_text_add(&out, value);
	if (out.err != 0) {
		strbuf_release(&out);
		return NULL;
	}
	if (len != NULL)
		*len = out.len;
	return strbuf_take(&out);
}
