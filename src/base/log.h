/* log.h - one line to stderr for each change worth knowing.  Thread: any. */
#ifndef ROLLCALL_BASE_LOG_H
#define ROLLCALL_BASE_LOG_H
#include <stdbool.h>

/* error: someone must act.  warn: may have to.  info: a state changed.  debug: the rest. */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/*
 * How a line looks.  text: "DATE level: message".  json: an object with time, level and message, for
 * collectors.  journal: "<4>message" with a priority of syslog(3) in front; the journal knows the
 * time itself (sd-daemon(3)).
 */
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_JOURNAL };

/* The one piece of state of the whole program that is not handed around. */
void log_set_level(enum log_level level);
void log_set_format(enum log_format format);
bool log_enabled(enum log_level level);
/* Does stderr lead to the journal?  By JOURNAL_STREAM (systemd.exec(5)). */
bool log_is_journal(void);

/*
 * Write one line.  Octets outside printable ASCII and UTF-8 letters, terminal escapes above
 * all, are written as \xHH, so that names out of manifests cannot forge lines.  errno is kept.
 */
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A line whatever the level that is set, for what has a switch of its own.  `members`: more of the
 * JSON object, ready to be copied behind a comma; the other formats leave them out, for the message
 * says the same.
 */
void log_event(const char *message, const char *members);

/* The same with ": strerror(errno)" at the end. */
void log_errno(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A gate for messages that can come in floods: a static one stands beside each such call.  Lets
 * `burst` lines a second through, then says once how many were held back.
 */
struct log_gate {
	unsigned long long second;
	unsigned passed;
	unsigned held;
};
void log_gated(struct log_gate *gate, unsigned burst, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#endif
