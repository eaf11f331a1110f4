/*
 * resolv_install.h - let a host's own resolver find names of the cluster, and take that back.
 * Thread: main.
 *
 * Files are written whole or not at all; what was there is kept beside; doing it twice is doing it
 * once; what is not ours is never removed.
 */
#ifndef ROLLCALL_CLI_RESOLV_INSTALL_H
#define ROLLCALL_CLI_RESOLV_INSTALL_H

struct resolv_wish;
struct strbuf;

enum resolv_way { RESOLV_PLAIN, RESOLV_RESOLVED, RESOLV_NETWORK_MANAGER };

/* How this host's resolv.conf comes about, below `root` ("" is the host itself). */
enum resolv_way resolv_install_detect(const char *root);
const char *resolv_install_way_text(enum resolv_way way);
/* By its name; false: there is none of it. */
int resolv_install_way(const char *text, enum resolv_way *way);

/*
 * What was done, a line each, goes to `said`, and so does what is left to be done by hand.
 * ERR_INVALID: a plain resolv.conf can name no port but 53; ERR_SYSTEM with errno; ERR_NOMEM.
 */
int resolv_install_put(const char *root, enum resolv_way way, const struct resolv_wish *wish,
    struct strbuf *said);
/* By whatever way it was installed. */
int resolv_install_remove(const char *root, struct strbuf *said);
#endif
