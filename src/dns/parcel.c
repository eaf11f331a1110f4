/* parcel.c - what an upstream said: look at it, and copy it into replies. */
#include "dns/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "dns/entry.h"
#include "dns/parcel_layout.h"
#include "dns/parcel_parts.h"

#define POINTER_REACH 0x3FFF
#define JUMPS_MAX 128           /* more than a name has labels */

struct parcel *
parcel_new_failure(const struct asked *asked, uint8_t rcode, uint32_t ttl_s)
{
	size_t size = sizeof(struct parcel) + asked->name_len;
	struct parcel *parcel = calloc(1, size);

	if (parcel == NULL)
		return NULL;
	parcel->size = (uint32_t)size;
	parcel->ttl_s = ttl_s < PARCEL_FAILURE_TTL_MAX_S ? ttl_s : PARCEL_FAILURE_TTL_MAX_S;
	parcel->type = asked->type;
	parcel->rcode = rcode;
	parcel->last_name_at = DNS_HEADER_LEN;
	parcel->name_len = asked->name_len;
	parcel->flags = (uint8_t)((asked->dnssec_ok ? PARCEL_DNSSEC_OK : 0) |
	    (asked->checking_disabled ? PARCEL_CHECKING_DISABLED : 0));
	memcpy(parcel->places, asked->name, asked->name_len);
	return parcel;
}

void
parcel_free(struct parcel *parcel)
{
	free(parcel);
}

void
parcel_asked(const struct parcel *parcel, struct asked *asked)
{
	asked->type = parcel->type;
	asked->name_len = parcel->name_len;
	asked->dnssec_ok = parcel->flags & PARCEL_DNSSEC_OK;
	asked->checking_disabled = parcel->flags & PARCEL_CHECKING_DISABLED;
	memcpy(asked->name, parcel_name(parcel), parcel->name_len);
}

uint8_t
parcel_rcode(const struct parcel *parcel)
{
	return parcel->rcode;
}

bool
parcel_is_authentic(const struct parcel *parcel)
{
	return parcel->flags & PARCEL_AUTHENTIC;
}

uint32_t
parcel_ttl_s(const struct parcel *parcel)
{
	return parcel->ttl_s;
}

bool
parcel_is_negative(const struct parcel *parcel)
{
	return parcel->flags & PARCEL_IS_NEGATIVE;
}

bool
parcel_leads_to_us(const struct parcel *parcel)
{
	return parcel->flags & PARCEL_LEADS_TO_US;
}

size_t
parcel_size(const struct parcel *parcel)
{
	return parcel->size;
}

/* The octet at a place of the message whose question is the asked name. */
static const uint8_t *
standing_at(const struct parcel *parcel, size_t at)
{
	size_t base = parcel_base(parcel);

	return at < base ? parcel_name(parcel) + (at - DNS_HEADER_LEN) :
	    parcel_block(parcel) + (at - base);
}

size_t
parcel_last_name(const struct parcel *parcel, uint8_t name[DNS_NAME_MAX])
{
	size_t at = parcel->last_name_at, len = 0;

	for (;;) {
		const uint8_t *label = standing_at(parcel, at);

		if (*label >= 0xC0) {
			at = wire_get_u16(label) & POINTER_REACH;
			continue;
		}
		memcpy(name + len, label, *label + 1u);
		len += *label + 1u;
		at += *label + 1u;
		if (*label == 0)
			return len;
	}
}

size_t
parcel_record_end(const uint8_t *block, size_t ttl_at)
{
	return ttl_at + 6 + wire_get_u16(block + ttl_at + 4);
}

bool
parcel_same_set(const uint8_t *block, size_t a, size_t a_ttl_at, size_t b, size_t b_ttl_at)
{
	/* Owner, type and class stand there; names that stand already are written alike. */
	return a_ttl_at - a == b_ttl_at - b && memcmp(block + a, block + b, a_ttl_at - a) == 0;
}

size_t
parcel_fitting(const uint8_t *block, const uint16_t *ttl_at, unsigned count, size_t room,
    unsigned *records)
{
	size_t whole = 0, start = 0;

	*records = 0;
	for (unsigned i = 0, first = 0; i < count; i++) {
		size_t end = parcel_record_end(block, ttl_at[i]);
		bool last = i + 1 == count ||
		    !parcel_same_set(block, start, ttl_at[first], end, ttl_at[i + 1]);

		if (end > room)
			break;
		if (last) {
			whole = start = end;
			first = i + 1;
			*records = first;
		}
	}
	return whole;
}

/*
 * The places in the message of the labels of the name at `at`: places[n] of the one n octets into
 * it.  The name's length; 0: it is none, or out of a pointer's reach.
 */
static size_t
find_labels(const struct wire_writer *writer, size_t at, uint16_t places[DNS_NAME_MAX])
{
	size_t done = 0;

	for (unsigned jumps = 0; at < writer->len && at <= POINTER_REACH && done < DNS_NAME_MAX;) {
		uint8_t octet = writer->buf[at];

		if (octet >= 0xC0 && at + 1 < writer->len && jumps++ < JUMPS_MAX) {
			at = wire_get_u16(writer->buf + at) & POINTER_REACH;
			continue;
		}
		places[done] = (uint16_t)at;
		done += octet + 1u;
		at += octet + 1u;
		if (octet == 0)
			return done;
		if (octet > 63)
			return 0;
	}
	return 0;
}

/* Pointers in the copied octets lead to where the things now stand; false: one cannot. */
static bool
relocate(const struct parcel *parcel, const struct wire_writer *writer, size_t name_at, size_t to,
    size_t len)
{
	const uint16_t *pointers = parcel->places + parcel_records(parcel);
	size_t base = parcel_base(parcel);
	uint16_t places[DNS_NAME_MAX] = { 0 };
	size_t asked_len = find_labels(writer, name_at, places);

	if (asked_len < parcel->name_len)
		return false;
	/* An NXDOMAIN speaks for all names below its own, too (RFC 8020). */
	const uint16_t *labels = places + (asked_len - parcel->name_len);
	for (unsigned i = 0; i < parcel->pointers && pointers[i] < len; i++) {
		uint8_t *pointer = writer->buf + to + pointers[i];
		size_t target = wire_get_u16(pointer) & POINTER_REACH;

		target = target < base ? labels[target - DNS_HEADER_LEN] : target - base + to;
		if (target > POINTER_REACH)
			return false;
		wire_set_u16(pointer, (uint16_t)(DNS_POINTER | target));
	}
	return true;
}

static void
set_ttls(const struct parcel *parcel, const struct parcel_placing *placing, uint8_t *block,
    unsigned records)
{
	for (unsigned i = 0; i < records; i++) {
		uint8_t *at = block + parcel->places[i];
		uint32_t ttl_s = wire_get_u32(at);

		if (placing->stale)
			ttl_s = PARCEL_STALE_TTL_S;
		else
			ttl_s = ttl_s > placing->age_s ? ttl_s - placing->age_s : 0;
		wire_set_u32(at, ttl_s);
	}
}

/* The octets of the block, with the addresses turned. */
static void
copy_block(const struct parcel *parcel, uint8_t *to, size_t len, uint32_t rotation)
{
	const uint8_t *block = parcel_block(parcel);
	size_t turned = (size_t)parcel->turn_count * parcel->turn_len;
	size_t begin = parcel->turn_at;

	if (turned == 0 || begin + turned > len) {
		memcpy(to, block, len);
		return;
	}
	size_t first = (size_t)(rotation % parcel->turn_count) * parcel->turn_len;
	memcpy(to, block, begin);
	memcpy(to + begin, block + begin + first, turned - first);
	memcpy(to + begin + turned - first, block + begin, first);
	memcpy(to + begin + turned, block + begin + turned, len - begin - turned);
}

void
parcel_write(const struct parcel *parcel, const struct parcel_placing *placing,
    struct wire_writer *writer, struct parcel_fit *fit)
{
	unsigned records = parcel_records(parcel);
	size_t room = writer->err != 0 ? 0 : writer->size - writer->len;
	size_t len = parcel->block_len, to = writer->len;

	*fit = (struct parcel_fit){ .truncated = len > room };
	if (fit->truncated)
		len = parcel_fitting(parcel_block(parcel), parcel->places, records, room,
		    &records);
	fit->links = parcel->links;
	if (len == 0)
		return;
	copy_block(parcel, writer->buf + to, len, placing->rotation);
	if ((to != parcel_base(parcel) || placing->name_at != DNS_HEADER_LEN) &&
	    !relocate(parcel, writer, placing->name_at, to, len)) {
		fit->truncated = true;
		return;
	}
	set_ttls(parcel, placing, writer->buf + to, records);
	writer->len += len;
	fit->answers = (uint16_t)(records < parcel->answers ? records : parcel->answers);
	fit->authorities = (uint16_t)(records - fit->answers);
	size_t last = parcel->last_name_at;
	if (last >= parcel_base(parcel))
		last += to - parcel_base(parcel);
	else if (placing->name_at != DNS_HEADER_LEN)
		last = 0;
	fit->last_name_at = last <= POINTER_REACH ? (uint16_t)last : 0;
}
