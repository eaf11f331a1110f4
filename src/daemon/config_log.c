/* config_log.c - log: how much is said, in which form, and which queries with it. */
#include <config.h>

#include "daemon/config_log.h"

#include <string.h>
#include <sys/un.h>

#include "base/log.h"
#include "dns/onlooker.h"
#include "source/doc.h"

static const struct field_word level_words[] = {
	{ "error", LOG_ERROR }, { "warn", LOG_WARN }, { "info", LOG_INFO }, { "debug", LOG_DEBUG },
	{ NULL, 0 },
};
static const struct field_word format_words[] = {
	{ "auto", CONFIG_LOG_AUTO }, { "text", CONFIG_LOG_TEXT }, { "json", CONFIG_LOG_JSON },
	{ "journal", CONFIG_LOG_JOURNAL }, { NULL, 0 },
};
static const struct field_word query_words[] = {
	{ "none", ONLOOKER_NONE }, { "all", ONLOOKER_ALL }, { "denial", ONLOOKER_DENIAL },
	{ "error", ONLOOKER_ERROR }, { NULL, 0 },
};

/* Not built in is said when the file is read, not when the first frame is missed. */
static const char *
dnstap_rule(const char *text)
{
	if (text[0] == '\0')
		return NULL;
#ifndef HAVE_DNSTAP
	return "cannot be served: this rollcalld was built without dnstap";
#else
	if (text[0] != '/')
		return "must be the absolute path of a Unix socket";
	return strlen(text) < sizeof(((struct sockaddr_un *)NULL)->sun_path) ? NULL :
	    "is too long for the path of a Unix socket";
#endif
}

static const struct field log_fields[] = {
	{ FIELD("level", FIELD_ENUM, config_log, level), .words = level_words,
	    .doc = "what is not worth a line is left out" },
	{ FIELD("format", FIELD_ENUM, config_log, format), .words = format_words,
	    .doc = "of the lines; auto: for the journal where stderr leads to it, else text" },
	{ FIELD("queries", FIELD_ENUM, config_log, queries), .words = query_words,
	    .doc = "a line for each answer of this kind" },
	{ FIELD("sample", FIELD_INT, config_log, sample), .min = 1, .max = 1000000,
	    .doc = "of so many such answers, one line" },
	{ FIELD("dnstap", FIELD_TEXT, config_log, dnstap), .rule = dnstap_rule,
	    .doc = "the Unix socket of a dnstap collector" },
};
const struct field_table config_log_table = { FIELD_TABLE(log_fields, config_log),
	.title = "log" };

void
config_log_default(struct config_log *log)
{
	*log = (struct config_log){ .level = LOG_INFO, .sample = 1, .dnstap = "" };
}

static const struct field_word *
find_format(const char *text)
{
	const struct field_word *word = format_words;

	while (word->text != NULL && strcmp(word->text, text) != 0)
		word++;
	return word->text != NULL ? word : NULL;
}

const char *
config_log_format_rule(const char *text)
{
	return find_format(text) != NULL ? NULL : "must be text, json, journal or auto";
}

void
config_log_set_format(struct config_log *log, const char *text)
{
	const struct field_word *word = find_format(text);

	if (word != NULL)
		log->format = (uint8_t)word->value;
}

void
config_log_apply(const struct config_log *log)
{
	static const enum log_format formats[] = {
		[CONFIG_LOG_TEXT] = LOG_FORMAT_TEXT,
		[CONFIG_LOG_JSON] = LOG_FORMAT_JSON,
		[CONFIG_LOG_JOURNAL] = LOG_FORMAT_JOURNAL,
	};

	log_set_level(log->level);
	if (log->format == CONFIG_LOG_AUTO)
		log_set_format(log_is_journal() ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT);
	else
		log_set_format(formats[log->format]);
}
