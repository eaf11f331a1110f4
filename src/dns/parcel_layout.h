/*
 * parcel_layout.h - how a parcel lies in memory, for those who make, copy and keep them.
 *
 * The octets behind the struct: the places, block_len octets of records, the asked name (folded).
 * Records lie and point as in a message of the asked name's question alone: a place in such a
 * message less parcel_base() is a place in the block.
 */
#ifndef ROLLCALL_DNS_PARCEL_LAYOUT_H
#define ROLLCALL_DNS_PARCEL_LAYOUT_H
#include <stdatomic.h>

#include "dns/parcel.h"
#include "dns/wire.h"

#define PARCEL_STALE_TTL_S 30           /* RFC 8767, 4 */
#define PARCEL_FAILURE_TTL_MAX_S 5      /* RFC 2308, 7.1 allows 300, RFC 9520, 3.2 wants 1 */
/*
 * The last place in a message that records are compressed against.  It leaves 4 KiB below the
 * 16 KiB that a pointer reaches for what stands before the parcel: eight CNAMEs and the question.
 */
#define PARCEL_TARGET_MAX 0x2FFF

enum parcel_flag {
	PARCEL_AUTHENTIC = 1,
	PARCEL_IS_NEGATIVE = 2,
	PARCEL_LEADS_TO_US = 4,
	/* NXDOMAIN of the asked name itself, with the SOA: nothing is below it (RFC 8020) */
	PARCEL_CUTS = 8,
	PARCEL_DNSSEC_OK = 16,          /* the asker's DO and CD */
	PARCEL_CHECKING_DISABLED = 32,
};

/* What belongs to the cache that holds it. */
struct parcel_marks {
	uint64_t stored_ms;
	uint64_t asked_ms;              /* when its question was sent */
	_Atomic uint64_t quiet_until_ms; /* no new question before; after a failure */
	uint32_t stale_s;               /* it may serve so long after its end */
	bool prefetch;
	_Atomic uint8_t hits;           /* stops at 255 */
	_Atomic bool used;              /* since the sweep came by */
	_Atomic bool refreshing;        /* somebody was told to ask anew */
};

struct parcel {
	struct parcel_marks marks;
	uint32_t size;                  /* octets of all */
	uint32_t ttl_s;
	uint16_t type;
	uint16_t answers;
	uint16_t authorities;
	uint16_t pointers;
	uint16_t block_len;
	uint16_t last_name_at;          /* place of the chain's last name */
	/* The addresses at the chain's end, each of turn_len octets; turn_count 0: none to turn. */
	uint16_t turn_at;               /* place in the block */
	uint16_t turn_count;
	uint8_t turn_len;
	uint8_t rcode;
	uint8_t flags;                  /* enum parcel_flag */
	uint8_t name_len;
	uint8_t links;                  /* CNAMEs of the chain */
	/* In the block: of each record's TTL, then of each compression pointer. */
	uint16_t places[];
};

static inline unsigned
parcel_records(const struct parcel *parcel)
{
	return 0u + parcel->answers + parcel->authorities;
}

static inline const uint8_t *
parcel_block(const struct parcel *parcel)
{
	return (const uint8_t *)(parcel->places + parcel_records(parcel) + parcel->pointers);
}

static inline const uint8_t *
parcel_name(const struct parcel *parcel)
{
	return parcel_block(parcel) + parcel->block_len;
}

static inline size_t
parcel_base(const struct parcel *parcel)
{
	return DNS_HEADER_LEN + (size_t)parcel->name_len + 4;
}
#endif
