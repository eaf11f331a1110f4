/* filter_parse.c - selectors as they stand in a query. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ops/filter_parts.h"

/* Where the reader is; `err` sticks. */
struct reading {
	const char *at;
	char *why;
	int err;
};

static void fail(struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
fail(struct reading *reading, const char *format, ...)
{
	va_list args;

	if (reading->err != 0)
		return;
	va_start(args, format);
	vsnprintf(reading->why, FILTER_WHY_SIZE, format, args);
	va_end(args);
	reading->err = ERR_INVALID;
}

static void
skip_spaces(struct reading *reading)
{
	reading->at += strspn(reading->at, " \t");
}

static bool
take(struct reading *reading, const char *what)
{
	size_t len = strlen(what);

	skip_spaces(reading);
	if (strncmp(reading->at, what, len) != 0)
		return false;
	reading->at += len;
	return true;
}

/* A run of what is neither a space nor one of the operators' signs; "" where there is none. */
static char *
take_word(struct reading *reading)
{
	size_t len;
	char *word;

	skip_spaces(reading);
	len = strcspn(reading->at, " \t,()=!<>");
	word = strndup(reading->at, len);
	if (word == NULL)
		reading->err = ERR_NOMEM;
	reading->at += len;
	return word;
}

static struct filter_condition *
add_condition(struct filter *filter, struct reading *reading)
{
	if (filter->count == FILTER_CONDITIONS_MAX) {
		fail(reading, "a selector may have at most %d conditions", FILTER_CONDITIONS_MAX);
		return NULL;
	}
	return &filter->conditions[filter->count++];
}

static void
check_value(struct reading *reading, const char *value)
{
	if (!text_is_label_value(value))
		fail(reading, "unable to parse requirement: values: Invalid value: \"%.63s\": "
		    "must be a label value", value);
}

static void
add_value(struct reading *reading, struct filter_condition *condition, char *value, size_t *used)
{
	size_t len = value == NULL ? 0 : strlen(value) + 1;
	char *grown = len == 0 ? NULL : realloc(condition->values, *used + len);

	if (condition->value_count == FILTER_VALUES_MAX)
		fail(reading, "a set may have at most %d values", FILTER_VALUES_MAX);
	if (grown == NULL) {
		reading->err = ERR_NOMEM;
	} else {
		condition->values = grown;
		memcpy(grown + *used, value, len);
		*used += len;
		condition->value_count++;
	}
	free(value);
}

static void
read_set(struct reading *reading, struct filter_condition *condition)
{
	size_t used = 0;

	if (!take(reading, "(")) {
		fail(reading, "unable to parse requirement: found '%.20s', expected: '('",
		    reading->at);
		return;
	}
	do {
		char *value = take_word(reading);

		if (value != NULL)
			check_value(reading, value);
		add_value(reading, condition, value, &used);
	} while (reading->err == 0 && take(reading, ","));
	if (reading->err == 0 && !take(reading, ")"))
		fail(reading, "unable to parse requirement: found '%.20s', expected: ',' or ')'",
		    reading->at);
}

static void
read_value(struct reading *reading, struct filter_condition *condition)
{
	size_t used = 0;
	char *value = take_word(reading);

	if (value != NULL)
		check_value(reading, value);
	add_value(reading, condition, value, &used);
}

/* "in", "notin": words, which end where a value may begin. */
static bool
take_keyword(struct reading *reading, const char *word)
{
	size_t len = strlen(word);

	skip_spaces(reading);
	if (strncmp(reading->at, word, len) != 0 || strchr(" \t(", reading->at[len]) == NULL ||
	    reading->at[len] == '\0')
		return false;
	reading->at += len;
	return true;
}

static void
read_operator(struct reading *reading, struct filter_condition *condition)
{
	condition->op = FILTER_IN;
	if (take(reading, "!=")) {
		condition->op = FILTER_NOT_IN;
		read_value(reading, condition);
	} else if (take(reading, "==") || take(reading, "=")) {
		read_value(reading, condition);
	} else if (take(reading, ">")) {
		condition->op = FILTER_GREATER;
		read_value(reading, condition);
	} else if (take(reading, "<")) {
		condition->op = FILTER_LESS;
		read_value(reading, condition);
	} else if (take_keyword(reading, "in")) {
		read_set(reading, condition);
	} else if (take_keyword(reading, "notin")) {
		condition->op = FILTER_NOT_IN;
		read_set(reading, condition);
	} else {
		condition->op = FILTER_THERE;
	}
}

static void
read_label(struct filter *filter, struct reading *reading)
{
	struct filter_condition *condition = add_condition(filter, reading);
	bool without;

	if (condition == NULL)
		return;
	without = take(reading, "!");
	condition->key = take_word(reading);
	if (condition->key == NULL)
		return;
	if (!text_is_label_key(condition->key)) {
		fail(reading, "unable to parse requirement: key: Invalid value: \"%.63s\": "
		    "must be a label key", condition->key);
		return;
	}
	if (without)
		condition->op = FILTER_NOT_THERE;
	else
		read_operator(reading, condition);
}

int
filter_parse_labels(struct filter *filter, const char *text, char why[FILTER_WHY_SIZE])
{
	struct reading reading = { .at = text, .why = why };

	skip_spaces(&reading);
	if (*reading.at == '\0')
		return 0;
	do
		read_label(filter, &reading);
	while (reading.err == 0 && take(&reading, ","));
	skip_spaces(&reading);
	if (reading.err == 0 && *reading.at != '\0')
		fail(&reading, "unable to parse requirement: found '%.20s', expected: ',' or the "
		    "end", reading.at);
	return reading.err;
}

/* Up to the next comma; "\," "\=" "\\" stand for the sign itself (Kubernetes: pkg/fields). */
static char *
take_field_value(struct reading *reading)
{
	char *value = malloc(strlen(reading->at) + 1);
	size_t len = 0;

	if (value == NULL) {
		reading->err = ERR_NOMEM;
		return NULL;
	}
	for (; *reading->at != '\0' && *reading->at != ','; reading->at++) {
		if (*reading->at == '\\' && reading->at[1] != '\0')
			reading->at++;
		value[len++] = *reading->at;
	}
	value[len] = '\0';
	return value;
}

static void
read_field(struct filter *filter, const struct api_resource *resource, struct reading *reading)
{
	struct filter_condition *condition = add_condition(filter, reading);
	size_t used = 0;

	if (condition == NULL)
		return;
	condition->of_field = true;
	condition->key = take_word(reading);
	if (condition->key == NULL)
		return;
	if (take(reading, "!="))
		condition->op = FILTER_NOT_IN;
	else if (take(reading, "==") || take(reading, "="))
		condition->op = FILTER_IN;
	else
		fail(reading, "invalid selector: '%.63s'; can't understand '%.63s'", condition->key,
		    reading->at);
	if (reading->err == 0 && !filter_knows_field(resource, condition->key))
		fail(reading, "field label not supported: %.63s", condition->key);
	if (reading->err == 0)
		add_value(reading, condition, take_field_value(reading), &used);
}

int
filter_parse_fields(struct filter *filter, const struct api_resource *resource, const char *text,
    char why[FILTER_WHY_SIZE])
{
	struct reading reading = { .at = text, .why = why };

	if (*text == '\0')
		return 0;
	do
		read_field(filter, resource, &reading);
	while (reading.err == 0 && take(&reading, ","));
	return reading.err;
}
