/* transferring.c - zones on their way to secondaries, as the settings say. */
#include "daemon/transferring.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/context.h"
#include "daemon/transferring_parts.h"
#include "daemon/world.h"
#include "dns/tcp.h"

/* Of a zone that is being copied; others have their turn in between. */
#define SLICE_US 2000

/* ---- what outgoing asks for ---- */

/* Any thread: the loop has no lock, and is woken by its own descriptor. */
static void
wake_control(void *arg)
{
	const struct transferring *transferring = arg;

	(void)eventfd_write(transferring->fd, 1);
}

static void
zone_changed(void *arg, const uint8_t *zone, uint32_t serial)
{
	struct transferring *transferring = arg;

	(void)serial;
	announce_zone(transferring->announce, zone);
}

static const struct outgoing_ops ops = { .work = wake_control, .changed = zone_changed };

/* Those who wait are on one of them; called by who copies zones, this thread. */
static void
wake_streams(void *arg)
{
	const struct rollcall *rollcall = ((struct transferring *)arg)->rollcall;

	if (rollcall->tcp != NULL)
		tcp_server_wake(rollcall->tcp);
	if (rollcall->tls != NULL)
		tcp_server_wake(rollcall->tls);
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct transferring *transferring = arg;
	eventfd_t count;

	(void)what;
	(void)eventfd_read(fd, &count);
	/* By way of the kernel: an active event would come before those that wait there. */
	if (outgoing_run(transferring->outgoing, transferring->rollcall->clock, SLICE_US))
		wake_control(transferring);
}

/* ---- settings ---- */

static int
tell_zone(void *arg, const uint8_t *zone, uint32_t serial)
{
	zone_changed(arg, zone, serial);
	return 0;
}

/* After a start nobody knows whom the last changes have reached. */
static void
tell_all(struct transferring *transferring)
{
	const struct config_transfer *config = &transferring->rollcall->now->config->transfer;

	if (announce_set(transferring->announce, config->notify, config->notify_count) != 0)
		log_error("transfer.notify: no memory: secondaries are not told of changes");
	(void)outgoing_each_zone(transferring->outgoing, tell_zone, transferring);
}

void
transferring_update(struct rollcall *rollcall)
{
	struct transferring *transferring = rollcall->transferring;
	const struct generation *now = rollcall->now;
	struct index *index = now->answers->index;

	if (!rollcall->serving)
		return;
	if (now->config->transfer.access.to_count == 0) {
		outgoing_unwatch(transferring->outgoing, true);
		(void)announce_set(transferring->announce, NULL, 0);
		return;
	}
	if (!outgoing_is_watching(transferring->outgoing, index) &&
	    outgoing_watch(transferring->outgoing, index, world_is_settled(rollcall->world)) != 0)
		log_error("transfer: no memory: zones cannot be had");
	tell_all(transferring);
}

void
transferring_tick(struct rollcall *rollcall)
{
	outgoing_tick(rollcall->transferring->outgoing);
}

/* ---- life ---- */

const struct tcp_transfers *
transferring_streams(const struct rollcall *rollcall)
{
	return rollcall->transferring == NULL ? NULL : &rollcall->transferring->streams;
}

int
transferring_start(struct rollcall *rollcall)
{
	struct transferring *transferring = calloc(1, sizeof(*transferring));

	if (transferring == NULL)
		return ERR_NOMEM;
	rollcall->transferring = transferring;
	transferring->rollcall = rollcall;
	transferring->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (transferring->fd < 0)
		return ERR_SYSTEM;
	transferring->work = event_new(rollcall->loop, transferring->fd, EV_READ | EV_PERSIST,
	    on_work, transferring);
	transferring->outgoing = outgoing_new(&ops, transferring);
	transferring->announce = announce_new(rollcall->loop, rollcall->clock);
	if (transferring->work == NULL || event_add(transferring->work, NULL) != 0 ||
	    transferring->outgoing == NULL || transferring->announce == NULL)
		return ERR_NOMEM;
	transferring->settings = (struct transfer_settings){ transferring->outgoing, wake_streams,
		transferring };
	transferring->streams = (struct tcp_transfers){ transfer_begin, &transferring->settings };
	return 0;
}

void
transferring_stop(struct rollcall *rollcall)
{
	struct transferring *transferring = rollcall->transferring;

	if (transferring == NULL)
		return;
	outgoing_free(transferring->outgoing);
	announce_free(transferring->announce);
	if (transferring->work != NULL)
		event_free(transferring->work);
	if (transferring->fd >= 0)
		(void)close(transferring->fd);
	free(transferring);
	rollcall->transferring = NULL;
}
