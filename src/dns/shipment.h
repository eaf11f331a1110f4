/*
 * shipment.h - what goes to one secondary: a zone, or what changed in it, message by message.
 *
 * Threads: that of the stream; outgoing_run() fills it in meanwhile.  It holds what it sends, so
 * that a slow secondary is in nobody's way.
 */
#ifndef ROLLCALL_DNS_SHIPMENT_H
#define ROLLCALL_DNS_SHIPMENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outgoing;
struct shipment;

#define SHIPMENT_RUNNING_MAX 8          /* at once; as many again wait for their turn */

struct shipment_wish {
	const uint8_t *zone;            /* lower case */
	size_t zone_len;
	bool incremental;               /* IXFR, from this serial */
	uint32_t serial;
	/* Any thread: shipment_next() has something new to say. */
	void (*ready)(void *arg);
	void *arg;
};

/* ERR_NOTFOUND: it is no zone of ours; ERR_FULL: too many at once; ERR_NOMEM. */
int shipment_open(struct outgoing *outgoing, const struct shipment_wish *wish,
    struct shipment **out);
/* At any time; `ready` is not called any more.  NULL is allowed. */
void shipment_close(struct shipment *shipment);

enum shipment_state {
	SHIPMENT_MESSAGE,               /* *len octets in `buf` */
	SHIPMENT_LATER,                 /* `ready` will be called */
	SHIPMENT_END,                   /* that was all */
	SHIPMENT_FAILED,                /* it cannot be had */
};

/*
 * The next message, into `buf` of 65,535 octets: id 0, the question of lower case and AXFR or IXFR
 * as was wished.
 */
enum shipment_state shipment_next(struct shipment *shipment, uint8_t *buf, size_t *len);
#endif
