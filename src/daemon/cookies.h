/*
 * cookies.h - the secrets of DNS Cookies over reloads and time.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_COOKIES_H
#define ROLLCALL_DAEMON_COOKIES_H

struct generation;
struct rollcall;

/*
 * The jar of a new generation of settings, behind its dns settings: what the one before takes is
 * taken still (NULL: there is none), and cookies are made with the secret of the file, if there is
 * one.  ERR_SYSTEM with errno.
 */
int cookies_make(struct generation *generation, const struct generation *before);

/* Called now and then: a secret of our own is replaced after COOKIE_ROLL_MS. */
void cookies_tick(struct rollcall *rollcall);
#endif
