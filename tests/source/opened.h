/* opened.h - which files of a folder were opened. */
#ifndef ROLLCALL_TESTS_SOURCE_OPENED_H
#define ROLLCALL_TESTS_SOURCE_OPENED_H
struct strbuf;

/* Wait until this file, and any written before it, is so old that its stamp is believed. */
void opened_let_age(const char *path);

/* Look at what is opened from now on; the descriptor is for opened_end(). */
int opened_watch(const char *folder);
/* Their names, each with a ";" behind it, in the order they were opened. */
void opened_end(int fd, struct strbuf *names);
#endif
