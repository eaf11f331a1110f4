/* certificate.c - the certificate of DNS over TLS: loaded, watched, replaced. */
#include "daemon/certificate.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/config_tls.h"
#include "net/tls_server.h"
#include "net/watch.h"

/* A pair is written one file after the other: what changes is looked at when it has come to rest. */
#define REST_MS 200
#define DOT_PROTOCOL "dot"      /* ALPN's name of DNS over TLS (IANA) */

/* What a file is known by: a link that is exchanged, too. */
struct version {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct certificate {
	char *path;
	char *key;
	struct tls_server *server;
	struct watch *watch;
	struct event *rest;
	struct version seen[2];
};

static struct version
version_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return (struct version){ 0 };
	return (struct version){ status.st_dev, status.st_ino, status.st_size, status.st_ctim };
}

static bool
is_same(const struct version *a, const struct version *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	    a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Are these other files than those that were looked at last? */
static bool
note_versions(struct certificate *certificate)
{
	struct version now[2] = { version_of(certificate->path), version_of(certificate->key) };
	bool same = is_same(&now[0], &certificate->seen[0]) &&
	    is_same(&now[1], &certificate->seen[1]);

	certificate->seen[0] = now[0];
	certificate->seen[1] = now[1];
	return !same;
}

void
certificate_look(struct certificate *certificate)
{
	char why[512];

	if (certificate == NULL || !note_versions(certificate))
		return;
	if (tls_server_load(certificate->server, certificate->path, certificate->key, why,
	    sizeof(why)) == 0) {
		log_info("listenTLS: %s is shown from now on", certificate->path);
		return;
	}
	log_error("listenTLS: the certificate before stays: %s", why);
}

static void
on_rest(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	certificate_look(arg);
}

static void
on_change(void *arg, enum watch_event event, const char *path, const char *name)
{
	struct certificate *certificate = arg;
	struct timeval rest = { 0, REST_MS * 1000 };

	(void)event;
	(void)path;
	(void)name;
	(void)evtimer_add(certificate->rest, &rest);
}

static int
watch_files(struct certificate *certificate, struct event_base *loop)
{
	certificate->rest = evtimer_new(loop, on_rest, certificate);
	if (certificate->rest == NULL)
		return ERR_NOMEM;
	int err = watch_new(loop, on_change, certificate, &certificate->watch);
	if (err == 0)
		err = watch_file(certificate->watch, certificate->path);
	if (err == 0)
		err = watch_file(certificate->watch, certificate->key);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0)
		log_warn("listenTLS: its files cannot be watched (%s): a new certificate is seen at a reload",
		    err_text(err));
	return 0;
}

int
certificate_open(struct event_base *loop, const struct config_tls *tls, struct certificate **out)
{
	struct certificate *certificate = calloc(1, sizeof(*certificate));
	char why[512];
	int err;

	if (certificate == NULL)
		return ERR_NOMEM;
	certificate->path = strdup(tls->certificate);
	certificate->key = strdup(tls->key);
	if (certificate->path == NULL || certificate->key == NULL) {
		certificate_close(certificate);
		return ERR_NOMEM;
	}
	(void)note_versions(certificate);
	err = tls_server_new(certificate->path, certificate->key, DOT_PROTOCOL, why, sizeof(why),
	    &certificate->server);
	if (err != 0)
		log_error("listenTLS: %s", why);
	else
		err = watch_files(certificate, loop);
	if (err != 0) {
		certificate_close(certificate);
		return err;
	}
	*out = certificate;
	return 0;
}

void
certificate_close(struct certificate *certificate)
{
	if (certificate == NULL)
		return;
	watch_free(certificate->watch);
	if (certificate->rest != NULL)
		event_free(certificate->rest);
	tls_server_free(certificate->server);
	free(certificate->path);
	free(certificate->key);
	free(certificate);
}

struct tls_server *
certificate_server(const struct certificate *certificate)
{
	return certificate->server;
}
