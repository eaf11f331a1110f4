/* zone_image.c - a whole zone at one serial, as the messages of an AXFR. */
#include "dns/zone_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/err.h"
#include "dns/packing.h"
#include "dns/zone_record.h"

struct message {
	uint8_t *octets;
	size_t len;
};

/* Only while it is made. */
struct making {
	struct packing packing;
	uint8_t buf[PACKING_ROOM];
};

struct zone_image {
	atomic_uint refs;
	atomic_uint *alive;
	struct making *making;
	struct zone_record soa;
	uint8_t *soa_octets;            /* what that points to */
	struct message *messages;
	size_t count;
	size_t room;
	size_t size;
	size_t octets;
};

static int
keep_soa(struct zone_image *image, const struct zone_record *soa)
{
	uint8_t *octets = malloc(soa->owner_len + (size_t)soa->rdata_len);

	if (octets == NULL)
		return ERR_NOMEM;
	memcpy(octets, soa->owner, soa->owner_len);
	memcpy(octets + soa->owner_len, soa->rdata, soa->rdata_len);
	image->soa = *soa;
	image->soa.owner = image->soa_octets = octets;
	image->soa.rdata = octets + soa->owner_len;
	return 0;
}

static void
begin_message(struct zone_image *image)
{
	packing_begin(&image->making->packing, image->making->buf, image->soa.owner,
	    DNS_TYPE_AXFR);
}

struct zone_image *
zone_image_new(const struct zone_record *soa, atomic_uint *alive)
{
	struct zone_image *image = calloc(1, sizeof(*image));

	if (image == NULL)
		return NULL;
	atomic_init(&image->refs, 1);
	image->alive = alive;
	atomic_fetch_add(alive, 1);
	image->making = malloc(sizeof(*image->making));
	if (image->making == NULL || keep_soa(image, soa) != 0) {
		zone_image_unref(image);
		return NULL;
	}
	begin_message(image);
	if (zone_image_add(image, &image->soa) == 0)
		return image;
	zone_image_unref(image);
	return NULL;
}

static int
end_message(struct zone_image *image)
{
	size_t len = packing_end(&image->making->packing);
	uint8_t *octets = malloc(len);
	int err = octets == NULL ? ERR_NOMEM :
	    array_reserve(&image->messages, &image->room, image->count + 1,
	    sizeof(*image->messages));

	if (err != 0) {
		free(octets);
		return err;
	}
	memcpy(octets, image->making->buf, len);
	image->messages[image->count++] = (struct message){ octets, len };
	image->size += len + sizeof(struct message);
	return 0;
}

int
zone_image_add(void *arg, const struct zone_record *record)
{
	struct zone_image *image = arg;

	image->octets += zone_record_len(record);
	if (packing_add(&image->making->packing, record))
		return 0;
	int err = end_message(image);
	if (err != 0)
		return err;
	begin_message(image);
	/* What no message can carry is not answered either (rrset.h). */
	(void)packing_add(&image->making->packing, record);
	return 0;
}

int
zone_image_end(struct zone_image *image)
{
	int err = zone_image_add(image, &image->soa);

	if (err == 0)
		err = end_message(image);
	if (err != 0)
		return err;
	free(image->making);
	image->making = NULL;
	return 0;
}

struct zone_image *
zone_image_ref(struct zone_image *image)
{
	atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
	return image;
}

void
zone_image_unref(struct zone_image *image)
{
	if (image == NULL ||
	    atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < image->count; i++)
		free(image->messages[i].octets);
	free(image->messages);
	free(image->soa_octets);
	free(image->making);
	atomic_fetch_sub(image->alive, 1);
	free(image);
}

uint32_t
zone_image_serial(const struct zone_image *image)
{
	return zone_record_serial(&image->soa);
}

const uint8_t *
zone_image_message(const struct zone_image *image, size_t n, size_t *len)
{
	*len = image->messages[n].len;
	return image->messages[n].octets;
}

size_t
zone_image_count(const struct zone_image *image)
{
	return image->count;
}

size_t
zone_image_octets(const struct zone_image *image)
{
	return image->octets;
}
