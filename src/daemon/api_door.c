/* api_door.c - Kubernetes' API on the daemon's doors. */
#include "daemon/api_door.h"

#include <stdlib.h>

#include "daemon/api_schema.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "ops/api.h"
#include "ops/follow.h"
#include "ops/openapi.h"
#include "ops/write.h"

struct api_door {
	struct openapi *openapi;
	struct follows *follows;
	struct api *api;
};

static int
make_api(struct api_door *door, struct rollcall *rollcall)
{
	struct api_settings settings = {
		.loop = rollcall->loop,
		.clock = rollcall->clock,
		.ledger = ledger_feed_ledger(rollcall->ledger_feed),
		.view = ledger_feed_view(rollcall->ledger_feed),
		.openapi = door->openapi,
		.write = write_handle,
		.write_arg = rollcall->write,
		.follows = door->follows,
	};
	int err = api_new(&settings, &door->api);

	return err == 0 ? api_serve(door->api, rollcall->httpd) : err;
}

struct api_door *
api_door_open(struct rollcall *rollcall)
{
	struct api_door *door = calloc(1, sizeof(*door));

	if (door == NULL)
		return NULL;
	door->openapi = api_schema_make();
	if (door->openapi != NULL && follows_new(rollcall->loop, rollcall->clock,
	    ledger_feed_ledger(rollcall->ledger_feed), &door->follows) == 0 &&
	    make_api(door, rollcall) == 0)
		return door;
	api_door_close(door);
	return NULL;
}

void
api_door_close(struct api_door *door)
{
	if (door == NULL)
		return;
	api_free(door->api);
	follows_free(door->follows);
	openapi_free(door->openapi);
	free(door);
}
