/* log.c - one line to stderr for each change worth knowing. */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define MESSAGE_MAX 2048        /* octets of a message before escaping; the rest is cut */
#define MEMBERS_MAX 2048
#define HEAD_SIZE 96

static _Atomic enum log_level current_level = LOG_INFO;
static _Atomic enum log_format current_format = LOG_FORMAT_TEXT;

static const char *const level_names[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

/* LOG_ERR and so on of syslog(3), whose names are ours here. */
static const int journal_priorities[] = {
	[LOG_ERROR] = 3, [LOG_WARN] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7,
};

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&current_level, level, memory_order_relaxed);
}

void
log_set_format(enum log_format format)
{
	atomic_store_explicit(&current_format, format, memory_order_relaxed);
}

bool
log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat is;

	/* Who redirects us elsewhere leaves the variable alone, so look whether it is stderr. */
	return stream != NULL && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &is) == 0 && is.st_dev == device && is.st_ino == inode;
}

bool
log_enabled(enum log_level level)
{
	return level <= atomic_load_explicit(&current_level, memory_order_relaxed);
}

/* "2026-01-31T12:00:00.000Z": dates of the system, as everybody's logs have them. */
static size_t
write_time(char *buf, size_t size)
{
	struct timespec now = { 0, 0 };
	struct tm tm;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL)
		return 0;

	size_t len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);

	return len + (size_t)snprintf(buf + len, size - len, ".%03uZ",
	    (unsigned)(now.tv_nsec / 1000000) % 1000);
}

/* The part in front of the message. */
static size_t
write_head(char buf[HEAD_SIZE], enum log_format format, enum log_level level)
{
	size_t len;

	switch (format) {
	case LOG_FORMAT_TEXT:
		len = write_time(buf, HEAD_SIZE);
		return len + (size_t)snprintf(buf + len, HEAD_SIZE - len, " %s: ",
		    level_names[level]);
	case LOG_FORMAT_JSON:
		len = (size_t)snprintf(buf, HEAD_SIZE, "{\"time\":\"");
		len += write_time(buf + len, HEAD_SIZE - len);
		return len + (size_t)snprintf(buf + len, HEAD_SIZE - len,
		    "\",\"level\":\"%s\",\"message\":\"", level_names[level]);
	case LOG_FORMAT_JOURNAL:
		return (size_t)snprintf(buf, HEAD_SIZE, "<%d>", journal_priorities[level]);
	}
	return 0;
}

/*
 * Quotes and backslashes as JSON wants them (RFC 8259, 7), in place, where there is room for twice
 * the octets; all the rest that JSON forbids has been escaped.
 */
static size_t
quote_json(char *text, size_t len)
{
	size_t more = 0;

	for (size_t i = 0; i < len; i++)
		more += text[i] == '"' || text[i] == '\\';
	for (size_t from = len, to = len + more; from-- > 0;) {
		text[--to] = text[from];
		if (text[from] == '"' || text[from] == '\\')
			text[--to] = '\\';
	}
	return len + more;
}

/* One write(2) a line, so that the lines of threads do not mix. */
static void
write_line(enum log_level level, const char *message, size_t len, const char *members)
{
	enum log_format format = atomic_load_explicit(&current_format, memory_order_relaxed);
	char line[HEAD_SIZE + 8 * MESSAGE_MAX + MEMBERS_MAX + 8];
	size_t used = write_head(line, format, level);
	size_t escaped = text_escape(line + used, 4 * MESSAGE_MAX + 1, message, len);

	if (format == LOG_FORMAT_JSON)
		escaped = quote_json(line + used, escaped);
	used += escaped;
	/* Half a member would make it no JSON at all. */
	if (format == LOG_FORMAT_JSON)
		used += (size_t)sprintf(line + used, "\"%s%s}", *members != '\0' ? "," : "",
		    strlen(members) < MEMBERS_MAX ? members : "\"cut\":true");
	line[used++] = '\n';
	/* Where stderr is gone there is nobody left to tell. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}

/* The length of what vsnprintf has put into a buffer of MESSAGE_MAX. */
static size_t __attribute__((format(printf, 2, 0)))
format_message(char buf[MESSAGE_MAX], const char *format, va_list args)
{
	int len = vsnprintf(buf, MESSAGE_MAX, format, args);

	if (len < 0)
		return 0;
	return len < MESSAGE_MAX ? (size_t)len : MESSAGE_MAX - 1;
}

static void __attribute__((format(printf, 3, 0)))
write_args(enum log_level level, int with_errno, const char *format, va_list args)
{
	char message[MESSAGE_MAX];
	size_t len = format_message(message, format, args);

	if (with_errno != 0) {
		char buf[128];
		/* The GNU one: it returns the text. */
		const char *why = strerror_r(with_errno, buf, sizeof(buf));
		int more = snprintf(message + len, sizeof(message) - len, ": %s", why);

		len = strnlen(message, sizeof(message) - 1);
		if (more < 0)
			return;
	}
	write_line(level, message, len, "");
}

void
log_write(enum log_level level, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, format);
	write_args(level, 0, format, args);
	va_end(args);
	errno = saved;
}

void
log_event(const char *message, const char *members)
{
	int saved = errno;
	size_t len = strlen(message);

	write_line(LOG_INFO, message, len < MESSAGE_MAX ? len : MESSAGE_MAX - 1, members);
	errno = saved;
}

void
log_errno(enum log_level level, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, format);
	write_args(level, saved, format, args);
	va_end(args);
	errno = saved;
}

/*
 * Whether this line may pass.  Threads may share a gate: a race costs a line more or less,
 * nothing else.
 */
static bool
gate_pass(struct log_gate *gate, unsigned burst, unsigned *held)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);

	unsigned long long second = (unsigned long long)now.tv_sec;
	unsigned long long before = __atomic_load_n(&gate->second, __ATOMIC_RELAXED);

	*held = 0;
	if (before != second && __atomic_compare_exchange_n(&gate->second, &before, second, false,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		__atomic_store_n(&gate->passed, 0, __ATOMIC_RELAXED);
		*held = __atomic_exchange_n(&gate->held, 0, __ATOMIC_RELAXED);
	}
	if (__atomic_fetch_add(&gate->passed, 1, __ATOMIC_RELAXED) < burst)
		return true;
	__atomic_fetch_sub(&gate->passed, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&gate->held, 1, __ATOMIC_RELAXED);
	return false;
}

void
log_gated(struct log_gate *gate, unsigned burst, enum log_level level, const char *format, ...)
{
	int saved = errno;
	unsigned held;
	va_list args;

	if (!log_enabled(level))
		return;

	bool pass = gate_pass(gate, burst, &held);

	if (held > 0)
		log_write(level, "%u more lines like the next were held back", held);
	if (pass) {
		va_start(args, format);
		write_args(level, 0, format, args);
		va_end(args);
	}
	errno = saved;
}
