/* doc_scalar.c - what type a scalar has. */
#include "source/doc_scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "source/doc.h"

#define YAML_TAG "tag:yaml.org,2002:"
#define NUMBER_SIZE 64

static const struct {
	const char *text;
	enum doc_type type;
	bool truth;
} words[] = {
	{ "true", DOC_BOOL, true }, { "false", DOC_BOOL, false },
	{ "", DOC_NULL, false }, { "~", DOC_NULL, false }, { "null", DOC_NULL, false },
	{ "Null", DOC_NULL, false }, { "NULL", DOC_NULL, false },
	{ "True", DOC_BOOL, true }, { "TRUE", DOC_BOOL, true },
	{ "False", DOC_BOOL, false }, { "FALSE", DOC_BOOL, false },
	{ "yes", DOC_BOOL, true }, { "Yes", DOC_BOOL, true }, { "YES", DOC_BOOL, true },
	{ "y", DOC_BOOL, true }, { "Y", DOC_BOOL, true },
	{ "no", DOC_BOOL, false }, { "No", DOC_BOOL, false }, { "NO", DOC_BOOL, false },
	{ "n", DOC_BOOL, false }, { "N", DOC_BOOL, false },
	{ "on", DOC_BOOL, true }, { "On", DOC_BOOL, true }, { "ON", DOC_BOOL, true },
	{ "off", DOC_BOOL, false }, { "Off", DOC_BOOL, false }, { "OFF", DOC_BOOL, false },
};

static bool
resolve_word(struct doc_node *node)
{
	if (node->count > 5)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (words[i].text[0] != node->text[0] || strcmp(words[i].text, node->text) != 0)
			continue;
		node->type = words[i].type;
		if (node->type == DOC_BOOL)
			node->truth = words[i].truth;
		return true;
	}
	return false;
}

/* 0x1f, 0b11, 0o17, 017 and decimal; the underscores of YAML 1.1 are already gone. */
static bool
resolve_integer(struct doc_node *node, const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	int base = 10;

	if (digits[0] == '0' && digits[1] != '\0') {
		char mark = (char)tolower((unsigned char)digits[1]);

		base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
		digits += mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
	}
	if (!isalnum((unsigned char)*digits))
		return false;
	char *end;

	errno = 0;
	unsigned long long value = strtoull(digits, &end, base);
	unsigned long long most = (unsigned long long)INT64_MAX + (*text == '-');

	if (*end != '\0' || errno != 0 || value > most)
		return false;
	node->type = DOC_INT;
	node->integer = *text == '-' ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* [-+]? ( .digits | digits [ . digits? ] ) ( [eE] [-+]? digits )? */
static bool
is_float(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t whole = strspn(at, "0123456789");
	size_t part = 0;

	at += whole;
	if (*at == '.') {
		part = strspn(at + 1, "0123456789");
		at += 1 + part;
	}
	if (whole == 0 && part == 0)
		return false;
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '-' || *at == '+';
		size_t power = strspn(at, "0123456789");

		if (power == 0)
			return false;
		at += power;
	}
	return *at == '\0';
}

static bool
resolve_special(struct doc_node *node, const char *text)
{
	static const char *const infinite[] = { ".inf", ".Inf", ".INF" };
	static const char *const not_a_number[] = { ".nan", ".NaN", ".NAN" };
	const char *rest = text + (*text == '-' || *text == '+');

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(rest, infinite[i]) == 0)
			node->real = *text == '-' ? -HUGE_VAL : HUGE_VAL;
		else if (strcmp(text, not_a_number[i]) == 0)
			node->real = (double)NAN;
		else
			continue;
		node->type = DOC_FLOAT;
		return true;
	}
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Up to 18 decimal digits without a zero in front: nearly all numbers that anyone writes. */
static bool
resolve_plain(struct doc_node *node)
{
	int64_t value = 0;

	if (node->count > 18 || (node->text[0] == '0' && node->count > 1))
		return false;
	for (size_t i = 0; i < node->count; i++) {
		if (!is_digit(node->text[i]))
			return false;
		value = value * 10 + (node->text[i] - '0');
	}
	node->type = DOC_INT;
	node->integer = value;
	return true;
}

/*
 * A second dot, a sign inside, another character than letters, digits and underscores: addresses,
 * dates and UIDs begin with digits and are no numbers.
 */
static bool
cannot_be_number(const struct doc_node *node)
{
	size_t dots = node->text[0] == '.';

	for (size_t i = 1; i < node->count; i++) {
		char c = node->text[i], before = node->text[i - 1];

		if (c == '.' && ++dots > 1)
			return true;
		if ((c == '-' || c == '+') && before != 'e' && before != 'E' && before != '_')
			return true;
		if (!is_digit(c) && !isalpha((unsigned char)c) && strchr("._-+", c) == NULL)
			return true;
	}
	return false;
}

static bool
resolve_number(struct doc_node *node)
{
	char plain[NUMBER_SIZE];
	size_t len = 0;

	if (node->count == 0 || node->count >= NUMBER_SIZE ||
	    (!is_digit(node->text[0]) && strchr("+-.", node->text[0]) == NULL))
		return false;
	if (resolve_plain(node))
		return true;
	if (cannot_be_number(node))
		return false;
	if (resolve_special(node, node->text))
		return true;
	for (const char *at = node->text; *at != '\0'; at++) {
		if (*at != '_')
			plain[len++] = *at;
	}
	plain[len] = '\0';
	if (len == 0)
		return false;
	if (resolve_integer(node, plain))
		return true;
	if (!is_float(plain))
		return false;
	node->type = DOC_FLOAT;
	node->real = strtod(plain, NULL);
	return true;
}

/* A letter that no word begins with, as most texts do. */
static bool
begins_text(const struct doc_node *node)
{
	char c = node->text[0] | 0x20;

	return c >= 'a' && c <= 'z' && c != 'f' && c != 'n' && c != 'o' && c != 't' && c != 'y';
}

void
doc_scalar_resolve(struct doc_node *node, const char *tag)
{
	bool text = node->quoted;

	node->type = DOC_STRING;
	if (tag != NULL && strcmp(tag, "!") == 0)
		text = true;
	if (tag != NULL && strncmp(tag, YAML_TAG, sizeof(YAML_TAG) - 1) == 0) {
		const char *name = tag + sizeof(YAML_TAG) - 1;

		text = strcmp(name, "str") == 0 || strcmp(name, "binary") == 0;
	}
	/* A NUL inside makes it a string: the comparisons above all end at it. */
	if (text || begins_text(node) || memchr(node->text, '\0', node->count) != NULL)
		return;
	if (!resolve_word(node))
		(void)resolve_number(node);
}
