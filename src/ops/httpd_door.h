/*
 * httpd_door.h - one door of the HTTP server: an evhttp and the socket that it listens at.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_HTTPD_DOOR_H
#define ROLLCALL_OPS_HTTPD_DOOR_H
struct door;
struct event_base;
struct evhttp_request;
struct tls_server;
struct visitors;

enum door_kind {
	DOOR_PLAIN,             /* TCP: everybody may read */
	DOOR_LOCAL,             /* the Unix socket */
	DOOR_TLS,
};

struct door_settings {
	enum door_kind kind;
	struct visitors *visitors;      /* borrowed, and needed until the door is closed */
	void (*request)(const struct door_settings *settings, struct evhttp_request *request);
	void *arg;
	struct tls_server *const *tls;  /* DOOR_TLS: where the certificate will be */
};

/* Serve who connects to this listening socket, which is the door's from now on.  ERR_NOMEM. */
int door_open(struct event_base *loop, const struct door_settings *settings, int fd,
    struct door **out);
/* With all its connections.  NULL is allowed. */
void door_close(struct door *door);
#endif
