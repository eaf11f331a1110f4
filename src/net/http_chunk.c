/* http_chunk.c - the framing of a chunked body, octet by octet. */
#include "net/http_chunk.h"

/* 60 bits: no sum of ours overflows, and nobody sends an exabyte. */
#define DIGITS_MAX 15

enum state {
	STATE_SIZE,
	STATE_EXTENSION,
	STATE_SIZE_LF,
	STATE_DATA_CR,          /* after the data */
	STATE_DATA_LF,
	STATE_TRAILER_LINE,     /* at the first octet of a trailer line */
	STATE_TRAILER,
	STATE_TRAILER_LF,
};

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The line with the size is complete; a size of 0 is the last one. */
static enum http_chunk_step
end_size(struct http_chunk *chunk)
{
	chunk->digits = 0;
	if (chunk->size == 0) {
		chunk->state = STATE_TRAILER_LINE;
		return HTTP_CHUNK_MORE;
	}
	chunk->state = STATE_DATA_CR;
	return HTTP_CHUNK_DATA;
}

static enum http_chunk_step
feed_size(struct http_chunk *chunk, uint8_t c)
{
	int digit = hex_value(c);

	if (digit >= 0 && chunk->digits < DIGITS_MAX) {
		if (chunk->digits++ == 0)
			chunk->size = 0;
		chunk->size = 16 * chunk->size + (uint64_t)digit;
		return HTTP_CHUNK_MORE;
	}
	if (digit >= 0 || chunk->digits == 0)
		return HTTP_CHUNK_BAD_SIZE;
	if (c == '\n')
		return end_size(chunk);
	if (c == '\r')
		chunk->state = STATE_SIZE_LF;
	else if (c == ';' || c == ' ' || c == '\t')
		chunk->state = STATE_EXTENSION;
	else
		return HTTP_CHUNK_BAD_SIZE;
	return HTTP_CHUNK_MORE;
}

static enum http_chunk_step
feed_extension(struct http_chunk *chunk, uint8_t c)
{
	if (c == '\n')
		return end_size(chunk);
	if (c == '\r')
		chunk->state = STATE_SIZE_LF;
	else if ((c < 0x20 && c != '\t') || c == 0x7f)
		return HTTP_CHUNK_BAD_SIZE;
	return HTTP_CHUNK_MORE;
}

static enum http_chunk_step
feed_data_end(struct http_chunk *chunk, uint8_t c)
{
	if (c == '\r' && chunk->state == STATE_DATA_CR)
		chunk->state = STATE_DATA_LF;
	else if (c == '\n')
		chunk->state = STATE_SIZE;
	else
		return HTTP_CHUNK_BAD_END;
	return HTTP_CHUNK_MORE;
}

enum http_chunk_step
http_chunk_feed(struct http_chunk *chunk, uint8_t c)
{
	switch ((enum state)chunk->state) {
	case STATE_SIZE:
		return feed_size(chunk, c);
	case STATE_EXTENSION:
		return feed_extension(chunk, c);
	case STATE_SIZE_LF:
		return c == '\n' ? end_size(chunk) : HTTP_CHUNK_BAD_SIZE;
	case STATE_DATA_CR:
	case STATE_DATA_LF:
		return feed_data_end(chunk, c);
	case STATE_TRAILER_LINE:
		if (c == '\n')
			return HTTP_CHUNK_DONE;
		chunk->state = c == '\r' ? STATE_TRAILER_LF : STATE_TRAILER;
		break;
	case STATE_TRAILER:
		if (c == '\n')
			chunk->state = STATE_TRAILER_LINE;
		break;
	case STATE_TRAILER_LF:
		return c == '\n' ? HTTP_CHUNK_DONE : HTTP_CHUNK_BAD_END;
	}
	return HTTP_CHUNK_MORE;
}
