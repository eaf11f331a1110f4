/* doc_input.h - the octets libyaml reads, and where each of them stands.  Thread: any. */
#ifndef ROLLCALL_SOURCE_DOC_INPUT_H
#define ROLLCALL_SOURCE_DOC_INPUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place, in what libyaml sees, behind which the line is shorter than in the file. */
struct doc_shift {
	size_t line;                    /* from 0, as in yaml_mark_t */
	size_t column;
};

struct doc_input {
	const uint8_t *text;
	size_t len;
	size_t handed;                  /* octets given to libyaml so far */
	/* how far it may read before doc_input_allow() is called again */
	size_t budget;
	bool too_large;                 /* it wanted more than that */
	uint8_t *rewritten;             /* owned; NULL where the text is read as it is */
	struct doc_shift *shifts;       /* sorted */
	size_t shift_count;
	size_t shift_room;
};

/*
 * JSON writes characters beyond the BMP as two escapes (RFC 8259, 7), which libyaml refuses. In
 * documents that begin with { or [ each such pair is rewritten as one \U escape, which is two
 * octets shorter; the shifts put columns right again. YAML proper is read as it stands. `text`
 * is borrowed. 0 or ERR_NOMEM.
 */
int doc_input_init(struct doc_input *input, const void *text, size_t len);
void doc_input_release(struct doc_input *input);

/* A yaml_read_handler_t. */
int doc_input_handler(void *data, unsigned char *buffer, size_t size, size_t *size_read);

/*
 * libyaml reads ahead by a few buffers; what it may hold of one part is this much more than the
 * limit.
 */
#define DOC_INPUT_PART ((1UL << 20) + (256UL << 10))

/*
 * Let libyaml read `octets` beyond what it has. Bounds the memory a single huge scalar can
 * take.
 */
void doc_input_allow(struct doc_input *input, size_t octets);

/* A character by its number (yaml_mark_t.index) and its octet. */
struct doc_seek {
	size_t index;
	size_t octet;
};

/* Move forward to the character of this number; `seek` starts all zero.  UTF-8 only. */
void doc_input_seek(const struct doc_input *input, size_t index, struct doc_seek *seek);

/* Line and column as people count them, from those of a yaml_mark_t. */
void doc_input_place(const struct doc_input *input, size_t line, size_t column,
    unsigned *people_line,
    unsigned *people_column);

/* The same for an octet offset: libyaml's reader errors have nothing better. */
void doc_input_place_offset(const struct doc_input *input, size_t offset, unsigned *people_line,
    unsigned *people_column);
#endif
