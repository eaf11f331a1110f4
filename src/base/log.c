/* log.c - one line to stderr for each change worth knowing. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define MESSAGE_MAX 2048        /* octets of a message before escaping; the rest is cut */

static _Atomic enum log_level current_level = LOG_INFO;

static const char *const level_names[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&current_level, level, memory_order_relaxed);
}

bool
log_enabled(enum log_level level)
{
	return level <= atomic_load_explicit(&current_level, memory_order_relaxed);
}

/* "2026-01-31T12:00:00.000Z warn: ": dates of the system, as everybody's logs have them. */
static size_t
write_head(char *buf, size_t size, enum log_level level)
{
	struct timespec now = { 0, 0 };
	struct tm tm;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL)
		return 0;

	size_t len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);

	return len + (size_t)snprintf(buf + len, size - len, ".%03uZ %s: ",
	    (unsigned)(now.tv_nsec / 1000000) % 1000, level_names[level]);
}

/* One write(2) a line, so that the lines of threads do not mix. */
static void
write_line(enum log_level level, const char *message, size_t len)
{
	char line[64 + 4 * MESSAGE_MAX];
	size_t used = write_head(line, 64, level);

	used += text_escape(line + used, sizeof(line) - used - 1, message, len);
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
	write_line(level, message, len);
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
