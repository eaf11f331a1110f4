/* reload.c - SIGHUP: settings and manifests anew, without a lost query. */
#include "daemon/reload.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/activation.h"
#include "daemon/certificate.h"
#include "daemon/context.h"
#include "daemon/doors.h"
#include "daemon/feed.h"
#include "daemon/forwarding.h"
#include "daemon/serve.h"
#include "daemon/teller.h"
#include "daemon/steering.h"
#include "daemon/transferring.h"
#include "daemon/wiring.h"
#include "daemon/world.h"
#include "daemon/zone_feed.h"
#include "dns/forward.h"
#include "dns/index.h"
#include "dns/rrl.h"
#include "dns/tcp.h"
#include "dns/udp.h"
#include "dns/zone_set.h"

static void
generation_free(struct generation *generation)
{
	listen_own_release(&generation->own);
	forward_free(generation->forward);
	config_free(generation->config);
	rrl_free(generation->dns.rrl);
	index_free(generation->index);
	free(generation);
}

void
reload_reclaim(struct rollcall *rollcall, bool all)
{
	struct generation **at = &rollcall->now;
	const struct generation *answers = rollcall->now->answers;

	while (*at != NULL) {
		struct generation *generation = *at;

		if (!all && (generation == rollcall->now || generation == answers)) {
			at = &generation->before;
			continue;
		}
		*at = generation->before;
		generation_free(generation);
	}
}

static struct generation *
load_generation(const struct rollcall *rollcall)
{
	struct generation *generation = calloc(1, sizeof(*generation));
	struct diag *diag = diag_new();
	int err = ERR_NOMEM;

	if (generation != NULL && diag != NULL)
		err = config_load(rollcall->flags, diag, &generation->config);
	diag_log(diag);
	diag_free(diag);
	if (err == 0 && rollcall->activation != NULL)
		err = activation_apply(rollcall->activation, generation->config);
	/* Sockets stay as they are; what a wildcard stands for may have changed. */
	if (err == 0)
		err = serve_settings(generation, rollcall->now);
	if (err == 0)
		return generation;
	log_error("reload: the settings stay as they were: %s", err_text(err));
	if (generation != NULL)
		generation_free(generation);
	return NULL;
}

/* Answers made by other settings are built anew beside those at hand, which are kept where they are
 * the same. */
static int
make_answers(struct rollcall *rollcall, struct generation *generation)
{
	struct generation *old = rollcall->now;
	struct zone_set_settings zones;

	/* Behind a wildcard we are called what the host is called by now. */
	if (config_same_answers(old->config, generation->config) &&
	    listen_own_equal(&old->own, &generation->own)) {
		generation->answers = old->answers;
		return 0;
	}
	generation->answers = generation;
	generation->index = index_new();
	if (generation->index == NULL)
		return ERR_NOMEM;
	zone_feed_settings(generation->config, &generation->dns, &zones);
	int err = zone_set_yield(rollcall->zones, &zones);
	if (err == 0)
		err = zone_set_copy(rollcall->zones, generation->index);
	if (err == 0)
		err = world_set_dns(rollcall->world, &generation->dns, generation->index);
	if (err == 0) {
		zone_set_switch(rollcall->zones, generation->index);
	} else {
		zone_feed_settings(old->config, &old->dns, &zones);
		zone_set_configure(rollcall->zones, &zones);
	}
	return err;
}

/* The zone itself cannot change while its names are being asked for. */
static int
keep_domain(struct generation *generation, const struct generation *old)
{
	const char *domain = arena_text(generation->config->arena, old->config->cluster_domain);

	if (domain == NULL)
		return ERR_NOMEM;
	generation->config->cluster_domain = generation->dns.cluster_domain = domain;
	return 0;
}

static int
apply(struct rollcall *rollcall, struct generation *generation)
{
	struct generation *old = rollcall->now;
	const char *names[CONFIG_RESTART_MAX];
	struct zone_set_settings zones;
	size_t count = config_needs_restart(old->config, generation->config, names);
	int err = keep_domain(generation, old);

	for (size_t i = 0; i < count; i++)
		log_warn("reload: %s differs and needs a restart", names[i]);
	if (err == 0)
		err = zone_feed_finish(rollcall);
	if (err == 0)
		err = make_answers(rollcall, generation);
	if (err != 0)
		return err;
	generation->before = old;
	rollcall->now = generation;
	zone_feed_settings(generation->config, &generation->dns, &zones);
	zone_set_configure(rollcall->zones, &zones);
	/* The sockets were bound by the first settings, and stay. */
	udp_server_set(rollcall->udp, &generation->dns, generation->answers->index);
	tcp_server_set(rollcall->tcp, &generation->dns, generation->answers->index);
	if (rollcall->tls != NULL)
		tcp_server_set(rollcall->tls, &generation->dns, generation->answers->index);
	certificate_look(rollcall->certificate);
	doors_update(rollcall, old->config);
	config_log_apply(&generation->config->log);
	if (teller_set(rollcall->teller, &generation->config->log) != 0)
		log_error("reload: log: queries are told as before");
	steering_update(rollcall);
	/* Before the index that was watched goes. */
	transferring_update(rollcall);
	world_set_max_concurrent(rollcall->world, generation->config->probes.max_concurrent);
	err = forwarding_set(rollcall->forwarding);
	return err != 0 ? err : wiring_make_prober(rollcall);
}

void
reload_now(struct rollcall *rollcall)
{
	struct generation *generation = load_generation(rollcall);
	int err = 0;

	if (generation != NULL) {
		err = apply(rollcall, generation);
		if (err != 0 && rollcall->now != generation)
			generation_free(generation);
	}
	rollcall->reloads += generation != NULL && err == 0;
	rollcall->reloads_failed += generation == NULL || err != 0;
	if (err != 0)
		log_error("reload: not all settings could be taken: %s", err_text(err));
	index_wait_readers();
	reload_reclaim(rollcall, false);
	err = feed_reload(rollcall);
	if (err != 0)
		log_error("reload: manifests: %s", err_text(err));
	wiring_run(rollcall);
}
