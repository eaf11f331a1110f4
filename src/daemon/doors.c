/* doors.c - the ways into the daemon over HTTP: opened at the start, changed by a reload. */
#include "daemon/doors.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/context.h"
#include "daemon/doors_tls.h"
#include "daemon/overview.h"
#include "daemon/privilege.h"
#include "net/local_socket.h"
#include "ops/health.h"
#include "ops/httpd.h"

static int
open_plain(struct rollcall *rollcall)
{
	const struct config_http *http = &rollcall->now->config->http;
	char text[ADDR_PORT_TEXT_SIZE];
	int err;

	if (http->listen_text[0] == '\0') {
		httpd_close_plain(rollcall->httpd);
		return 0;
	}
	err = httpd_listen(rollcall->httpd, &http->listen);
	if (err != 0)
		log_errno(LOG_ERROR, "cannot listen on %s for HTTP",
		    addr_port_text(&http->listen, text));
	else
		log_info("http on %s", addr_port_text(httpd_bound(rollcall->httpd), text));
	return err;
}

static const char *
why_no_socket(int err)
{
	switch (err) {
	case ERR_EXISTS:
		return "somebody listens there, or it is no socket";
	case ERR_LIMIT:
		return "the path is longer than that of a socket may be";
	case ERR_SYSTEM:
		return strerror(errno);
	}
	return err_text(err);
}

static int
open_local(struct rollcall *rollcall, const struct privilege *privilege)
{
	const struct config_http *http = &rollcall->now->config->http;
	struct local_socket_settings settings = { .path = http->socket, .give = privilege->change,
		.uid = privilege->uid, .gid = privilege->gid };
	int err;

	if (http->socket[0] == '\0') {
		httpd_close_local(rollcall->httpd);
		return 0;
	}
	err = httpd_listen_local(rollcall->httpd, &settings);
	if (err == 0) {
		log_info("http on %s", http->socket);
		return 0;
	}
	/* Nobody asked for it: a container may have no /run, a second daemon finds it taken. */
	log_write(http->socket_stated ? LOG_ERROR : LOG_WARN, "http.socket: %s: %s%s", http->socket,
	    why_no_socket(err), http->socket_stated ? "" : "; there is none");
	return http->socket_stated ? err : 0;
}

static void
set_hosts(struct rollcall *rollcall)
{
	const struct config_http *http = &rollcall->now->config->http;

	httpd_set_hosts(rollcall->httpd, http->allow_hosts, http->allow_host_count);
}

int
doors_bind(struct rollcall *rollcall, const struct privilege *privilege)
{
	struct health_settings settings = { .arg = rollcall };
	int err = httpd_new(rollcall->loop, &rollcall->httpd);

	if (err != 0)
		return err;
	set_hosts(rollcall);
	overview_fill(rollcall, &settings);
	err = health_start(rollcall->httpd, &settings, &rollcall->health);
	if (err == 0)
		err = open_plain(rollcall);
	if (err == 0)
		err = open_local(rollcall, privilege);
	if (err == 0)
		err = doors_tls_bind(rollcall, &rollcall->doors_tls);
	return err;
}

int
doors_start(struct rollcall *rollcall)
{
	return doors_tls_start(rollcall->doors_tls);
}

void
doors_update(struct rollcall *rollcall, const struct config *before)
{
	const struct config_http *old = &before->http, *new = &rollcall->now->config->http;
	struct privilege nothing_left = { .change = false };

	if (rollcall->httpd == NULL)
		return;
	if (rollcall->ledger_feed == NULL && (new->listen_text[0] != '\0' ||
	    new->socket[0] != '\0' || new->tls_count > 0))
		log_warn("reload: http: there was no door before: the API is there after a restart");
	/* Those of before go with their settings. */
	set_hosts(rollcall);
	if (strcmp(old->listen_text, new->listen_text) != 0)
		(void)open_plain(rollcall);
	if (strcmp(old->socket, new->socket) != 0)
		(void)open_local(rollcall, &nothing_left);
	doors_tls_update(rollcall->doors_tls, before);
}

void
doors_close(struct rollcall *rollcall)
{
	httpd_free(rollcall->httpd);
	doors_tls_free(rollcall->doors_tls);
	health_stop(rollcall->health);
	rollcall->httpd = NULL;
	rollcall->health = NULL;
	rollcall->doors_tls = NULL;
}
