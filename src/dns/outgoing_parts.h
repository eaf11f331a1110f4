/*
 * outgoing_parts.h - what the files of outgoing and shipment share: zones, journals, the copy under
 * way.
 */
#ifndef ROLLCALL_DNS_OUTGOING_PARTS_H
#define ROLLCALL_DNS_OUTGOING_PARTS_H
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "base/addr.h"
#include "dns/observer.h"
#include "dns/outgoing.h"
#include "dns/zone_record.h"

struct shipment;
struct zone_image;
struct zone_step;

/* An SOA with memory of its own. */
struct zone_soa {
	struct zone_record record;
	uint8_t octets[3 * DNS_NAME_MAX + 20];
};

struct outgoing_zone {
	/* guarded: control writes, others read */
	struct zone_soa soa;
	struct zone_step **steps;       /* each begins where the one before ends */
	size_t step_count;
	struct zone_image *image;       /* of this serial; NULL: none */
	unsigned image_age_s;           /* since it was made, or asked for */
	size_t octets;                  /* of all records uncompressed; 0: not known */
	/* control only */
	size_t step_room;
	size_t steps_size;
	struct zone_step *pending;      /* since the last serial; NULL: nothing */
	bool lost;                      /* not all that changed since then is known */
	bool settled;                   /* nothing changed since then */
	bool fresh;                     /* set for the first time: its names may follow */
};

#define OUTGOING_IMAGES_MAX 4           /* alive at once, however slow those are who take them */
#define OUTGOING_IMAGE_REST_S 10        /* kept for the next who asks */

/* A zone being copied.  Control only. */
struct zone_copy {
	struct outgoing_zone *zone;     /* NULL: none is */
	struct zone_image *image;
	const struct entry **entries;   /* of the index when it began */
	size_t count;
	size_t at;
	uint32_t number;                /* pages that bear it are copied */
	int err;
};

struct outgoing {
	const struct outgoing_ops *ops;
	void *arg;
	pthread_mutex_t mutex;
	/* guarded */
	struct outgoing_zone **zones;
	size_t zone_count;
	TAILQ_HEAD(, shipment) waiting; /* for a copy */
	unsigned running;               /* shipments of whole zones or differences */
	struct outgoing_counts counts;
	/* control only */
	size_t zone_room;
	struct index *index;            /* NULL: nothing is watched */
	struct index_observer observer;
	struct outgoing_zone *last;     /* looked up last */
	struct zone_copy copy;
	size_t journal_size;
	struct addr *touched;           /* addresses whose PTR records may change */
	size_t touched_count;
	size_t touched_room;
	atomic_uint images;             /* alive: held here or by a shipment */
};

/* SOA octets into memory of its own; false: it is none. */
bool zone_soa_set(struct zone_soa *soa, const uint8_t *zone, const uint8_t *rdata, size_t len,
    uint32_t ttl_s);

/* The zone of this name; NULL: none. */
struct outgoing_zone *outgoing_find(const struct outgoing *outgoing, const uint8_t *name,
    size_t len);
/* Begin to watch a zone.  ERR_NOMEM. */
int outgoing_add(struct outgoing *outgoing, const uint8_t *zone, const uint8_t *rdata, size_t len,
    uint32_t ttl_s, bool settled);
void outgoing_drop(struct outgoing *outgoing, struct outgoing_zone *zone);

/* outgoing_watch.c: told by the index. */
void outgoing_watch_init(struct outgoing *outgoing);
/* outgoing_copy.c */
void outgoing_copy_page(struct outgoing *outgoing, const struct outgoing_zone *zone,
    struct page_root *root);
void outgoing_copy_stop(struct outgoing *outgoing);

/* The mutex is held: where in the steps a zone of this serial goes on; SIZE_MAX: nowhere. */
size_t outgoing_find_step(const struct outgoing_zone *zone, uint32_t serial);

/* shipment.c.  The mutex is held: those who wait for this zone have it (NULL: will not). */
void shipment_deliver(struct outgoing *outgoing, const struct outgoing_zone *zone,
    struct zone_image *image);
/* The mutex is held: those who wait for what is no zone any more wait no longer. */
void shipment_dismiss(struct outgoing *outgoing);
/* The zone that is waited for longest and can be copied now; NULL: none. */
struct outgoing_zone *shipment_first_wanted(const struct outgoing *outgoing);
#endif
