/* transferring_parts.h - what transferring holds, for the metrics too (overview.c). */
#ifndef ROLLCALL_DAEMON_TRANSFERRING_PARTS_H
#define ROLLCALL_DAEMON_TRANSFERRING_PARTS_H
#include "dns/announce.h"
#include "dns/outgoing.h"
#include "dns/tcp_source.h"
#include "dns/transfer.h"

struct event;
struct rollcall;

struct transferring {
	struct rollcall *rollcall;
	struct outgoing *outgoing;
	struct announce *announce;
	int fd;                         /* eventfd: outgoing has something to do */
	struct event *work;
	struct transfer_settings settings;
	struct tcp_transfers streams;
};
#endif
