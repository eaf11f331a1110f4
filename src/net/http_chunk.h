/*
 * http_chunk.h - the framing of a chunked body, octet by octet (RFC 9112, 7.1).  Thread: any;
 * no I/O.
 */
#ifndef ROLLCALL_NET_HTTP_CHUNK_H
#define ROLLCALL_NET_HTTP_CHUNK_H
#include <stdint.h>

enum http_chunk_step {
	HTTP_CHUNK_MORE,        /* go on with the next octet */
	HTTP_CHUNK_DATA,        /* `size` octets of data follow, then more framing */
	HTTP_CHUNK_DONE,        /* the last chunk and the trailers were it */
	HTTP_CHUNK_BAD_SIZE,
	HTTP_CHUNK_BAD_END,     /* no line end after a chunk's data */
};

/* Zeroed to begin with; read `size` only. */
struct http_chunk {
	uint64_t size;          /* of the chunk whose data follow */
	uint8_t state;
	uint8_t digits;
};

/* Take in one octet of framing.  After DONE or BAD no more. */
enum http_chunk_step http_chunk_feed(struct http_chunk *chunk, uint8_t c);
#endif
