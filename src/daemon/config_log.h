/* config_log.h - log: how much is said, in which form, and which queries with it.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_LOG_H
#define ROLLCALL_DAEMON_CONFIG_LOG_H
#include <stdbool.h>
#include <stdint.h>

#include "source/field.h"

/* What stderr leads to decides, where it is not stated: the journal, or text. */
enum config_log_format { CONFIG_LOG_AUTO, CONFIG_LOG_TEXT, CONFIG_LOG_JSON, CONFIG_LOG_JOURNAL };

struct config_log {
	uint8_t level;                  /* enum log_level */
	uint8_t format;                 /* enum config_log_format */
	uint8_t queries;                /* enum onlooker_class: of which answers a line is written */
	uint32_t sample;                /* of so many of those, one; at least 1 */
	const char *dnstap;             /* an absolute path of a Unix socket; "": none */
};

extern const struct field_table config_log_table;

void config_log_default(struct config_log *log);
/* "text", "json" or "journal", as --log-format has it; NULL, or what is wrong with it. */
const char *config_log_format_rule(const char *text);
/* Set the format that config_log_format_rule() has no objection to. */
void config_log_set_format(struct config_log *log, const char *text);

/* From now on lines are written like this.  (Queries are the onlooker's business.) */
void config_log_apply(const struct config_log *log);
#endif
