/* spoken.c - answers that the daemon gives with their text. */
#include "cli/spoken.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "cli/paint.h"

#define PART_MAX 512

void
spoken_query(struct strbuf *url, const char *key, const char *value)
{
	if (value == NULL)
		return;
	strbuf_addf(url, "%c%s=", strchr(url->text, '?') == NULL ? '?' : '&', key);
	client_escape(url, value);
}

/* What a line says at its beginning. */
static enum paint
mood_of(const char *line)
{
	static const struct {
		const char *word;
		enum paint paint;
	} moods[] = {
		{ "  in  ", PAINT_GOOD }, { "  out ", PAINT_BAD }, { "ok    ", PAINT_GOOD },
		{ "warn  ", PAINT_WARN }, { "fail  ", PAINT_BAD }, { "Service ", PAINT_HEAD },
		{ "Pod ", PAINT_HEAD }, { "; ", PAINT_DIM },
	};

	for (size_t i = 0; i < sizeof(moods) / sizeof(moods[0]); i++)
		if (strncmp(line, moods[i].word, strlen(moods[i].word)) == 0)
			return moods[i].paint;
	return PAINT_PLAIN;
}

void
spoken_print_text(const struct cli *cli, const char *text)
{
	char shown[4 * PART_MAX + 1];

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		enum paint mood = mood_of(text);

		if (mood != PAINT_PLAIN)
			fputs(paint(cli->colour, mood), stdout);
		for (size_t at = 0; at < len; at += PART_MAX) {
			(void)text_escape(shown, sizeof(shown), text + at,
			    len - at < PART_MAX ? len - at : PART_MAX);
			fputs(shown, stdout);
		}
		if (mood != PAINT_PLAIN)
			fputs(paint(cli->colour, PAINT_PLAIN), stdout);
		putchar('\n');
		text += len + (text[len] == '\n');
	}
}

void
spoken_print(const struct cli *cli, const json_t *answer, const char *output)
{
	const char *text = json_string_value(json_object_get(answer, "text"));

	if (text != NULL && (output == NULL || strcmp(output, "json") != 0)) {
		spoken_print_text(cli, text);
		return;
	}
	(void)json_dumpf(answer, stdout, JSON_INDENT(2));
	putchar('\n');
}

int
spoken_get(struct cli *cli, struct strbuf *url, const char *output, json_t **answer)
{
	json_t *found = NULL;
	int status = url->err != 0 ? EX_OSERR : cli_get(cli, url->text, &found);

	strbuf_release(url);
	if (status != 0)
		return status;
	spoken_print(cli, found, output);
	if (answer != NULL)
		*answer = found;
	else
		json_decref(found);
	return 0;
}
