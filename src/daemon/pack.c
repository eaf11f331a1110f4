/* pack.c - numbers and texts to octets of a state record, and back. */
#include "daemon/pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"

static uint8_t *
grow(struct pack_writer *writer, size_t octets)
{
	uint8_t *at;

	if (writer->err != 0)
		return NULL;
	writer->err = array_reserve(&writer->data, &writer->room, writer->len + octets, 1);
	if (writer->err != 0)
		return NULL;
	at = writer->data + writer->len;
	writer->len += octets;
	return at;
}

static const uint8_t *
take(struct pack_reader *reader, size_t octets)
{
	const uint8_t *at = reader->data + reader->at;

	if (reader->err == 0 && octets > reader->len - reader->at)
		reader->err = ERR_SYNTAX;
	if (reader->err != 0)
		return NULL;
	reader->at += octets;
	return at;
}

void
pack_number(struct pack_writer *writer, uint64_t value, size_t octets)
{
	uint8_t *at = grow(writer, octets);

	if (at == NULL)
		return;
	for (size_t i = 0; i < octets; i++)
		at[i] = (uint8_t)(value >> (8 * (octets - 1 - i)));
}

void
pack_octets(struct pack_writer *writer, const uint8_t *octets, size_t len)
{
	uint8_t *at = grow(writer, len);

	if (at != NULL && len > 0)
		memcpy(at, octets, len);
}

void
pack_text(struct pack_writer *writer, const char *text)
{
	size_t len = strlen(text);

	if (len > UINT16_MAX && writer->err == 0)
		writer->err = ERR_LIMIT;
	pack_number(writer, len, 2);
	pack_octets(writer, (const uint8_t *)text, len);
}

void
pack_addr(struct pack_writer *writer, const struct addr *addr)
{
	pack_number(writer, addr->family, 1);
	pack_octets(writer, addr->octets, addr_len(addr));
}

void
pack_writer_clear(struct pack_writer *writer)
{
	writer->len = 0;
	writer->err = 0;
}

void
pack_writer_release(struct pack_writer *writer)
{
	free(writer->data);
	memset(writer, 0, sizeof(*writer));
}

uint64_t
unpack_number(struct pack_reader *reader, size_t octets)
{
	const uint8_t *at = take(reader, octets);
	uint64_t value = 0;

	for (size_t i = 0; at != NULL && i < octets; i++)
		value = value << 8 | at[i];
	return value;
}

const char *
unpack_text(struct pack_reader *reader, struct arena *arena)
{
	size_t len = (size_t)unpack_number(reader, 2);
	const uint8_t *at = take(reader, len);
	const char *text;

	if (at == NULL)
		return "";
	if (memchr(at, '\0', len) != NULL) {
		reader->err = ERR_SYNTAX;
		return "";
	}
	text = arena_text_n(arena, (const char *)at, len);
	if (text == NULL) {
		reader->err = ERR_NOMEM;
		return "";
	}
	return text;
}

void
unpack_skip_text(struct pack_reader *reader)
{
	take(reader, (size_t)unpack_number(reader, 2));
}

void
unpack_addr(struct pack_reader *reader, struct addr *addr)
{
	uint8_t family = (uint8_t)unpack_number(reader, 1);
	const uint8_t *at;

	memset(addr, 0, sizeof(*addr));
	if (family != ADDR_NONE && family != ADDR_IP4 && family != ADDR_IP6 && reader->err == 0)
		reader->err = ERR_SYNTAX;
	if (reader->err != 0)
		return;
	addr->family = family;
	at = take(reader, addr_len(addr));
	if (at != NULL)
		memcpy(addr->octets, at, addr_len(addr));
}

int
unpack_end(const struct pack_reader *reader)
{
	if (reader->err != 0)
		return reader->err;
	return reader->at == reader->len ? 0 : ERR_SYNTAX;
}
