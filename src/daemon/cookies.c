/* cookies.c - the secrets of DNS Cookies over reloads and time. */
#include "daemon/cookies.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/context.h"

int
cookies_make(struct generation *generation, const struct generation *before)
{
	const struct config_edge *edge = &generation->config->dns.edge;
	int err = cookie_fill(&generation->cookies);

	if (err != 0)
		return err;
	if (before != NULL)
		cookie_inherit(&generation->cookies, &before->cookies);
	/* The first line is the newest one. */
	for (size_t i = edge->secret_count; i > 0; i--)
		cookie_add(&generation->cookies, edge->secrets[i - 1]);
	generation->dns.cookies = edge->cookies ? &generation->cookies : NULL;
	return 0;
}

void
cookies_tick(struct rollcall *rollcall)
{
	uint64_t now_ms = clock_now_ms(rollcall->clock);

	if (rollcall->cookies_rolled_ms == 0)
		rollcall->cookies_rolled_ms = now_ms;
	if (now_ms < rollcall->cookies_rolled_ms + COOKIE_ROLL_MS)
		return;
	rollcall->cookies_rolled_ms = now_ms;
	if (rollcall->now->config->dns.edge.secret_count == 0 &&
	    cookie_roll(&rollcall->now->cookies) != 0)
		log_errno(LOG_WARN, "the secret of DNS Cookies stays as it was");
}
