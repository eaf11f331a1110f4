/* prober.c - what all attempts share: settings, TLS, names. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "net/tls.h"
#include "probe/engine.h"
#include "probe/probe.h"

static int
copy_paths(struct prober_settings *to, const struct prober_settings *from)
{
	const char **paths = calloc(from->exec_path_count, sizeof(*paths));

	to->exec_paths = paths;
	if (paths == NULL)
		return ERR_NOMEM;
	for (; to->exec_path_count < from->exec_path_count; to->exec_path_count++) {
		char *path = strdup(from->exec_paths[to->exec_path_count]);

		if (path == NULL)
			return ERR_NOMEM;
		paths[to->exec_path_count] = path;
	}
	return 0;
}

static int
copy_settings(struct prober_settings *to, const struct prober_settings *from)
{
	to->loop = from->loop;
	to->clock = from->clock;
	to->helper = from->helper;
	to->step = from->step;
	to->step_arg = from->step_arg;
	to->user_agent = strdup(from->user_agent);
	if (to->user_agent == NULL)
		return ERR_NOMEM;
	if (from->allow_host_count > 0) {
		struct cidr *hosts = calloc(from->allow_host_count, sizeof(*hosts));

		if (hosts == NULL)
			return ERR_NOMEM;
		memcpy(hosts, from->allow_hosts, from->allow_host_count * sizeof(*hosts));
		to->allow_hosts = hosts;
		to->allow_host_count = from->allow_host_count;
	}
	return from->exec_path_count > 0 ? copy_paths(to, from) : 0;
}

struct prober *
prober_new(const struct prober_settings *settings)
{
	struct prober *prober = calloc(1, sizeof(*prober));

	if (prober == NULL)
		return NULL;
	prober->scratch = (struct strbuf)STRBUF_INIT;
	if (copy_settings(&prober->settings, settings) == 0)
		return prober;
	prober_free(prober);
	return NULL;
}

struct tls_client *
prober_tls(struct prober *prober, bool verify)
{
	if (prober->tls[verify] == NULL && tls_client_new(verify, &prober->tls[verify]) != 0)
		return NULL;
	return prober->tls[verify];
}

static void
destroy(struct prober *prober)
{
	for (size_t i = 0; i < prober->settings.exec_path_count; i++)
		free((char *)prober->settings.exec_paths[i]);
	free((void *)prober->settings.exec_paths);
	free((void *)prober->settings.allow_hosts);
	free((char *)prober->settings.user_agent);
	tls_client_free(prober->tls[0]);
	tls_client_free(prober->tls[1]);
	strbuf_release(&prober->scratch);
	free(prober);
}

void
prober_forget(struct prober *prober)
{
	prober->attempts--;
	if (prober->given_up && prober->attempts == 0)
		destroy(prober);
}

void
prober_free(struct prober *prober)
{
	if (prober == NULL)
		return;
	while (prober->parting != NULL)
		probe_part_now(prober->parting);
	prober->given_up = true;
	if (prober->attempts == 0)
		destroy(prober);
}
