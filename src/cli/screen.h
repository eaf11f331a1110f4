/*
 * screen.h - a terminal that is drawn upon again and again: live views.  Thread: main.
 *
 * Between begin and end the terminal shows a screen of its own, without a cursor, and keys come
 * at once and unseen.  INT, TERM and HUP end the view instead of the process, so that the
 * terminal is always given back as it was.
 */
#ifndef ROLLCALL_CLI_SCREEN_H
#define ROLLCALL_CLI_SCREEN_H
#include <stdbool.h>
#include <stddef.h>

struct screen;

/* NULL: no memory, or stdout is no terminal.  One at a time. */
struct screen *screen_begin(void);
void screen_end(struct screen *screen);

/*
 * Show the terminal as it was, for a last word that is to stay there; screen_end() follows.
 * NULL: nothing.
 */
void screen_leave(struct screen *screen);

/* Columns and rows as they are now. */
size_t screen_width(const struct screen *screen);
size_t screen_height(const struct screen *screen);

/* Draw from the top on an empty screen, all at once when it is finished. */
void screen_home(const struct screen *screen);
void screen_finish(const struct screen *screen);

/* A key that was pressed; 0: none.  'q' when a signal asks for the end. */
int screen_key(const struct screen *screen);

/* The descriptor to wait on for keys; -1: there are none. */
int screen_fd(const struct screen *screen);
#endif
