/* screen.c - a terminal that is drawn upon again and again: live views. */
#include "cli/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/paint.h"

#define WIDTH_DEFAULT 80
#define HEIGHT_DEFAULT 24

struct screen {
	struct termios before;
	sigset_t ending;                /* what asks for the end; held back from the process */
	sigset_t mask;                  /* as it was */
	bool left;
	bool has_keys;                  /* stdin is a terminal, too */
};

static void
begin_keys(struct screen *screen)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &screen->before) != 0)
		return;
	raw = screen->before;
	raw.c_lflag &= (tcflag_t)~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	screen->has_keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

struct screen *
screen_begin(void)
{
	struct screen *screen = isatty(STDOUT_FILENO) == 1 ? calloc(1, sizeof(*screen)) : NULL;

	if (screen == NULL)
		return NULL;
	(void)sigemptyset(&screen->ending);
	(void)sigaddset(&screen->ending, SIGINT);
	(void)sigaddset(&screen->ending, SIGTERM);
	(void)sigaddset(&screen->ending, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &screen->ending, &screen->mask);
	begin_keys(screen);
	/* alternate screen, no cursor, no wrapping */
	fputs("\033[?1049h\033[?25l\033[?7l\033[2J", stdout);
	(void)fflush(stdout);
	return screen;
}

void
screen_leave(struct screen *screen)
{
	if (screen == NULL || screen->left)
		return;
	fputs("\033[?7h\033[?25h\033[?1049l", stdout);
	(void)fflush(stdout);
	screen->left = true;
}

void
screen_end(struct screen *screen)
{
	if (screen == NULL)
		return;
	screen_leave(screen);
	if (screen->has_keys)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
	(void)pthread_sigmask(SIG_SETMASK, &screen->mask, NULL);
	free(screen);
}

size_t
screen_width(const struct screen *screen)
{
	size_t width = paint_width(STDOUT_FILENO);

	(void)screen;
	return width > 0 ? width : WIDTH_DEFAULT;
}

size_t
screen_height(const struct screen *screen)
{
	size_t height = paint_height(STDOUT_FILENO);

	(void)screen;
	return height > 0 ? height : HEIGHT_DEFAULT;
}

void
screen_home(const struct screen *screen)
{
	(void)screen;
	fputs("\033[H\033[2J", stdout);
}

void
screen_finish(const struct screen *screen)
{
	(void)screen;
	(void)fflush(stdout);
}

int
screen_key(const struct screen *screen)
{
	struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec at_once = { 0, 0 };
	char key;

	if (sigtimedwait(&screen->ending, NULL, &at_once) > 0)
		return 'q';
	if (!screen->has_keys || poll(&ready, 1, 0) <= 0)
		return 0;
	return read(STDIN_FILENO, &key, 1) == 1 ? (unsigned char)key : 'q';
}

int
screen_fd(const struct screen *screen)
{
	return screen->has_keys ? STDIN_FILENO : -1;
}
