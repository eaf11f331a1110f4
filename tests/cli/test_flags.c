/* test_flags.c - options by their table. */
#include "cli/flags.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

struct options {
	bool all;
	bool wide;
	const char *namespace;
	const char *dry_run;
	struct flag_texts files;
	unsigned tail;
	unsigned timeout_ms;
	const char *color;
};

static const struct flag flags[] = {
	{ .name = "all", .letter = 'A', .at = offsetof(struct options, all), .help = "all" },
	{ .name = "wide", .at = offsetof(struct options, wide), .help = "more columns" },
	{ .name = "namespace", .letter = 'n', .kind = FLAG_TEXT, .argument = "NAMESPACE",
	  .at = offsetof(struct options, namespace),
	  .help = "look into this namespace and into no other one of them all" },
	{ .name = "dry-run", .kind = FLAG_TEXT, .argument = "HOW", .bare = "client",
	  .choices = "none|client|server", .at = offsetof(struct options, dry_run), .help = "try" },
	{ .name = "filename", .letter = 'f', .kind = FLAG_TEXTS, .argument = "FILE",
	  .at = offsetof(struct options, files), .help = "a file" },
	{ .name = "tail", .kind = FLAG_NUMBER, .argument = "N",
	  .at = offsetof(struct options, tail), .help = "a number" },
	{ .name = "timeout", .kind = FLAG_PERIOD, .argument = "TIME",
	  .at = offsetof(struct options, timeout_ms), .help = "a time" },
	{ .name = NULL },
};
static const struct flag more[] = {
	{ .name = "color", .kind = FLAG_TEXT, .argument = "WHEN", .choices = "auto|always|never",
	  .at = offsetof(struct options, color), .help = "when" },
	{ .name = NULL },
};

#define WORDS_MAX 12

/* Parse; what is left is in `words`, joined by blanks. */
static bool
parse(struct options *options, bool ends_at_word, char *words, const char *const *given)
{
	struct flag_table tables[2] = { { flags, options }, { more, options } };
	char *argv[WORDS_MAX];
	int argc = 0;
	bool sound;

	memset(options, 0, sizeof(*options));
	for (; given[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)given[argc];
	argv[argc] = NULL;
	sound = flags_parse(tables, 2, "rollcall x", ends_at_word, &argc, argv);
	words[0] = '\0';
	for (int i = 1; sound && i < argc; i++) {
		strcat(words, i > 1 ? " " : "");
		strcat(words, argv[i]);
	}
	return sound;
}
#define PARSE(...) parse(&options, false, words, (const char *const[]){ "x", __VA_ARGS__, NULL })

START_TEST(options_stand_anywhere_and_words_stay_in_order)
{
	struct options options;
	char words[128];

	ck_assert(PARSE("svc", "-A", "web", "--namespace", "shop", "-f", "a", "--filename=b", "db"));
	ck_assert_str_eq(words, "svc web db");
	ck_assert(options.all);
	ck_assert_str_eq(options.namespace, "shop");
	ck_assert_uint_eq(options.files.count, 2);
	ck_assert_str_eq(options.files.items[0], "a");
	ck_assert_str_eq(options.files.items[1], "b");
	ck_assert(PARSE("--", "-A", "--all"));
	ck_assert_str_eq(words, "-A --all");
	ck_assert(!options.all);
	ck_assert(PARSE("-", "-f", "-"));
	ck_assert_str_eq(words, "-");
	ck_assert_str_eq(options.files.items[0], "-");
}
END_TEST

START_TEST(letters_go_together_and_take_their_value_in_each_usual_form)
{
	static const char *const forms[][3] = {
		{ "-n", "shop" }, { "-nshop" }, { "-n=shop" }, { "-Anshop" }, { "-An", "shop" },
		{ "--namespace=shop" },
	};
	struct options options;
	char words[128];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		ck_assert(PARSE(forms[i][0], forms[i][1]));
		ck_assert_str_eq(options.namespace, "shop");
		ck_assert_str_eq(words, "");
	}
	ck_assert(PARSE("--all=false", "--wide=true", "-A=false"));
	ck_assert(!options.all);
	ck_assert(options.wide);
}
END_TEST

START_TEST(values_are_held_to_what_the_table_says)
{
	struct options options;
	char words[128];

	ck_assert(PARSE("--dry-run"));
	ck_assert_str_eq(options.dry_run, "client");
	ck_assert(PARSE("--dry-run=server", "--tail=7", "--timeout", "1500ms"));
	ck_assert_str_eq(options.dry_run, "server");
	ck_assert_uint_eq(options.tail, 7);
	ck_assert_uint_eq(options.timeout_ms, 1500);
	ck_assert(!PARSE("--dry-run=never"));
	ck_assert(!PARSE("--tail=-7"));
	ck_assert(!PARSE("--tail", "x"));
	ck_assert(!PARSE("--timeout=1y"));
	ck_assert(!PARSE("--all=yes"));
	ck_assert(!PARSE("--color=blue"));
	ck_assert(!PARSE("--namespace"));
	ck_assert(!PARSE("-n"));
	ck_assert(!PARSE("--namespaces=x"));
	ck_assert(!PARSE("-x"));
	ck_assert(PARSE("--color=never"));
}
END_TEST

START_TEST(an_option_is_taken_so_often_and_not_more)
{
	struct options options = { 0 };
	struct flag_table table = { flags, &options };
	char *argv[FLAG_TEXTS_MAX + 3], word[] = "-fx";
	int argc = FLAG_TEXTS_MAX + 1;

	for (int i = 0; i <= FLAG_TEXTS_MAX + 1; i++)
		argv[i] = word;
	argv[argc] = NULL;
	ck_assert(flags_parse(&table, 1, "rollcall x", false, &argc, argv));
	memset(&options, 0, sizeof(options));
	argc = FLAG_TEXTS_MAX + 2;
	for (int i = 0; i < argc; i++)
		argv[i] = word;
	argv[argc] = NULL;
	ck_assert(!flags_parse(&table, 1, "rollcall x", false, &argc, argv));
}
END_TEST

START_TEST(a_command_of_others_keeps_its_own_options)
{
	struct options options;
	char words[128];

	ck_assert(parse(&options, true, words,
	    (const char *const[]){ "x", "-A", "ls", "-n", "--all", "--", NULL }));
	ck_assert_str_eq(words, "ls -n --all --");
	ck_assert(parse(&options, true, words,
	    (const char *const[]){ "x", "-A", "--", "-ls", NULL }));
	ck_assert_str_eq(words, "-ls");
}
END_TEST

START_TEST(times_have_units)
{
	static const struct {
		const char *text;
		bool sound;
		unsigned ms;
	} cases[] = {
		{ "0", true, 0 }, { "7", true, 7000 }, { "5s", true, 5000 }, { "250ms", true, 250 },
		{ "2m", true, 120000 }, { "1h", true, 3600000 }, { "", false, 0 }, { "s", false, 0 },
		{ "-1s", false, 0 }, { "1.5s", false, 0 }, { "1d", false, 0 },
		{ "99999999h", false, 0 }, { "99999999999999999999", false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned ms = 1;

		ck_assert_msg(flags_period(cases[i].text, &ms) == cases[i].sound, "%s",
		    cases[i].text);
		ck_assert_uint_eq(ms, cases[i].sound ? cases[i].ms : 1);
	}
}
END_TEST

START_TEST(help_keeps_within_its_width)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	flags_print(flags, out, 60);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_ptr_nonnull(strstr(text, "  -A, --all                   all\n"));
	ck_assert_ptr_nonnull(strstr(text, "      --dry-run[=HOW]         try\n"));
	for (const char *line = text; *line != '\0';) {
		size_t span = strcspn(line, "\n");

		ck_assert_uint_le(span, 60);
		line += span + 1;
	}
	free(text);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("flags");
	TCase *tcase = tcase_create("flags");

	tcase_add_test(tcase, options_stand_anywhere_and_words_stay_in_order);
	tcase_add_test(tcase, letters_go_together_and_take_their_value_in_each_usual_form);
	tcase_add_test(tcase, values_are_held_to_what_the_table_says);
	tcase_add_test(tcase, an_option_is_taken_so_often_and_not_more);
	tcase_add_test(tcase, a_command_of_others_keeps_its_own_options);
	tcase_add_test(tcase, times_have_units);
	tcase_add_test(tcase, help_keeps_within_its_width);
	suite_add_tcase(suite, tcase);
	return suite;
}
