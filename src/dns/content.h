/*
 * content.h - what one zone file or hosts file states, as entries ready to be put.
 *
 * Thread: made by any; from then on the owner's.
 */
#ifndef ROLLCALL_DNS_CONTENT_H
#define ROLLCALL_DNS_CONTENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct content {
	/* The zone; length 0: these are hosts, names of no zone. */
	uint8_t origin_len;
	uint8_t origin[DNS_NAME_MAX];   /* wire form, folded */
	unsigned soa_line;
	uint8_t *soa_rdata;
	uint16_t soa_len;
	uint32_t negative_ttl_s;        /* the lower of the SOA's TTL and minimum (RFC 2308, 3) */
	struct entry **entries;         /* by name, each name once */
	size_t count;
	size_t room;
};

/* NULL: no memory. */
struct content *content_new(void);
void content_free(struct content *content);

/* It is the content's, also on failure: ERR_NOMEM. */
int content_add(struct content *content, struct entry *entry);
/* Once all are in: in the order of their names. */
void content_sort(struct content *content);
#endif
