/* doc_input.c - the octets libyaml reads, and where each of them stands in the file. */
#include "source/doc_input.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"

#define PAIR_LEN 12             /* \ud83d\ude00 */
#define LONG_LEN 10             /* \U0001f600 */

/* Walks a text, counting lines and characters the way libyaml does. */
struct walk {
	const uint8_t *text;
	size_t len;
	size_t at;
	size_t line;
	size_t column;
};

static size_t
break_len(const uint8_t *text, size_t left)
{
	if (text[0] == '\n')
		return 1;
	if (text[0] == '\r')
		return left > 1 && text[1] == '\n' ? 2 : 1;
	if (left > 1 && text[0] == 0xc2 && text[1] == 0x85)
		return 2;       /* next line */
	if (left > 2 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9))
		return 3;       /* line and paragraph separator */
	return 0;
}

static void
walk_step(struct walk *walk)
{
	size_t len = break_len(walk->text + walk->at, walk->len - walk->at);

	if (len > 0) {
		walk->at += len;
		walk->line++;
		walk->column = 0;
		return;
	}
	do {
		walk->at++;
	} while (walk->at < walk->len && (walk->text[walk->at] & 0xc0) == 0x80);
	walk->column++;
}

static struct walk
walk_begin(const uint8_t *text, size_t len)
{
	struct walk walk = { .text = text, .len = len };

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		walk.at = 3;
	return walk;
}

/* Four hexadecimal digits behind "\u", or -1. */
static int
escape_value(const uint8_t *text, size_t left)
{
	int value = 0;

	if (left < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *found = text[i] == '\0' ? NULL : strchr(digits,
		    text[i] | (text[i] >= 'A' ? 0x20 : 0));

		if (found == NULL)
			return -1;
		value = value * 16 + (int)(found - digits);
	}
	return value;
}

/* The character that two escapes stand for, or 0. */
static unsigned
pair_value(const uint8_t *text, size_t left)
{
	int high = escape_value(text, left);

	if (high < 0xd800 || high > 0xdbff)
		return 0;
	int low = escape_value(text + 6, left - 6);

	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000U + ((unsigned)(high - 0xd800) << 10) + (unsigned)(low - 0xdc00);
}

/* Is there any pair at all?  Nearly no file has one, and then nothing is copied. */
static bool
has_pairs(const uint8_t *text, size_t len)
{
	const uint8_t *at = text;

	while ((at = memchr(at, '\\', len - (size_t)(at - text))) != NULL) {
		if (pair_value(at, len - (size_t)(at - text)) != 0)
			return true;
		at++;
	}
	return false;
}

static int
add_shift(struct doc_input *input, size_t line, size_t column)
{
	if (array_reserve(&input->shifts, &input->shift_room, input->shift_count + 1,
	    sizeof(*input->shifts)) != 0)
		return ERR_NOMEM;
	input->shifts[input->shift_count++] = (struct doc_shift){ line, column };
	return 0;
}

/* Does the document that starts here, behind blanks, begin with a bracket? */
static bool
begins_json(const struct walk *walk)
{
	for (size_t i = walk->at; i < walk->len; i++) {
		if (strchr(" \t\r\n", walk->text[i]) == NULL)
			return walk->text[i] == '{' || walk->text[i] == '[';
	}
	return false;
}

static bool
at_marker(const struct walk *walk)
{
	return walk->column == 0 && walk->len - walk->at >= 3 &&
	    (memcmp(walk->text + walk->at, "---", 3) == 0 || memcmp(walk->text + walk->at, "...",
	    3) == 0);
}

/* Copy one step of the walk; `lost` counts what this line has lost so far. */
static int
rewrite_step(struct doc_input *input, struct walk *walk, bool json, size_t *lost)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = walk->text + walk->at;
	uint8_t *to = input->rewritten + input->len;
	unsigned value = json ? pair_value(from, walk->len - walk->at) : 0;
	size_t start = walk->at;

	if (value != 0) {
		to[0] = '\\';
		to[1] = 'U';
		for (unsigned i = 0; i < 8; i++)
			to[2 + i] = (uint8_t)digits[value >> (28 - 4 * i) & 15];
		input->len += LONG_LEN;
		walk->at += PAIR_LEN;
		walk->column += PAIR_LEN;
		*lost += PAIR_LEN - LONG_LEN;
		return add_shift(input, walk->line, walk->column - *lost);
	}
	walk_step(walk);
	/* The character behind a backslash belongs to it: "\\ud83d" is no escape. */
	if (*from == '\\' && walk->at < walk->len && walk->text[walk->at] < 0x80 &&
	    walk->text[walk->at] >= 0x20)
		walk_step(walk);
	memcpy(to, from, walk->at - start);
	input->len += walk->at - start;
	return 0;
}

static int
rewrite(struct doc_input *input, const uint8_t *text, size_t len)
{
	struct walk walk = walk_begin(text, len);
	bool json = begins_json(&walk);
	size_t line = 0;
	size_t lost = 0;

	input->rewritten = malloc(len);
	if (input->rewritten == NULL)
		return ERR_NOMEM;
	memcpy(input->rewritten, text, walk.at);
	input->text = input->rewritten;
	input->len = walk.at;
	while (walk.at < len) {
		if (at_marker(&walk)) {
			struct walk behind = walk;

			behind.at += 3;
			json = begins_json(&behind);
		}
		if (walk.line != line)
			lost = 0;
		line = walk.line;
		if (rewrite_step(input, &walk, json, &lost) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

int
doc_input_init(struct doc_input *input, const void *text, size_t len)
{
	*input = (struct doc_input){ .text = text, .len = len };
	return len > 0 && has_pairs(text, len) ? rewrite(input, text, len) : 0;
}

void
doc_input_release(struct doc_input *input)
{
	free(input->rewritten);
	free(input->shifts);
	*input = (struct doc_input){ 0 };
}

int
doc_input_handler(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
	struct doc_input *input = data;
	size_t left = input->len - input->handed;

	*size_read = 0;
	if (left > 0 && input->handed >= input->budget) {
		input->too_large = true;
		return 0;
	}
	if (size > left)
		size = left;
	memcpy(buffer, input->text + input->handed, size);
	input->handed += size;
	*size_read = size;
	return 1;
}

void
doc_input_allow(struct doc_input *input, size_t octets)
{
	input->budget = input->handed + octets;
}

void
doc_input_seek(const struct doc_input *input, size_t index, struct doc_seek *seek)
{
	const uint8_t *text = input->text;

	if (seek->octet == 0)
		seek->octet = walk_begin(text, input->len).at;
	for (; seek->index < index && seek->octet < input->len; seek->index++) {
		do {
			seek->octet++;
		} while (seek->octet < input->len && (text[seek->octet] & 0xc0) == 0x80);
	}
}

static unsigned
to_unsigned(size_t value)
{
	return value < UINT_MAX ? (unsigned)value : UINT_MAX;
}

/* How many shifts lie before a place. */
static size_t
shifts_before(const struct doc_input *input, size_t line, size_t column)
{
	size_t low = 0;
	size_t high = input->shift_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct doc_shift *shift = &input->shifts[middle];

		if (shift->line < line || (shift->line == line && shift->column <= column))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
doc_input_place(const struct doc_input *input, size_t line, size_t column, unsigned *people_line,
    unsigned *people_column)
{
	size_t before = 0, first = 0;

	if (input->shift_count > 0) {
		before = shifts_before(input, line, column);
		first = line == 0 ? 0 : shifts_before(input, line - 1, SIZE_MAX);
	}

	*people_line = to_unsigned(line + 1);
	*people_column = to_unsigned(column + 1 + (PAIR_LEN - LONG_LEN) * (before - first));
}

void
doc_input_place_offset(const struct doc_input *input, size_t offset, unsigned *people_line,
    unsigned *people_column)
{
	struct walk walk = walk_begin(input->text, input->len);

	while (walk.at < offset && walk.at < walk.len)
		walk_step(&walk);
	doc_input_place(input, walk.line, walk.column, people_line, people_column);
}
