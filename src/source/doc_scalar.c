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
	{ "", DOC_NULL, false }, { "~", DOC_NULL, false }, { "null", DOC_NULL, false },
	{ "Null", DOC_NULL, false }, { "NULL", DOC_NULL, false },
	{ "true", DOC_BOOL, true }, { "True", DOC_BOOL, true }, { "TRUE", DOC_BOOL, true },
	{ "false", DOC_BOOL, false }, { "False", DOC_BOOL, false }, { "FALSE", DOC_BOOL, false },
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
		if (strcmp(words[i].text, node->text) != 0)
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
resolve_number(struct doc_node *node)
{
	char plain[NUMBER_SIZE];
	size_t len = 0;

	if (node->count == 0 || node->count >= NUMBER_SIZE ||
	    strchr("+-.0123456789", node->text[0]) == NULL)
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
	if (text || memchr(node->text, '\0', node->count) != NULL)
		return;
	if (!resolve_word(node))
		(void)resolve_number(node);
}
