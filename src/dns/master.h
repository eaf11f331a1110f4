/*
 * master.h - a master file's text (RFC 1035, 5) to records.  Thread: any; pure.
 *
 * ldns reads; what it leaves open is settled here: $INCLUDE is refused, for a zone file must not
 * name other files; without $TTL the SOA's minimum is the default, as BIND takes it; names are
 * folded, because answers are found and compressed by folded names.
 */
#ifndef ROLLCALL_DNS_MASTER_H
#define ROLLCALL_DNS_MASTER_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;

struct master_record {
	const uint8_t *owner;           /* wire form, folded */
	const uint8_t *rdata;           /* wire form, uncompressed */
	uint32_t ttl_s;
	unsigned line;                  /* where it begins, from 1 */
	uint16_t rdata_len;
	uint16_t type;
	uint8_t owner_len;
};

struct master {
	struct arena *arena;            /* of the octets */
	struct master_record *records;  /* in the order of the file */
	size_t count;
	size_t room;
};

/*
 * All records of class IN.  What cannot be read is an error in diag, with its line.  ERR_INVALID:
 * there was one; ERR_CLOSED: *stop (NULL: never) became true; ERR_NOMEM.  master_release() in any
 * case.
 */
int master_read(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct master *master);
void master_release(struct master *master);
#endif
