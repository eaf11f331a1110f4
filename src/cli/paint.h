/* paint.h - colours for people at a terminal, and how wide it is.  Thread: any. */
#ifndef ROLLCALL_CLI_PAINT_H
#define ROLLCALL_CLI_PAINT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum paint {
	PAINT_PLAIN,            /* back to normal */
	PAINT_HEAD,             /* headings: bold */
	PAINT_GOOD,             /* ready: green */
	PAINT_BAD,              /* not ready: red */
	PAINT_WARN,             /* yellow */
	PAINT_DIM,              /* what is there for completeness */
};

/*
 * Whether to colour what goes to `fd`: `mode` is auto (NULL), always or never.  With auto: on a
 * terminal that is not "dumb", unless NO_COLOR is set and not empty (no-color.org).
 */
bool paint_wanted(const char *mode, int fd);

/* The escape sequence; "" when `on` is false. */
const char *paint(bool on, enum paint paint);

/* Columns and rows of the terminal behind fd; 0: it is none, or does not say. */
size_t paint_width(int fd);
size_t paint_height(int fd);
#endif
