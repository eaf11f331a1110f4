/* board_world.c - a ledger of Services whose counts the test chooses. */
#include "tests/ops/board_world.h"

#include <event2/event.h>
#include <string.h>

#include "base/clock.h"
#include "model/roster.h"
#include "model/service.h"
#include "ops/board.h"
#include "ops/ledger.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct service service = { .object = { .ns = "shop", .name = "any" } };
static struct roster_entry web = { .endpoint_count = 3, .ready_count = 3, .service = &service };

void
board_world_set_web(uint32_t ready)
{
	web.ready_count = ready;
}

const struct roster_entry *
board_world_roster(void *arg, const char *ns, const char *name)
{
	static const struct roster_entry full = { .endpoint_count = 3, .ready_count = 3,
		.service = &service };
	static const struct roster_entry half = { .endpoint_count = 2, .ready_count = 1,
		.service = &service };
	static const struct roster_entry none = { .endpoint_count = 2, .service = &service };
	static const struct roster_entry empty = { .service = &service };
	static const struct roster_entry afar = { .type = SERVICE_EXTERNAL_NAME,
		.service = &service };
	static const struct roster_entry other = { .endpoint_count = 1, .ready_count = 1,
		.service = &service };
	static const struct { const char *name; const struct roster_entry *entry; } known[] = {
		{ "full", &full }, { "half", &half }, { "none", &none }, { "web", &web },
		{ "empty", &empty }, { "afar", &afar }, { "waiting", NULL },
	};

	(void)arg, (void)ns;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].entry;
	return &other;
}

void
board_world_start(struct board_world *world)
{
	struct board_settings settings = { .roster = board_world_roster };

	memset(world, 0, sizeof(*world));
	web.ready_count = 3;
	world->loop = event_base_new();
	world->clock = clock_new_manual(1000, 1700000000);
	world->ledger = ledger_new(&(struct ledger_settings){ .clock = world->clock });
	settings.loop = world->loop;
	settings.ledger = world->ledger;
	world->board = board_new(&settings);
	ck_assert_ptr_nonnull(world->board);
}

void
board_world_stop(struct board_world *world)
{
	board_free(world->board);
	ledger_free(world->ledger);
	clock_free(world->clock);
	event_base_free(world->loop);
}

void
board_world_put(struct board_world *world, const char *ns, const char *name)
{
	const struct ledger_item item = { .kind = API_SERVICES, .origin = LEDGER_IMPLIED,
		.ns = ns, .name = name, .digest = ++world->changes };

	ck_assert_int_eq(ledger_put(world->ledger, &item), 0);
}

void
board_world_remove(struct board_world *world, const char *ns, const char *name)
{
	ledger_remove(world->ledger, API_SERVICES, ns, name);
}

void
board_world_make(struct board_world *world)
{
	for (int i = 0; !board_is_made(world->board) && i < 1000; i++)
		event_base_loop(world->loop, EVLOOP_NONBLOCK);
	ck_assert(board_is_made(world->board));
}

void
board_world_wait(struct board_world *world, unsigned ms)
{
	http_client_wait(world->loop, ms);
}
