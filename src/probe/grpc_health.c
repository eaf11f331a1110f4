/* grpc_health.c - the two messages of grpc.health.v1.Health/Check. */
#include "probe/grpc_health.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

/* gRPC over HTTP/2, "Length-Prefixed-Message": a flag, and the length in network order. */
#define FRAME_LEN 5
/* Protocol buffers: field 1 as length and octets, as varint. */
#define TAG_SERVICE 0x0a
#define TAG_STATUS 0x08

struct cursor {
	const uint8_t *at;
	size_t left;
	bool bad;               /* sticks */
};

static size_t
encode_varint(uint64_t value, char *octets)
{
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		octets[len++] = (char)(value | 0x80);
	octets[len++] = (char)value;
	return len;
}

void
grpc_health_add_request(struct strbuf *out, const char *service)
{
	size_t service_len = strlen(service);
	char field[1 + 10] = { TAG_SERVICE };
	size_t field_len = service_len == 0 ? 0 : 1 + encode_varint(service_len, field + 1);
	size_t len = field_len + service_len;
	char frame[FRAME_LEN] = { 0, (char)(len >> 24), (char)(len >> 16), (char)(len >> 8),
	    (char)len };

	strbuf_add_n(out, frame, sizeof(frame));
	strbuf_add_n(out, field, field_len);
	strbuf_add_n(out, service, service_len);
}

static const uint8_t *
take(struct cursor *cursor, uint64_t len)
{
	const uint8_t *at = cursor->at;

	if (cursor->bad || len > cursor->left) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += len;
	cursor->left -= (size_t)len;
	return at;
}

static uint64_t
take_varint(struct cursor *cursor)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		const uint8_t *octet = take(cursor, 1);

		if (octet == NULL)
			return 0;
		value |= (uint64_t)(*octet & 0x7f) << shift;
		if ((*octet & 0x80) == 0)
			return value;
	}
	cursor->bad = true;
	return 0;
}

/* A field that we do not know. */
static void
skip_field(struct cursor *cursor, uint64_t tag)
{
	switch (tag & 7) {
	case 0:
		take_varint(cursor);
		break;
	case 1:
		take(cursor, 8);
		break;
	case 2:
		take(cursor, take_varint(cursor));
		break;
	case 5:
		take(cursor, 4);
		break;
	default:
		cursor->bad = true;
		break;
	}
}

int
grpc_health_read_response(const void *data, size_t len, int *status)
{
	struct cursor cursor = { data, len, false };
	const uint8_t *frame = take(&cursor, FRAME_LEN);
	uint64_t value = GRPC_UNKNOWN;  /* what is not sent is the default */

	if (frame == NULL || frame[0] != 0)
		return ERR_SYNTAX;
	uint32_t stated = (uint32_t)frame[1] << 24 | (uint32_t)frame[2] << 16 |
	    (uint32_t)frame[3] << 8 | frame[4];

	if (stated != cursor.left)
		return ERR_SYNTAX;
	while (cursor.left > 0 && !cursor.bad) {
		uint64_t tag = take_varint(&cursor);

		if (tag == TAG_STATUS)
			value = take_varint(&cursor);
		else
			skip_field(&cursor, tag);
	}
	if (cursor.bad || value > INT_MAX)
		return ERR_SYNTAX;
	*status = (int)value;
	return 0;
}
