/*
 * site.h - the page at "/": one file built into the program, that may do nothing but what it
 * brings along.  Thread: control.
 */
#ifndef ROLLCALL_OPS_SITE_H
#define ROLLCALL_OPS_SITE_H

struct site;
struct visit;

struct site *site_new(void);            /* NULL: no memory */
void site_free(struct site *site);      /* NULL is allowed */
/* Answers a GET or HEAD of "/"; ends the visit. */
void site_show(const struct site *site, struct visit *visit);
#endif
