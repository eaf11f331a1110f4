/* diag.c - collect what is to be said to people about their input. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"

/* octets of one text and of a file name; input may hold longer words */
#define TEXT_MAX 1024
#define LINE_SIZE (2 * TEXT_MAX + 64)

struct diag {
	struct diag_entry *entries;
	size_t count;
	size_t room;
	size_t said[SEVERITY_INFO + 1];
};

static const char *const severity_names[] = {
	[SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning", [SEVERITY_INFO] = "info",
};

struct diag *
diag_new(void)
{
	return calloc(1, sizeof(struct diag));
}

static void
entry_release(struct diag_entry *entry)
{
	free((char *)entry->file);
	free((char *)entry->text);
}

void
diag_clear(struct diag *diag)
{
	for (size_t i = 0; i < diag->count; i++)
		entry_release(&diag->entries[i]);
	diag->count = 0;
	memset(diag->said, 0, sizeof(diag->said));
}

void
diag_free(struct diag *diag)
{
	if (diag == NULL)
		return;
	diag_clear(diag);
	free(diag->entries);
	free(diag);
}

/*
 * A copy that is fit to print: names out of manifests must not reach a terminal or a log as
 * they are.
 */
static char *
printable_copy(const char *text)
{
	char buf[TEXT_MAX];

	(void)text_escape(buf, sizeof(buf), text, strlen(text));
	return strdup(buf);
}

void
diag_add(struct diag *diag, enum severity severity, const struct place *place, const char *format,
    ...)
{
	char text[TEXT_MAX];
	struct diag_entry entry = { .severity = severity };
	va_list args;

	if (diag == NULL)
		return;
	diag->said[severity]++;
	if (diag->count >= DIAG_MAX)
		return;
	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		return;
	if (place != NULL) {
		entry.line = place->line;
		entry.column = place->column;
	}
	entry.text = printable_copy(text);
	if (place != NULL && place->file != NULL)
		entry.file = printable_copy(place->file);
	if (entry.text == NULL || (place != NULL && place->file != NULL && entry.file == NULL) ||
	    array_reserve(&diag->entries, &diag->room, diag->count + 1, sizeof(entry)) != 0) {
		entry_release(&entry);          /* counted, but not kept */
		return;
	}
	diag->entries[diag->count++] = entry;
}

size_t
diag_count(const struct diag *diag, enum severity severity)
{
	return diag == NULL ? 0 : diag->said[severity];
}

const struct diag_entry *
diag_at(const struct diag *diag, size_t i)
{
	return diag != NULL && i < diag->count ? &diag->entries[i] : NULL;
}

int
diag_format(const struct diag_entry *entry, char *buf, size_t size)
{
	const char *kind = severity_names[entry->severity];

	if (entry->file == NULL)
		return snprintf(buf, size, "%s: %s", kind, entry->text);
	if (entry->line == 0)
		return snprintf(buf, size, "%s: %s: %s", entry->file, kind, entry->text);
	if (entry->column == 0)
		return snprintf(buf, size, "%s:%u: %s: %s", entry->file, entry->line, kind,
		    entry->text);
	return snprintf(buf, size, "%s:%u:%u: %s: %s", entry->file, entry->line, entry->column,
	    kind, entry->text);
}

/* How many were said and are not kept. */
static size_t
lost(const struct diag *diag)
{
	size_t said = 0;

	for (size_t i = 0; i <= SEVERITY_INFO; i++)
		said += diag->said[i];
	return said - diag->count;
}

void
diag_print(const struct diag *diag, enum severity least, FILE *out)
{
	char line[LINE_SIZE];

	if (diag == NULL)
		return;
	for (size_t i = 0; i < diag->count; i++) {
		if (diag->entries[i].severity > least)
			continue;
		(void)diag_format(&diag->entries[i], line, sizeof(line));
		(void)fprintf(out, "%s\n", line);
	}
	if (lost(diag) > 0)
		(void)fprintf(out, "%zu more messages are not shown\n", lost(diag));
}

void
diag_log(const struct diag *diag)
{
	static const enum log_level levels[] = {
		[SEVERITY_ERROR] = LOG_ERROR,
		[SEVERITY_WARNING] = LOG_WARN,
		[SEVERITY_INFO] = LOG_INFO,
	};
	char line[LINE_SIZE];

	if (diag == NULL)
		return;
	for (size_t i = 0; i < diag->count; i++) {
		const struct diag_entry *entry = &diag->entries[i];

		(void)diag_format(entry, line, sizeof(line));
		/* Without a place the line would begin "error: error: ". */
		log_write(levels[entry->severity], "%s", entry->file != NULL ? line : entry->text);
	}
	if (lost(diag) > 0)
		log_warn("%zu more messages are not shown", lost(diag));
}
