/* resolv_conf.c - the name servers that a resolv.conf names. */
#include "net/resolv_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define FILE_MAX 65536
#define KEYWORD "nameserver"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The second word of a line whose first is the keyword. */
static bool
read_line(const char *line, size_t len, struct addr *server)
{
	size_t from = strlen(KEYWORD), to;
	char word[ADDR_TEXT_SIZE];

	if (len <= from || strncmp(line, KEYWORD, from) != 0 || !is_space(line[from]))
		return false;
	while (from < len && is_space(line[from]))
		from++;
	to = from;
	while (to < len && !is_space(line[to]) && line[to] != '#' && line[to] != ';')
		to++;
	if (to - from >= sizeof(word))
		return false;
	memcpy(word, line + from, to - from);
	word[to - from] = '\0';
	return addr_parse(word, server) == 0;
}

static bool
is_among(const struct addr *servers, size_t count, const struct addr *server)
{
	for (size_t i = 0; i < count; i++)
		if (addr_compare(&servers[i], server) == 0)
			return true;
	return false;
}

size_t
resolv_conf_parse(const char *text, size_t len, struct addr *servers, size_t max)
{
	const char *end = text + len;
	size_t count = 0;

	while (text < end && count < max) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		struct addr server;

		if (line_end == NULL)
			line_end = end;
		if (read_line(text, (size_t)(line_end - text), &server) &&
		    !is_among(servers, count, &server))
			servers[count++] = server;
		text = line_end + (line_end < end);
	}
	return count;
}

int
resolv_conf_read(const char *path, struct addr *servers, size_t max, size_t *count)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char text[FILE_MAX];
	struct stat status;
	size_t len = 0;
	int err = 0;

	if (fd < 0)
		return ERR_SYSTEM;
	if (fstat(fd, &status) != 0)
		err = ERR_SYSTEM;
	else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX)
		err = ERR_LIMIT;
	while (err == 0 && len < sizeof(text)) {
		ssize_t n = read(fd, text + len, sizeof(text) - len);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			err = ERR_SYSTEM;
		if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	if (err == 0)
		*count = resolv_conf_parse(text, len, servers, max);
	return err;
}
