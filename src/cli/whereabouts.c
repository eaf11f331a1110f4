/* whereabouts.c - where the daemon answers DNS, and for which domain. */
#include "cli/whereabouts.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"

#define DNS_PORT 53

int
whereabouts_ask(struct cli *cli, struct whereabouts *out)
{
	json_t *answer = NULL, *listening, *item;
	const char *domain = NULL;
	size_t i;
	int status = cli_get(cli, "/rollcall/v1/config", &answer);

	if (status != 0)
		return status;
	memset(out, 0, sizeof(*out));
	(void)json_unpack(answer, "{s:{s:s}}", "config", "clusterDomain", &domain);
	snprintf(out->domain, sizeof(out->domain), "%s", domain != NULL ? domain : "cluster.local");
	listening = json_object_get(answer, "listening");
	json_array_foreach(listening, i, item) {
		if (out->count < WHEREABOUTS_MAX && json_string_value(item) != NULL &&
		    addr_port_parse(json_string_value(item), &out->listening[out->count]) == 0)
			out->count++;
	}
	json_decref(answer);
	if (out->count > 0)
		return 0;
	cli_say(cli, "the daemon listens nowhere");
	return EX_UNAVAILABLE;
}

/* Is it better to be told than the other? */
static bool
better(const struct addr_port *a, const struct addr_port *b)
{
	if ((a->port == DNS_PORT) != (b->port == DNS_PORT))
		return a->port == DNS_PORT;
	return a->addr.family == ADDR_IP4 && b->addr.family != ADDR_IP4;
}

bool
whereabouts_choose(const struct whereabouts *whereabouts, struct addr_port *out)
{
	if (whereabouts->count == 0)
		return false;
	*out = whereabouts->listening[0];
	for (size_t i = 1; i < whereabouts->count; i++)
		if (better(&whereabouts->listening[i], out))
			*out = whereabouts->listening[i];
	/* All of the host's: loopback is one of them. */
	if (addr_is_unspecified(&out->addr))
		(void)addr_parse(out->addr.family == ADDR_IP4 ? "127.0.0.1" : "::1", &out->addr);
	return true;
}
