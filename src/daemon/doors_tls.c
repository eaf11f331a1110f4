/* doors_tls.c - the door of those who write from elsewhere: TLS by an authority of our own, and a token. */
#include "daemon/doors_tls.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/api_token.h"
#include "daemon/context.h"
#include "daemon/kubeconfig.h"
#include "daemon/listen.h"
#include "net/authority.h"
#include "net/tls_server.h"
#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/visit.h"

#define PROTOCOL "http/1.1"     /* ALPN (RFC 7301, IANA) */
#define LOOK_MS 3600000
#define HOST_NAME_SIZE 256
#define ROUTE "/rollcall/v1/kubeconfig"

struct doors_tls {
	struct rollcall *rollcall;
	struct tls_server *server;      /* NULL: not served */
	uint64_t look_ms;               /* when the certificate is looked at next */
	char token[SECRET_FILE_MAX + 1];
};

static const struct config_http *
http_of(const struct doors_tls *tls)
{
	return &tls->rollcall->now->config->http;
}

/* ---- the certificate ---- */

static int
prepare(struct doors_tls *tls, const char *folder, bool *changed, char *why, size_t why_size)
{
	const struct config_http *http = http_of(tls);
	const char **names = calloc(http->allow_host_count + 2, sizeof(*names));
	char host[HOST_NAME_SIZE] = "";
	struct listen_own own = { .all = NULL };
	struct authority_settings settings = { .folder = folder, .names = names,
		.now_unix_s = clock_unix_s(tls->rollcall->clock) };
	int err = names == NULL ? ERR_NOMEM :
	    listen_own_addresses(http->tls, http->tls_count, &own);

	if (err == 0) {
		names[settings.name_count++] = "localhost";
		if (gethostname(host, sizeof(host) - 1) == 0 && text_is_dns1123_subdomain(host))
			names[settings.name_count++] = host;
		for (size_t i = 0; i < http->allow_host_count; i++)
			names[settings.name_count++] = http->allow_hosts[i];
		settings.addrs = own.all;
		settings.addr_count = own.all_count;
		err = authority_prepare(&settings, changed, why, why_size);
	} else {
		(void)snprintf(why, why_size, "%s", err_text(err));
	}
	listen_own_release(&own);
	free(names);
	return err;
}

/* Certificate and key as they are now, to be shown from the next connection on. */
static int
look(struct doors_tls *tls)
{
	char folder[AUTHORITY_PATH_SIZE], certificate[AUTHORITY_PATH_SIZE], key[AUTHORITY_PATH_SIZE];
	char why[1024];
	bool changed = false;
	int err;

	authority_path(tls->rollcall->now->config->state_dir, "tls", folder);
	authority_path(folder, AUTHORITY_CERTIFICATE, certificate);
	authority_path(folder, AUTHORITY_KEY, key);
	tls->look_ms = clock_now_ms(tls->rollcall->clock) + LOOK_MS;
	err = prepare(tls, folder, &changed, why, sizeof(why));
	if (err == 0 && tls->server == NULL)
		err = tls_server_new(certificate, key, PROTOCOL, why, sizeof(why), &tls->server);
	else if (err == 0 && changed)
		err = tls_server_load(tls->server, certificate, key, why, sizeof(why));
	if (err != 0)
		log_error("http.listenTLS: %s", why);
	else if (changed)
		log_info("http.listenTLS: a new certificate, %s", certificate);
	return err;
}

/* ---- the token ---- */

static void
read_token(struct doors_tls *tls)
{
	const struct config_http *http = http_of(tls);
	const char *wrong = http->token_file[0] == '\0' ? "there is none, as there is no state" :
	    api_token_read(http->token_file, tls->token);

	if (wrong == NULL) {
		httpd_set_token(tls->rollcall->httpd, tls->token);
		return;
	}
	log_error("http.tokenFile: %s: %s: nobody can write over TLS", http->token_file, wrong);
	sodium_memzero(tls->token, sizeof(tls->token));
	httpd_set_token(tls->rollcall->httpd, NULL);
}

/* ---- what kubectl needs ---- */

static void
on_kubeconfig(void *arg, struct visit *visit)
{
	const struct doors_tls *tls = arg;
	const struct addr_port *bound = httpd_tls_bound(tls->rollcall->httpd, 0);
	char ca[AUTHORITY_PATH_SIZE + 16];
	char *text;

	if (!status_allows(visit, 1u << VISIT_GET | 1u << VISIT_HEAD))
		return;
	if (!visit_may_write(visit)) {
		status_say(visit, 403, "the token is for those who may write");
		return;
	}
	if (tls->server == NULL || bound == NULL || tls->token[0] == '\0') {
		status_say(visit, 503, "kubectl needs TLS and a token: name an address with "
		    "http.listenTLS");
		return;
	}
	(void)snprintf(ca, sizeof(ca), "%s/tls/" AUTHORITY_CA,
	    tls->rollcall->now->config->state_dir);
	text = kubeconfig_text(bound, ca, tls->token);
	if (text == NULL)
		status_say(visit, 500, "the files of http.listenTLS cannot be read");
	else
		visit_reply(visit, 200, "application/json", text, strlen(text));
	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
}

/* ---- life ---- */

static int
listen_there(struct doors_tls *tls)
{
	const struct config_http *http = http_of(tls);
	char text[ADDR_PORT_TEXT_SIZE];
	size_t failed = 0;
	int err = httpd_listen_tls(tls->rollcall->httpd, http->tls, http->tls_count, &failed);

	if (err != 0) {
		log_errno(LOG_ERROR, "cannot listen on %s for HTTPS",
		    addr_port_text(&http->tls[failed], text));
		return err;
	}
	for (size_t i = 0; i < http->tls_count; i++)
		log_info("https on %s",
		    addr_port_text(httpd_tls_bound(tls->rollcall->httpd, i), text));
	return 0;
}

int
doors_tls_bind(struct rollcall *rollcall, struct doors_tls **out)
{
	struct doors_tls *tls = calloc(1, sizeof(*tls));
	int err;

	if (tls == NULL)
		return ERR_NOMEM;
	tls->rollcall = rollcall;
	err = listen_there(tls);
	if (err == 0)
		err = httpd_route(rollcall->httpd, ROUTE, on_kubeconfig, tls);
	if (err != 0) {
		doors_tls_free(tls);
		return err;
	}
	*out = tls;
	return 0;
}

int
doors_tls_start(struct doors_tls *tls)
{
	const struct config *config = tls->rollcall->now->config;

	if (config->http.tls_count == 0)
		return 0;
	if (config->state_dir == NULL) {
		log_error("http.listenTLS: its certificate is kept below state.dir, and there is none");
		return ERR_INVALID;
	}
	/* As the state does, which is opened later. */
	(void)mkdir(config->state_dir, 0750);
	int err = look(tls);
	if (err != 0)
		return err;
	read_token(tls);
	httpd_set_tls(tls->rollcall->httpd, tls->server);
	return 0;
}

void
doors_tls_update(struct doors_tls *tls, const struct config *before)
{
	const struct config_http *old = &before->http, *new = http_of(tls);
	bool same = old->tls_count == new->tls_count;

	for (size_t i = 0; same && i < new->tls_count; i++)
		same = strcmp(old->tls_texts[i], new->tls_texts[i]) == 0;
	if (!same && listen_there(tls) != 0)
		return;
	/* Also of unchanged settings: SIGHUP reads the token again, and looks what we are called. */
	(void)doors_tls_start(tls);
}

void
doors_tls_tick(struct doors_tls *tls)
{
	if (tls != NULL && tls->server != NULL &&
	    clock_now_ms(tls->rollcall->clock) >= tls->look_ms)
		(void)look(tls);
}

void
doors_tls_free(struct doors_tls *tls)
{
	if (tls == NULL)
		return;
	tls_server_free(tls->server);
	sodium_memzero(tls->token, sizeof(tls->token));
	free(tls);
}
