/* paint.c - colours for people at a terminal, and how wide it is. */
#include "cli/paint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool
paint_wanted(const char *mode, int fd)
{
	const char *refused = getenv("NO_COLOR"), *term = getenv("TERM");

	if (mode != NULL && strcmp(mode, "always") == 0)
		return true;
	if (mode != NULL && strcmp(mode, "never") == 0)
		return false;
	if (refused != NULL && *refused != '\0')
		return false;
	return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

const char *
paint(bool on, enum paint paint)
{
	if (!on)
		return "";
	switch (paint) {
	case PAINT_PLAIN:
		return "\033[0m";
	case PAINT_HEAD:
		return "\033[1m";
	case PAINT_GOOD:
		return "\033[32m";
	case PAINT_BAD:
		return "\033[31m";
	case PAINT_WARN:
		return "\033[33m";
	case PAINT_DIM:
		return "\033[2m";
	}
	return "";
}

size_t
paint_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

size_t
paint_height(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}
