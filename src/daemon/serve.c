/* serve.c - the sockets of the daemon: bound early, answered when there is something to answer. */
#include "daemon/serve.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/activation.h"
#include "daemon/certificate.h"
#include "daemon/context.h"
#include "daemon/forward_table.h"
#include "daemon/forwarding.h"
#include "daemon/cookies.h"
#include "dns/autopath.h"
#include "daemon/transferring.h"
#include "dns/tcp.h"
#include "dns/udp.h"

#define MESSAGE_MS 2000
#define STOP_GRACE_MS 1000
/* UDP on port 0 is given a port that TCP may find taken. */
#define PORT_ATTEMPTS 16

int
serve_settings(struct generation *generation, const struct generation *before)
{
	const struct config *config = generation->config;
	struct addr_port fallback[LISTEN_DEFAULT_MAX];
	const struct addr_port *listen = config->listen;
	size_t count = config->listen_count;
	int err;

	if (count == 0) {
		count = listen_default(fallback);
		listen = fallback;
	}
	err = listen_own_addresses(listen, count, &generation->own);
	if (err != 0)
		return err;
	config_dns_settings(config, generation->own.all, generation->own.all_count,
	    generation->own.named, generation->own.named_count, &generation->dns);
	if (before != NULL)
		generation->autopath_helped = before->autopath_helped;
	if (config->dns.autopath.made != NULL)
		config->dns.autopath.made->helped = &generation->autopath_helped;
	err = forward_table_zones(config, &generation->forward);
	if (err != 0)
		return err;
	generation->dns.forward = generation->forward;
	err = cookies_make(generation, before);
	if (err == 0 && config->dns.edge.rrl != NULL)
		err = rrl_new(&config->dns.edge.rrl->settings, before == NULL ? NULL : before->dns.rrl,
		    &generation->dns.rrl);
	return err;
}

static unsigned
thread_count(const struct config *config)
{
	cpu_set_t cpus;

	if (config->threads != 0)
		return config->threads;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&cpus);
}

static void
say_refused(const char *what, const struct addr_port *where)
{
	char text[ADDR_PORT_TEXT_SIZE];

	log_errno(LOG_ERROR, "cannot listen on %s %s", addr_port_text(where, text), what);
}

/* A stream server: plain with `tls` NULL. */
static int
bind_stream(struct rollcall *rollcall, const struct addr_port *listen, size_t count,
    const struct activation_streams *given, struct tls_server *tls, struct tcp_server **server,
    size_t *failed)
{
	struct tcp_settings settings = {
		.listen = listen,
		.listen_count = count,
		.given = given == NULL ? NULL : given->fds,
		.dns = &rollcall->now->dns,
		.index = rollcall->now->answers->index,
		.max_clients = rollcall->now->config->tcp.max_clients,
		.idle_ms = rollcall->now->config->tcp.idle_ms,
		.message_ms = MESSAGE_MS,
		.cache = rollcall->cache,
		.resolver = forwarding_resolver(rollcall->forwarding),
		.transfers = transferring_streams(rollcall),
		.tls = tls,
		.onlooker = rollcall->onlooker,
	};

	return tcp_server_bind(&settings, server, failed);
}

/*
 * DNS over TLS has a thread of its own: whatever handshakes cost, plain TCP does not wait for
 * them.
 */
static int
bind_tls(struct rollcall *rollcall)
{
	const struct config_tls *config = &rollcall->now->config->tls;
	char text[ADDR_PORT_TEXT_SIZE];
	size_t failed = 0;

	if (config->listen_count == 0)
		return 0;
	int err = certificate_open(rollcall->loop, config, &rollcall->certificate);
	if (err != 0)
		return err;
	const struct activation_streams *given = activation_tls(rollcall->activation);

	err = bind_stream(rollcall, config->listen, config->listen_count,
	    given != NULL && given->count > 0 ? given : NULL, certificate_server(rollcall->certificate), &rollcall->tls, &failed);
	if (err != 0) {
		say_refused("for TLS", &config->listen[failed]);
		return err;
	}
	for (size_t i = 0; i < config->listen_count; i++)
		log_info("listening for TLS on %s", addr_port_text(
		    tcp_server_bound(rollcall->tls, i), text));
	return 0;
}

/* UDP first, then TCP on the ports that UDP got. */
static int
bind_both(struct rollcall *rollcall, const struct addr_port *listen, size_t count,
    struct addr_port *bound, bool *again)
{
	struct udp_settings settings = {
		.listen = listen,
		.listen_count = count,
		.threads = thread_count(rollcall->now->config),
		.dns = &rollcall->now->dns,
		.index = rollcall->now->answers->index,
		.cache = rollcall->cache,
		.resolver = forwarding_resolver(rollcall->forwarding),
		.onlooker = rollcall->onlooker,
	};
	const struct activation_streams *streams = activation_tcp(rollcall->activation);
	size_t failed = 0;

	settings.given = activation_udp(rollcall->activation, &settings.given_count);
	int err = udp_server_bind(&settings, &rollcall->udp, &failed);

	*again = false;
	if (err != 0) {
		say_refused("over UDP", &listen[failed < count ? failed : 0]);
		return err;
	}
	for (size_t i = 0; i < count; i++)
		bound[i] = *udp_server_bound(rollcall->udp, i);
	failed = 0;
	if (streams != NULL)
		err = bind_stream(rollcall, streams->listen, streams->count, streams, NULL,
		    &rollcall->tcp, &failed);
	else
		err = bind_stream(rollcall, bound, count, NULL, NULL, &rollcall->tcp, &failed);
	if (err == 0)
		return 0;
	*again = err == ERR_SYSTEM && errno == EADDRINUSE && failed < count &&
	    listen[failed].port == 0;
	if (!*again)
		say_refused("over TCP", &bound[failed < count ? failed : 0]);
	udp_server_stop(rollcall->udp);
	rollcall->udp = NULL;
	return err;
}

static int
bind_dns(struct rollcall *rollcall)
{
	const struct config *config = rollcall->now->config;
	struct addr_port fallback[LISTEN_DEFAULT_MAX];
	const struct addr_port *listen = config->listen;
	size_t count = config->listen_count;
	struct addr_port *bound;
	char text[ADDR_PORT_TEXT_SIZE];
	bool again = true;
	int err = ERR_SYSTEM;

	if (count == 0) {
		count = listen_default(fallback);
		listen = fallback;
	}
	if (count == 0) {
		log_error("there is no loopback address to listen on");
		return ERR_SYSTEM;
	}
	bound = calloc(count, sizeof(*bound));
	if (bound == NULL)
		return ERR_NOMEM;
	for (int i = 0; i < PORT_ATTEMPTS && again; i++)
		err = bind_both(rollcall, listen, count, bound, &again);
	for (size_t i = 0; i < count && err == 0; i++)
		log_info("listening on %s", addr_port_text(&bound[i], text));
	free(bound);
	return err;
}

int
serve_bind(struct rollcall *rollcall)
{
	int err = bind_dns(rollcall);

	return err != 0 ? err : bind_tls(rollcall);
}

int
serve_start(struct rollcall *rollcall)
{
	int err = forwarding_start(rollcall->forwarding);

	if (err == 0)
		err = udp_server_start(rollcall->udp);
	rollcall->udp_started = err == 0;
	if (err == 0)
		err = tcp_server_start(rollcall->tcp);
	rollcall->tcp_started = rollcall->udp_started && err == 0;
	if (err == 0 && rollcall->tls != NULL) {
		err = tcp_server_start(rollcall->tls);
		rollcall->tls_started = err == 0;
	}
	if (err != 0)
		log_error("cannot start answering: %s", err_text(err));
	return err;
}

void
serve_stop(struct rollcall *rollcall)
{
	/* Who waits for the resolver is answered by the sockets that he asked. */
	if (rollcall->tcp != NULL)
		tcp_server_halt(rollcall->tcp, STOP_GRACE_MS);
	if (rollcall->tls != NULL)
		tcp_server_halt(rollcall->tls, STOP_GRACE_MS);
	if (rollcall->udp != NULL)
		udp_server_halt(rollcall->udp);
	forwarding_stop(rollcall->forwarding);
	tcp_server_stop(rollcall->tcp, 0);
	tcp_server_stop(rollcall->tls, 0);
	udp_server_stop(rollcall->udp);
	certificate_close(rollcall->certificate);
	rollcall->tcp = rollcall->tls = NULL;
	rollcall->certificate = NULL;
	rollcall->udp = NULL;
	rollcall->udp_started = rollcall->tcp_started = rollcall->tls_started = false;
	rollcall->serving = false;
}
