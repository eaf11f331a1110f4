/* activation.c - socket activation: what the sockets that a service manager gave are for. */
#include "daemon/activation.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/config.h"
#include "dns/udp.h"
#include "net/handed.h"

struct activation {
	struct handed handed;
	struct addr_port *listen;       /* of UDP: each once, in the order given */
	size_t listen_count;
	struct udp_given *udp;
	size_t udp_count;
	struct activation_streams tcp, tls;
};

enum use { USE_DNS, USE_TLS, USE_UNKNOWN };

/* systemd names a socket after its unit where the unit says nothing. */
static enum use
use_of(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "tls") == 0)
		return USE_TLS;
	if (strcmp(name, "dns") == 0 || strcmp(name, "unknown") == 0 ||
	    (len > 7 && strcmp(name + len - 7, ".socket") == 0))
		return USE_DNS;
	return USE_UNKNOWN;
}

/* The place of an address in a list; `count`: it is not there. */
static size_t
find(const struct addr_port *list, size_t count, const struct addr_port *at)
{
	size_t i = 0;

	while (i < count && (list[i].port != at->port || addr_compare(&list[i].addr, &at->addr) != 0))
		i++;
	return i;
}

static void
add_udp(struct activation *activation, const struct handed_socket *socket)
{
	size_t i = find(activation->listen, activation->listen_count, &socket->at);

	if (i == activation->listen_count)
		activation->listen[activation->listen_count++] = socket->at;
	activation->udp[activation->udp_count++] = (struct udp_given){ .listen = i,
		.fd = socket->fd };
}

static void
add_stream(struct activation_streams *streams, const struct handed_socket *socket)
{
	streams->listen[streams->count] = socket->at;
	streams->fds[streams->count++] = socket->fd;
}

static int
sort_one(struct activation *activation, struct handed_socket *socket)
{
	enum use use = use_of(socket->name);
	char text[ADDR_PORT_TEXT_SIZE];

	if (use == USE_UNKNOWN || (use == USE_TLS && !socket->stream)) {
		log_error("the service manager gave %s as \"%s\": FileDescriptorName= is dns%s",
		    addr_port_text(&socket->at, text), socket->name,
		    use == USE_UNKNOWN ? " or tls" : " for UDP");
		return ERR_INVALID;
	}
	if (use == USE_TLS)
		add_stream(&activation->tls, socket);
	else if (socket->stream)
		add_stream(&activation->tcp, socket);
	else
		add_udp(activation, socket);
	socket->fd = -1;                /* the servers' */
	return 0;
}

/* RFC 7766, section 5: who answers over UDP answers over TCP, and at the same place. */
static int
check_pairs(const struct activation *activation)
{
	const struct activation_streams *tcp = &activation->tcp;
	char text[ADDR_PORT_TEXT_SIZE];
	int err = 0;

	for (size_t i = 0; i < activation->listen_count; i++) {
		if (find(tcp->listen, tcp->count, &activation->listen[i]) < tcp->count)
			continue;
		log_error("the service manager gave %s for UDP only: the unit wants "
		    "ListenStream= for it", addr_port_text(&activation->listen[i], text));
		err = ERR_INVALID;
	}
	for (size_t i = 0; i < tcp->count; i++) {
		if (find(activation->listen, activation->listen_count, &tcp->listen[i]) <
		    activation->listen_count)
			continue;
		log_error("the service manager gave %s for TCP only: the unit wants "
		    "ListenDatagram= for it", addr_port_text(&tcp->listen[i], text));
		err = ERR_INVALID;
	}
	if (err == 0 && activation->listen_count == 0) {
		log_error("the service manager gave no socket for DNS");
		err = ERR_INVALID;
	}
	return err;
}

static bool
make_streams(struct activation_streams *streams, size_t room)
{
	streams->listen = calloc(room, sizeof(*streams->listen));
	streams->fds = calloc(room, sizeof(*streams->fds));
	return streams->listen != NULL && streams->fds != NULL;
}

static struct activation *
make(size_t room)
{
	struct activation *activation = calloc(1, sizeof(*activation));

	if (activation == NULL)
		return NULL;
	activation->listen = calloc(room, sizeof(*activation->listen));
	activation->udp = calloc(room, sizeof(*activation->udp));
	if (make_streams(&activation->tcp, room) && make_streams(&activation->tls, room) &&
	    activation->listen != NULL && activation->udp != NULL)
		return activation;
	activation_free(activation);
	return NULL;
}

int
activation_sort(struct handed *handed, struct activation **out)
{
	struct activation *activation = make(handed->count);
	int err = activation == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; i < handed->count && err == 0; i++)
		err = sort_one(activation, &handed->sockets[i]);
	if (err == 0)
		err = check_pairs(activation);
	if (err != 0) {
		activation_free(activation);
		handed_release(handed);
		return err;
	}
	activation->handed = *handed;
	*handed = (struct handed){ 0 };
	*out = activation;
	return 0;
}

int
activation_start(struct activation **out)
{
	struct handed handed;
	int err = handed_take(HANDED_FIRST, &handed);

	*out = NULL;
	return err != 0 || handed.count == 0 ? err : activation_sort(&handed, out);
}

void
activation_free(struct activation *activation)
{
	if (activation == NULL)
		return;
	handed_release(&activation->handed);
	free(activation->listen);
	free(activation->udp);
	free(activation->tcp.listen);
	free(activation->tcp.fds);
	free(activation->tls.listen);
	free(activation->tls.fds);
	free(activation);
}

/* Addresses that `setting` states and that were not given, and the other way round. */
static void
compare(const char *setting, const struct addr_port *stated, size_t stated_count,
    const struct addr_port *given, size_t given_count)
{
	char text[ADDR_PORT_TEXT_SIZE];

	for (size_t i = 0; i < stated_count; i++)
		if (find(given, given_count, &stated[i]) == given_count)
			log_warn("%s: %s is not among the sockets of the service manager, which "
			    "are all there are: its unit says where to listen", setting,
			    addr_port_text(&stated[i], text));
	for (size_t i = 0; i < given_count && stated_count > 0; i++)
		if (find(stated, stated_count, &given[i]) == stated_count)
			log_warn("%s does not name %s, which is answered all the same: the service "
			    "manager gave it", setting, addr_port_text(&given[i], text));
}

static void
compare_threads(const struct activation *activation, unsigned threads)
{
	char text[ADDR_PORT_TEXT_SIZE];

	for (size_t i = 0; i < activation->listen_count && threads > 0; i++) {
		size_t sockets = 0;

		for (size_t j = 0; j < activation->udp_count; j++)
			sockets += activation->udp[j].listen == i;
		if (sockets != threads)
			log_warn("threads: %u, but the service manager gave %zu UDP socket%s for "
			    "%s: its unit lists an address once for each responder", threads,
			    sockets, sockets == 1 ? "" : "s",
			    addr_port_text(&activation->listen[i], text));
	}
}

int
activation_apply(const struct activation *activation, struct config *config)
{
	const struct activation_streams *tls = &activation->tls;

	compare("listen", config->listen, config->listen_count, activation->listen,
	    activation->listen_count);
	compare_threads(activation, config->threads);
	config->listen = activation->listen;
	config->listen_count = activation->listen_count;
	if (tls->count == 0)
		return 0;
	if (config->tls.certificate[0] == '\0') {
		log_error("the service manager gave a socket for TLS, but listenTLS names no "
		    "certificate");
		return ERR_INVALID;
	}
	compare("listenTLS", config->tls.listen, config->tls.listen_count, tls->listen, tls->count);
	config->tls.listen = tls->listen;
	config->tls.listen_count = tls->count;
	return 0;
}

const struct udp_given *
activation_udp(const struct activation *activation, size_t *count)
{
	*count = activation == NULL ? 0 : activation->udp_count;
	return activation == NULL ? NULL : activation->udp;
}

const struct activation_streams *
activation_tcp(const struct activation *activation)
{
	return activation == NULL ? NULL : &activation->tcp;
}

const struct activation_streams *
activation_tls(const struct activation *activation)
{
	return activation == NULL ? NULL : &activation->tls;
}
