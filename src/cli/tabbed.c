/* tabbed.c - text with tabs, set in columns as kubectl describe sets it. */
#include "cli/tabbed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"

#define PADDING 2
#define COLUMNS_MAX 16

struct line {
	const char *text;
	size_t len;
	size_t tabs;                    /* cells that a tab ends */
};

/* What is set, and the widths of the columns that are open. */
struct setting {
	struct strbuf *out;
	const struct line *lines;
	size_t widths[COLUMNS_MAX];
	size_t depth;
};

static size_t
count_characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			count++;
	return count;
}

/* Cell i of a line; *len are its octets. */
static const char *
cell_at(const struct line *line, size_t i, size_t *len)
{
	const char *at = line->text, *end = line->text + line->len, *tab;

	while ((tab = memchr(at, '\t', (size_t)(end - at))) != NULL && i > 0) {
		at = tab + 1;
		i--;
	}
	*len = (size_t)((tab != NULL ? tab : end) - at);
	return at;
}

static void
write_lines(struct setting *setting, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		const struct line *line = &setting->lines[i];

		for (size_t cell = 0; cell <= line->tabs; cell++) {
			size_t len, width;
			const char *text = cell_at(line, cell, &len);

			strbuf_add_n(setting->out, text, len);
			width = count_characters(text, len);
			if (cell < setting->depth && cell < line->tabs)
				strbuf_addf(setting->out, "%*s",
				    (int)(setting->widths[cell] - width), "");
		}
		strbuf_add(setting->out, "\n");
	}
}

/* The width of a column from line `at` on, and where it ends. */
static size_t
measure(const struct setting *setting, size_t column, size_t *at, size_t end)
{
	size_t width = 0;

	for (; *at < end && setting->lines[*at].tabs > column; (*at)++) {
		size_t len, wide;
		const char *text = cell_at(&setting->lines[*at], column, &len);

		wide = count_characters(text, len) + PADDING;
		if (wide > width)
			width = wide;
	}
	return width;
}

/* Lines first..end, whose columns up to `depth` are known: set the blocks of the next column. */
static void
set_block(struct setting *setting, size_t first, size_t end)
{
	size_t column = setting->depth, at = first;

	while (at < end && column < COLUMNS_MAX) {
		size_t begin = at;

		if (setting->lines[at].tabs <= column) {
			at++;
			continue;
		}
		write_lines(setting, first, begin);
		setting->widths[column] = measure(setting, column, &at, end);
		setting->depth++;
		set_block(setting, begin, at);
		setting->depth--;
		first = at;
	}
	write_lines(setting, first, end);
}

static size_t
count_lines(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

int
tabbed_set(struct strbuf *out, const char *text)
{
	struct line *lines = calloc(count_lines(text), sizeof(*lines));
	struct setting setting = { .out = out, .lines = lines };
	size_t count = 0;

	if (lines == NULL)
		return ERR_NOMEM;
	while (*text != '\0') {
		struct line *line = &lines[count++];

		line->text = text;
		line->len = strcspn(text, "\n");
		for (size_t i = 0; i < line->len; i++)
			line->tabs += text[i] == '\t';
		text += line->len + (text[line->len] == '\n' ? 1 : 0);
	}
	set_block(&setting, 0, count);
	free(lines);
	return out->err;
}
