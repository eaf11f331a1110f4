/* flags.c - options by their table: parsing and what --help shows of them. */
#include "cli/flags.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define NAMES_MAX 128

/* Where the parser stands. */
struct parser {
	const struct flag_table *tables;
	size_t table_count;
	const char *who;
	char **argv;
	int argc;
	int at;                         /* the argument that is looked at */
	int words;                      /* kept so far; argv[1 + words] is the next place */
};

bool
flags_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	while (*choices != '\0') {
		size_t span = strcspn(choices, "|");

		if (span == len && strncmp(choices, value, len) == 0)
			return true;
		choices += span + (choices[span] == '|' ? 1 : 0);
	}
	return false;
}

bool
flags_period(const char *text, unsigned *ms)
{
	static const struct {
		const char *unit;
		unsigned ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "", 1000 } };
	size_t digits = strspn(text, "0123456789");
	char number[16];
	uint64_t value;

	if (digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		if (!text_to_u64(number, UINT_MAX / units[i].ms, &value))
			return false;
		*ms = (unsigned)value * units[i].ms;
		return true;
	}
	return false;
}

static const struct flag *
find_name(const struct parser *parser, const char *name, size_t len, void **into)
{
	for (size_t i = 0; i < parser->table_count; i++)
		for (const struct flag *flag = parser->tables[i].flags; flag->name != NULL; flag++)
			if (strlen(flag->name) == len && strncmp(flag->name, name, len) == 0) {
				*into = parser->tables[i].into;
				return flag;
			}
	return NULL;
}

static const struct flag *
find_letter(const struct parser *parser, char letter, void **into)
{
	for (size_t i = 0; i < parser->table_count; i++)
		for (const struct flag *flag = parser->tables[i].flags; flag->name != NULL; flag++)
			if (flag->letter == letter) {
				*into = parser->tables[i].into;
				return flag;
			}
	return NULL;
}

static bool
no_such_name(const struct parser *parser, const char *name, size_t len)
{
	const char *names[NAMES_MAX], *closest;
	char asked[65];
	size_t count = 0;

	for (size_t i = 0; i < parser->table_count; i++)
		for (const struct flag *flag = parser->tables[i].flags; flag->name != NULL; flag++)
			if (count < NAMES_MAX)
				names[count++] = flag->name;
	(void)text_escape(asked, sizeof(asked), name, len);
	closest = text_closest(asked, names, count);
	if (closest != NULL)
		fprintf(stderr, "%s: there is no option --%s; did you mean --%s?\n", parser->who, asked,
		    closest);
	else
		fprintf(stderr, "%s: there is no option --%s\n", parser->who, asked);
	return false;
}

static bool
wrong_value(const struct parser *parser, const struct flag *flag, const char *value,
    const char *rule)
{
	fprintf(stderr, "%s: --%s: \"%s\" is not %s\n", parser->who, flag->name, value, rule);
	return false;
}

static bool
set_truth(const struct parser *parser, const struct flag *flag, bool *field, const char *value)
{
	if (value == NULL || strcmp(value, "true") == 0)
		*field = true;
	else if (strcmp(value, "false") == 0)
		*field = false;
	else
		return wrong_value(parser, flag, value, "true or false");
	return true;
}

static bool
add_text(const struct parser *parser, const struct flag *flag, struct flag_texts *texts,
    const char *value)
{
	if (texts->count == FLAG_TEXTS_MAX) {
		fprintf(stderr, "%s: --%s is given more than %d times\n", parser->who, flag->name,
		    FLAG_TEXTS_MAX);
		return false;
	}
	texts->items[texts->count++] = value;
	return true;
}

static bool
set_value(const struct parser *parser, const struct flag *flag, void *into, const char *value)
{
	void *field = (char *)into + flag->at;
	uint64_t number;

	if (value != NULL && flag->choices != NULL && !flags_choice(flag->choices, value))
		return wrong_value(parser, flag, value, flag->choices);
	switch (flag->kind) {
	case FLAG_TRUTH:
		return set_truth(parser, flag, field, value);
	case FLAG_TEXT:
		*(const char **)field = value;
		return true;
	case FLAG_TEXTS:
		return add_text(parser, flag, field, value);
	case FLAG_NUMBER:
		if (!text_to_u64(value, UINT_MAX, &number))
			return wrong_value(parser, flag, value, "a whole number");
		*(unsigned *)field = (unsigned)number;
		return true;
	case FLAG_PERIOD:
		if (!flags_period(value, field))
			return wrong_value(parser, flag, value, "a time like 500ms, 5s or 1m");
		return true;
	}
	return false;
}

/* The value of an option that wants one and has none beside it: the next argument. */
static bool
next_value(struct parser *parser, const struct flag *flag, const char **value)
{
	if (flag->kind == FLAG_TRUTH)
		return true;
	if (flag->bare != NULL) {
		*value = flag->bare;
		return true;
	}
	if (parser->at + 1 == parser->argc) {
		fprintf(stderr, "%s: --%s wants a value: %s\n", parser->who, flag->name,
		    flag->argument);
		return false;
	}
	*value = parser->argv[++parser->at];
	return true;
}

static bool
take_long(struct parser *parser, const char *name)
{
	size_t len = strcspn(name, "=");
	const char *value = name[len] == '=' ? name + len + 1 : NULL;
	void *into;
	const struct flag *flag = find_name(parser, name, len, &into);

	if (flag == NULL)
		return no_such_name(parser, name, len);
	if (value == NULL && !next_value(parser, flag, &value))
		return false;
	return set_value(parser, flag, into, value);
}

/* "-Ao wide", "-nshop", "-n=shop": letters, the last of which may have a value. */
static bool
take_letters(struct parser *parser, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		void *into;
		const struct flag *flag = find_letter(parser, *letters, &into);
		const char *value = NULL;

		if (flag == NULL) {
			char asked[8];

			(void)text_escape(asked, sizeof(asked), letters, 1);
			fprintf(stderr, "%s: there is no option -%s\n", parser->who, asked);
			return false;
		}
		if (letters[1] == '=' || (flag->kind != FLAG_TRUTH && letters[1] != '\0')) {
			value = letters + (letters[1] == '=' ? 2 : 1);
			return set_value(parser, flag, into, value);
		}
		if (!next_value(parser, flag, &value) || !set_value(parser, flag, into, value))
			return false;
	}
	return true;
}

/* Keep what is left as it is. */
static void
keep_rest(struct parser *parser)
{
	for (; parser->at < parser->argc; parser->at++)
		parser->argv[1 + parser->words++] = parser->argv[parser->at];
}

bool
flags_parse(const struct flag_table *tables, size_t table_count, const char *who,
    bool ends_at_word, int *argc, char **argv)
{
	struct parser parser = { tables, table_count, who, argv, *argc, 1, 0 };

	for (; parser.at < parser.argc; parser.at++) {
		char *arg = argv[parser.at];
		bool sound = true;

		if (strcmp(arg, "--") == 0) {
			parser.at++;
			keep_rest(&parser);
			break;
		}
		if (strncmp(arg, "--", 2) == 0) {
			sound = take_long(&parser, arg + 2);
		} else if (arg[0] == '-' && arg[1] != '\0') {
			sound = take_letters(&parser, arg + 1);
		} else if (ends_at_word) {
			keep_rest(&parser);
			break;
		} else {
			argv[1 + parser.words++] = arg;
		}
		if (!sound)
			return false;
	}
	*argc = 1 + parser.words;
	argv[*argc] = NULL;
	return true;
}

/* "  -n, --namespace NAMESPACE"; its length. */
static size_t
print_name(const struct flag *flag, FILE *out)
{
	int len;

	if (flag->letter != '\0')
		len = fprintf(out, "  -%c, --%s", flag->letter, flag->name);
	else
		len = fprintf(out, "      --%s", flag->name);
	if (flag->argument != NULL)
		len += fprintf(out, flag->bare != NULL ? "[=%s]" : " %s", flag->argument);
	return len < 0 ? 0 : (size_t)len;
}

#define HELP_COLUMN 30

/* Words from the column `at` on, broken at `width`, later lines below HELP_COLUMN. */
static void
print_wrapped(const char *text, FILE *out, size_t at, size_t width)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + len > width) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		}
		if (at > HELP_COLUMN) {
			fputc(' ', out);
			at++;
		}
		(void)fwrite(text, 1, len, out);
		at += len;
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

void
flags_print(const struct flag *flags, FILE *out, size_t width)
{
	for (const struct flag *flag = flags; flag->name != NULL; flag++) {
		size_t at = print_name(flag, out);

		if (at + 2 > HELP_COLUMN) {
			fputc('\n', out);
			at = 0;
		}
		fprintf(out, "%*s", (int)(HELP_COLUMN - at), "");
		print_wrapped(flag->help, out, HELP_COLUMN, width);
	}
}
