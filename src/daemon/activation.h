/*
 * activation.h - socket activation: what the sockets that a service manager gave are for, and where
 * that is not what the settings say.  Thread: control.
 *
 * The sockets given are all there are.  Their names (FileDescriptorName=) say what for: "dns", which
 * those have too that were not named, or "tls".
 */
#ifndef ROLLCALL_DAEMON_ACTIVATION_H
#define ROLLCALL_DAEMON_ACTIVATION_H
#include <stddef.h>

#include "base/addr.h"

struct activation;
struct config;
struct handed;
struct udp_given;

/* TCP sockets that listen, each with its address. */
struct activation_streams {
	struct addr_port *listen;
	int *fds;
	size_t count;
};

/* Take over what was given; NULL in *out: nothing was.  ERR_INVALID: it is of no use, which has been
 * said; ERR_NOMEM. */
int activation_start(struct activation **out);
/* The same for sockets at hand, which are left empty. */
int activation_sort(struct handed *handed, struct activation **out);
/* Closes nothing that servers were given.  NULL is allowed. */
void activation_free(struct activation *activation);

/*
 * `listen`, and `listenTLS` where that was given, become what was given, borrowed from
 * `activation`; where settings say something else, that is logged.  ERR_INVALID: sockets for TLS, and no certificate.
 */
int activation_apply(const struct activation *activation, struct config *config);

/* One or more UDP sockets for each address of config->listen, for udp_settings. */
const struct udp_given *activation_udp(const struct activation *activation, size_t *count);
const struct activation_streams *activation_tcp(const struct activation *activation);
const struct activation_streams *activation_tls(const struct activation *activation);
#endif
