/*
 * parcel_parts.h - what reading and packing a reply share; for parcel_*.c alone.  Thread: any.
 */
#ifndef ROLLCALL_DNS_PARCEL_PARTS_H
#define ROLLCALL_DNS_PARCEL_PARTS_H
#include "dns/parcel.h"
#include "dns/wire.h"

#define PACK_BLOCK_MAX (DNS_MESSAGE_MAX - DNS_HEADER_LEN - 5)
#define PACK_RECORDS_MAX (PACK_BLOCK_MAX / 11)  /* the root's name, and what all records have */
#define PACK_POINTERS_MAX (PACK_BLOCK_MAX / 5)  /* at most 3 in the 16 octets of a MINFO record */
#define PACK_NAMES 64                           /* a power of two */

/* The records of a parcel while it grows. */
struct parcel_pack {
	const struct asked *asked;
	size_t base;                    /* place in a message where the block begins */
	struct wire_writer writer;      /* over the block */
	unsigned records;
	unsigned pointers;
	size_t turn_at;
	unsigned turn_count;
	uint8_t turn_len;
	bool turn_split;                /* not all addresses lie together */
	/* Where names and their ends stand; one with the same place in the table replaces it. */
	struct {
		uint32_t hash;
		uint16_t at;            /* place in the message; 0: free */
	} names[PACK_NAMES];
	uint16_t ttl_at[PACK_RECORDS_MAX];
	uint16_t pointer_at[PACK_POINTERS_MAX];
	uint8_t block[PACK_BLOCK_MAX];
};

/* A record of an upstream's reply; its rdata is still in the reply. */
struct parcel_record {
	uint8_t owner[DNS_NAME_MAX];
	uint8_t owner_len;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	uint16_t rdata_len;
	size_t rdata_at;
};

/* Empty, but for the question's name.  Does not touch the room for records. */
void parcel_pack_init(struct parcel_pack *pack, const struct asked *asked);

/*
 * Add a record: `reader` is over the reply and is left behind the record.  Names in the rdata of
 * known types are written anew, all else octet by octet (RFC 3597, 4).  An address `turns` if it
 * is one of the chain's end.  The name that its rdata begins with stands at *name_at afterwards
 * (NULL: nobody asks).  Errors stick to the reader (malformed rdata) or the pack's writer (too
 * much).
 */
void parcel_pack_add(struct parcel_pack *pack, const struct parcel_record *record, bool turns,
    struct wire_reader *reader, size_t *name_at);

/* All is added: give the records of a set one TTL, the least (RFC 2181, 5.2). */
void parcel_pack_settle(struct parcel_pack *pack);
/* A parcel of what is packed; NULL: no memory.  The caller counts, dates and flags it. */
struct parcel *parcel_pack_build(const struct parcel_pack *pack);

/*
 * The octets of records from the first on whose sets are whole within `room`; *records: how many.
 * `ttl_at` has the places of their TTLs.
 */
size_t parcel_fitting(const uint8_t *block, const uint16_t *ttl_at, unsigned count, size_t room,
    unsigned *records);
/* The place behind the record whose TTL is at `ttl_at`. */
size_t parcel_record_end(const uint8_t *block, size_t ttl_at);
/* Are two records, from their starts to their TTLs, of one set? */
bool parcel_same_set(const uint8_t *block, size_t a, size_t a_ttl_at, size_t b, size_t b_ttl_at);
#endif
