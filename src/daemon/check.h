/* check.h - rollcalld --check: read everything, say what is wrong, answer nothing. */
#ifndef ROLLCALL_DAEMON_CHECK_H
#define ROLLCALL_DAEMON_CHECK_H

struct config;

/* Exit code: 0, 65 where a manifest has an error, 71. */
int check_manifests(const struct config *config);
#endif
