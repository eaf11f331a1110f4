/*
 * scenario.c - play the scenarios of this folder: manifests, time and probes in, answers out.
 *
 * A scenario is a text that a person can write; README.txt says how.  Each file is one test.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "tests/dns/ask.h"
#include "tests/scenario/elsewhere.h"
#include "tests/scenario/stage.h"
#include "tests/suite.h"

#define LINE_SIZE 1024

struct scenario {
	FILE *in;
	const char *path;
	unsigned line;
	struct stage *stage;
	char question[LINE_SIZE];
	char kept[LINE_SIZE];           /* the reply that "keep" noted */
	uint32_t serial;
};

#define FAIL_UNLESS(scenario, condition, ...) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%u: ", (scenario)->path, (scenario)->line); \
		fprintf(stderr, __VA_ARGS__); \
		fprintf(stderr, "\n"); \
		ck_abort_msg("%s:%u", (scenario)->path, (scenario)->line); \
	} \
} while (0)

/* The next line without its end; false at the end of the file. */
static bool
read_line(struct scenario *scenario, char line[LINE_SIZE])
{
	if (fgets(line, LINE_SIZE, scenario->in) == NULL)
		return false;
	scenario->line++;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* Cut the first word off; the rest without blanks in front. */
static char *
cut_word(char *text)
{
	char *rest = text + strcspn(text, " \t");

	if (*rest != '\0')
		*rest++ = '\0';
	return rest + strspn(rest, " \t");
}

/* Lines up to "end" are the file's text. */
static void
play_file(struct scenario *scenario, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	char line[LINE_SIZE];

	for (;;) {
		FAIL_UNLESS(scenario, read_line(scenario, line), "file %s has no end", name);
		if (strcmp(line, "end") == 0)
			break;
		strbuf_addf(&text, "%s\n", line);
	}
	stage_file(scenario->stage, name, text.text);
	strbuf_release(&text);
}

static char *
ask_stage(struct scenario *scenario)
{
	if (stage_forwards(scenario->stage))
		return stage_ask(scenario->stage, scenario->question);
	return ask(stage_responder(scenario->stage), scenario->question);
}

static void
play_expect(struct scenario *scenario, const char *expected)
{
	char *reply = ask_stage(scenario);

	FAIL_UNLESS(scenario, strcmp(reply, expected) == 0, "%s\n  is       %s\n  expected %s\n%s",
	    scenario->question,
	    reply, expected, stage_diagnostics(scenario->stage));
	free(reply);
}

static void
play_keep(struct scenario *scenario)
{
	char *reply = ask_stage(scenario);

	snprintf(scenario->kept, sizeof(scenario->kept), "%s", reply);
	free(reply);
}

/* "serial moved", "serial still": since the line before that speaks of it. */
static void
play_serial(struct scenario *scenario, const char *what)
{
	uint32_t before = scenario->serial;

	scenario->serial = stage_serial(scenario->stage);
	if (strcmp(what, "moved") == 0)
		FAIL_UNLESS(scenario, scenario->serial > before, "the serial %u did not move",
		    before);
	else if (strcmp(what, "still") == 0)
		FAIL_UNLESS(scenario, scenario->serial == before, "the serial moved from %u to %u",
		    before, scenario->serial);
	else
		FAIL_UNLESS(scenario, *what == '\0', "serial: %s?", what);
}

static void
play_turn(struct scenario *scenario, const char *text)
{
	char *unit;
	unsigned long number = strtoul(text, &unit, 10);

	FAIL_UNLESS(scenario, unit != text && (strcmp(unit, "s") == 0 || strcmp(unit, "ms") == 0),
	    "turn 10s, turn 500ms");
	stage_turn(scenario->stage, unit[0] == 's' ? number * 1000 : number);
}

/* "reply LABEL WORDS", "waits LABEL" */
static void
play_reply(struct scenario *scenario, const char *label, const char *expected)
{
	const char *reply = elsewhere_reply(stage_elsewhere(scenario->stage), label);

	if (reply == NULL)
		reply = "waits";
	FAIL_UNLESS(scenario, strcmp(reply, expected) == 0, "%s\n  is       %s\n  expected %s", label,
	    reply, expected);
}

static void
play_asked(struct scenario *scenario, const char *expected)
{
	const char *asked = elsewhere_asked(stage_elsewhere(scenario->stage));

	FAIL_UNLESS(scenario, strcmp(asked, expected) == 0, "asked\n  was      %s\n  expected %s",
	    asked, expected);
}

/* What is not ours; false: no such command. */
static bool
play_elsewhere(struct scenario *scenario, const char *command, char *rest)
{
	struct elsewhere *elsewhere = stage_elsewhere(scenario->stage);

	if (strcmp(command, "forward") == 0) {
		FAIL_UNLESS(scenario, elsewhere_forward(elsewhere, rest), "forward %s?", rest);
	} else if (strcmp(command, "upstream") == 0) {
		FAIL_UNLESS(scenario, elsewhere_upstream(elsewhere, rest), "upstream %s?", rest);
	} else if (strcmp(command, "asked") == 0) {
		play_asked(scenario, rest);
	} else if (strcmp(command, "send") == 0) {
		char *more = cut_word(rest);

		stage_send(scenario->stage, rest, more);
	} else if (strcmp(command, "reply") == 0) {
		char *more = cut_word(rest);

		play_reply(scenario, rest, more);
	} else if (strcmp(command, "waits") == 0) {
		play_reply(scenario, rest, "waits");
	} else {
		return false;
	}
	return true;
}

static void
play_line(struct scenario *scenario, char *line)
{
	char *rest = cut_word(line), *more;

	if (play_elsewhere(scenario, line, rest))
		return;
	if (strcmp(line, "file") == 0) {
		play_file(scenario, rest);
	} else if (strcmp(line, "remove") == 0) {
		stage_file(scenario->stage, rest, NULL);
	} else if (strcmp(line, "set") == 0) {
		more = cut_word(rest);
		FAIL_UNLESS(scenario, stage_set(scenario->stage, rest, more), "no setting %s",
		    rest);
	} else if (strcmp(line, "probe") == 0) {
		more = cut_word(rest);
		FAIL_UNLESS(scenario, stage_probe(scenario->stage, rest, more), "probe %s: %s?",
		    rest, more);
	} else if (strcmp(line, "turn") == 0) {
		play_turn(scenario, rest);
	} else if (strcmp(line, "query") == 0) {
		snprintf(scenario->question, sizeof(scenario->question), "%s", rest);
	} else if (strcmp(line, "expect") == 0) {
		play_expect(scenario, rest);
	} else if (strcmp(line, "keep") == 0) {
		play_keep(scenario);
	} else if (strcmp(line, "expect-kept") == 0) {
		play_expect(scenario, scenario->kept);
	} else if (strcmp(line, "serial") == 0) {
		play_serial(scenario, rest);
	} else if (strcmp(line, "said") == 0) {
		FAIL_UNLESS(scenario, stage_said(scenario->stage, rest),
		    "was not said: %s\nbut:\n%s", rest,
		    stage_diagnostics(scenario->stage));
	} else {
		FAIL_UNLESS(scenario, false, "%s?", line);
	}
}

static void
play(const char *path)
{
	struct scenario scenario = { .in = fopen(path, "r"), .path = path, .stage = stage_new() };
	char line[LINE_SIZE];

	ck_assert_msg(scenario.in != NULL, "%s cannot be read", path);
	while (read_line(&scenario, line))
		if (line[0] != '#' && line[0] != '\0')
			play_line(&scenario, line);
	fclose(scenario.in);
	stage_free(scenario.stage);
}

/* The scenarios, found beside this source; the list lives as long as the program. */
static const glob_t *
find_scenarios(void)
{
	static glob_t found;
	const char *folder = getenv("srcdir");
	char pattern[4096];

	snprintf(pattern, sizeof(pattern), "%s/tests/scenario/*.scenario", folder != NULL ?
	    folder : ".");
	if (found.gl_pathc == 0 && glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "no scenarios: %s\n", pattern);
		exit(EXIT_FAILURE);
	}
	return &found;
}

START_TEST(the_scenario_plays)
{
	play(find_scenarios()->gl_pathv[_i]);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("scenario");
	TCase *tcase = tcase_create("scenario");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, the_scenario_plays, 0, (int)find_scenarios()->gl_pathc);
	return suite;
}
