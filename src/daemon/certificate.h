/*
 * certificate.h - the certificate of DNS over TLS: loaded, watched, replaced while connections come.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_CERTIFICATE_H
#define ROLLCALL_DAEMON_CERTIFICATE_H

struct certificate;
struct config_tls;
struct event_base;
struct tls_server;

/* What is wrong is said, with the file.  ERR_INVALID, ERR_SYSTEM, ERR_NOMEM. */
int certificate_open(struct event_base *loop, const struct config_tls *tls,
    struct certificate **out);
/* When nobody serves with it any more.  NULL is allowed. */
void certificate_close(struct certificate *certificate);

struct tls_server *certificate_server(const struct certificate *certificate);
/* Look at the files again: at a reload, and where watching them is not enough. */
void certificate_look(struct certificate *certificate);
#endif
