/* tabbed.h - text with tabs, set in columns as kubectl describe sets it.  Thread: any; pure. */
#ifndef ROLLCALL_CLI_TABBED_H
#define ROLLCALL_CLI_TABBED_H

struct strbuf;

/*
 * Add `text` to `out` with its tabs replaced by blanks.  A cell is what a tab ends; cells below
 * each other in lines that follow each other are a column, as wide as its widest cell and two
 * blanks (elastic tabstops, as Go's text/tabwriter).  0 or ERR_NOMEM.
 */
int tabbed_set(struct strbuf *out, const char *text);
#endif
