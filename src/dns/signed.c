/* signed.c - queries with a TSIG: checked, answered like others, and signed. */
#include "dns/signed.h"

#include "base/clock.h"
#include "dns/dns_settings.h"
#include "dns/query.h"
#include "dns/transfer.h"
#include "dns/tsig.h"
#include "dns/wire.h"

#define FLAG_QR 0x80
#define KEEP_RD 0x79            /* opcode and RD come back as they were */
#define KEEP_CD 0x10            /* octet 3 (RFC 4035, 3.1.6) */
#define QUESTION_FIXED 4

/* A reply of the header and the question. */
static size_t
say(const struct query *query, uint8_t *buf, enum dns_rcode rcode)
{
	buf[2] = (uint8_t)((buf[2] & KEEP_RD) | FLAG_QR);
	buf[3] = (uint8_t)((buf[3] & KEEP_CD) | rcode);
	wire_set_u16(buf + 4, 1);
	wire_set_u16(buf + 6, 0);
	wire_set_u16(buf + 8, 0);
	wire_set_u16(buf + 10, 0);
	return DNS_HEADER_LEN + (size_t)query->name_len + QUESTION_FIXED;
}

/* What a reply may take, so that a TSIG fits behind it. */
static size_t
room_for(const struct responder *responder, enum transport transport, const struct query *query,
    size_t size)
{
	size_t limit = query->payload;

	if (transport == TRANSPORT_UDP) {
		if (limit > responder->settings->udp_size)
			limit = responder->settings->udp_size;
		if (limit < DNS_UDP_MIN)
			limit = DNS_UDP_MIN;
		if (limit < size)
			size = limit;
	}
	return size;
}

size_t
signed_answer(struct responder *responder, enum transport transport, const struct addr *client,
    const struct query *query, uint8_t *buf, size_t size)
{
	const struct transfer_access *access = responder->settings->transfer;
	uint64_t now_s = responder->clock == NULL ? 0 : clock_unix_s(responder->clock);
	size_t len = query->len, room = room_for(responder, transport, query, size);
	struct query plain;
	struct tsig tsig;
	bool is_signed;

	if (tsig_take(&tsig, access == NULL ? NULL : access->keys,
	    access == NULL ? 0 : access->key_count, now_s, buf, &len, &is_signed) != 0 ||
	    !is_signed)
		return say(query, buf, DNS_FORMERR);
	if (tsig.error != TSIG_NONE) {
		len = say(query, buf, DNS_NOTAUTH);
	} else {
		respond_begin(responder, buf, len, &plain);
		len = respond_finish(responder, transport, client, &plain, buf,
		    room - tsig_room(&tsig), NULL);
	}
	if (len == 0 || tsig_sign_answer(&tsig, true, now_s, buf, &len, size) != 0)
		return 0;
	return len;
}
