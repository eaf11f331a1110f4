/* pack.h - numbers and texts to octets of a state record, and back.  Thread: control. */
#ifndef ROLLCALL_DAEMON_PACK_H
#define ROLLCALL_DAEMON_PACK_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct arena;

/* Writes grow the buffer; the first error sticks.  Start with PACK_WRITER_INIT. */
struct pack_writer {
	uint8_t *data;          /* owned; pack_writer_release */
	size_t len;
	size_t room;
	int err;
};
#define PACK_WRITER_INIT { NULL, 0, 0, 0 }

void pack_number(struct pack_writer *writer, uint64_t value, size_t octets);
/* At most 65,535 octets: more is ERR_LIMIT. */
void pack_text(struct pack_writer *writer, const char *text);
void pack_octets(struct pack_writer *writer, const uint8_t *octets, size_t len);
void pack_addr(struct pack_writer *writer, const struct addr *addr);
void pack_writer_clear(struct pack_writer *writer);
void pack_writer_release(struct pack_writer *writer);

/* Reads past the end give zeros and set err to ERR_SYNTAX, which sticks: check once at the end. */
struct pack_reader {
	const uint8_t *data;
	size_t len;
	size_t at;
	int err;
};

uint64_t unpack_number(struct pack_reader *reader, size_t octets);
/* A copy in `arena`; "" after an error. */
const char *unpack_text(struct pack_reader *reader, struct arena *arena);
void unpack_skip_text(struct pack_reader *reader);
void unpack_addr(struct pack_reader *reader, struct addr *addr);
/* 0 when all was read without an error and nothing is left over. */
int unpack_end(const struct pack_reader *reader);
#endif
