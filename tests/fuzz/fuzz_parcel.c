/* fuzz_parcel.c - any reply of an upstream: what is kept of it is a sound message of its own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/parcel.h"
#include "dns/parcel_layout.h"
#include "dns/wire.h"

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "\3www\7example"

static const uint16_t types[8] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_MX, DNS_TYPE_ANY,
	DNS_TYPE_CNAME, DNS_TYPE_SRV, 35, 14 };

static bool
is_ours(void *arg, const uint8_t *name, size_t len)
{
	static const uint8_t zone[] = "\5local";

	(void)arg;
	MUST(name_len(name) == len);
	return name_is_under(name, zone);
}

/* Every name in front of a record can be read, and nothing is left over. */
static void
check_message(uint8_t *message, size_t len, const struct parcel_fit *fit)
{
	struct wire_reader reader;
	uint8_t name[DNS_NAME_MAX];

	wire_set_u16(message + 6, (uint16_t)(wire_get_u16(message + 6) + fit->answers));
	wire_set_u16(message + 8, fit->authorities);
	unsigned records = 0u + wire_get_u16(message + 6) + fit->authorities;
	wire_reader_init(&reader, message, len);
	wire_skip(&reader, DNS_HEADER_LEN);
	MUST(wire_expand_name(&reader, name) > 0);
	wire_skip(&reader, 4);
	for (unsigned i = 0; i < records; i++) {
		MUST(wire_expand_name(&reader, name) > 0);
		wire_skip(&reader, 8);
		wire_skip(&reader, wire_read_u16(&reader));
	}
	MUST(reader.err == 0 && wire_left(&reader) == 0);
}

/* As the answer to the same question: what is kept of that is the same. */
static void
check_again(const struct parcel_question *question, const struct parcel_rules *rules,
    const struct parcel *parcel, uint8_t *message, size_t len, uint8_t flags)
{
	struct parcel_reading reading;

	message[2] = 0x80 | (flags & 4);
	message[3] = parcel_rcode(parcel);
	enum parcel_verdict verdict = parcel_read(question, rules, message, len, &reading);
	MUST(verdict == (parcel_is_negative(parcel) ? PARCEL_NEGATIVE : PARCEL_GOOD));
	MUST(reading.parcel->block_len == parcel->block_len);
	MUST(reading.parcel->ttl_s == parcel->ttl_s);
	MUST(memcmp(parcel_block(reading.parcel), parcel_block(parcel), parcel->block_len) == 0);
	parcel_free(reading.parcel);
}

static void
check_parcel(const struct parcel_question *question, const struct parcel_rules *rules,
    const struct parcel *parcel, uint8_t flags)
{
	static uint8_t message[DNS_MESSAGE_MAX];
	static const uint8_t alias[] = "\3any\7example\0\0\1\0\1" "\xc0\x0c\0\5\0\1\0\0\0\0\0\6"
	    "\3www\xc0\x10";
	struct parcel_placing placing = { .name_at = DNS_HEADER_LEN };
	struct wire_writer writer;
	struct parcel_fit fit;
	uint8_t name[DNS_NAME_MAX];

	MUST(name_is_valid(name, parcel_last_name(parcel, name)));
	memcpy(message, "\x12\x34\x80\0\0\1\0\0\0\0\0\0" NAME "\0", 25);
	wire_set_u16(message + 25, question->asked->type);
	wire_set_u16(message + 27, DNS_CLASS_IN);
	for (size_t size = 29; size <= DNS_MESSAGE_MAX; size = size * 2 + 1) {
		memset(message + 6, 0, 6);
		wire_writer_init(&writer, message, size);
		writer.len = 29;
		parcel_write(parcel, &placing, &writer, &fit);
		MUST(fit.truncated == (size < 29u + parcel->block_len));
		check_message(message, writer.len, &fit);
	}
	wire_writer_init(&writer, message, sizeof(message));
	writer.len = 29;
	memset(message + 6, 0, 6);
	parcel_write(parcel, &placing, &writer, &fit);
	check_message(message, writer.len, &fit);
	check_again(question, rules, parcel, message, writer.len, flags);
	memcpy(message + 12, alias, sizeof(alias) - 1);
	memcpy(message + 6, "\0\1\0\0\0\0", 6);
	wire_writer_init(&writer, message, sizeof(message));
	writer.len = 12 + sizeof(alias) - 1;
	placing = (struct parcel_placing){ .name_at = 12 + 17 + 12, .age_s = 7, .rotation = 3 };
	parcel_write(parcel, &placing, &writer, &fit);
	check_message(message, writer.len, &fit);
}

/* The first octet is what was asked; then follow flags, counts and sections of the reply. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct asked asked = { .name_len = sizeof(NAME) };
	struct parcel_question question = { .asked = &asked, .name = asked.name, .id = 0x1234 };
	struct parcel_rules rules = { .max_ttl_s = 3600, .max_negative_ttl_s = 1800 };
	struct parcel_reading reading;

	if (size < 9 || size > 65000)
		return 0;
	memcpy(asked.name, NAME, sizeof(NAME));
	asked.type = types[data[0] >> 5];
	asked.dnssec_ok = data[0] & 1;
	asked.checking_disabled = data[0] & 2;
	rules.is_ours = data[0] & 4 ? is_ours : NULL;
	size_t len = 29 + size - 9;
	/* A block of the very size, so that a sanitizer sees reads behind the end. */
	uint8_t *reply = malloc(len);
	if (reply == NULL)
		return 0;
	memcpy(reply, "\x12\x34", 2);
	reply[2] = 0x80 | (data[1] & 7);
	reply[3] = data[2];
	memcpy(reply + 4, "\0\1", 2);
	memcpy(reply + 6, data + 3, 6);
	memcpy(reply + 12, asked.name, sizeof(NAME));
	wire_set_u16(reply + 25, asked.type);
	wire_set_u16(reply + 27, DNS_CLASS_IN);
	memcpy(reply + 29, data + 9, size - 9);
	enum parcel_verdict verdict = parcel_read(&question, &rules, reply, len, &reading);
	MUST(verdict != PARCEL_FOREIGN && verdict != PARCEL_WRONG_CASE);
	MUST((reading.parcel != NULL) == (verdict == PARCEL_GOOD || verdict == PARCEL_NEGATIVE));
	if (reading.parcel != NULL)
		check_parcel(&question, &rules, reading.parcel, data[1]);
	parcel_free(reading.parcel);
	free(reply);
	return 0;
}
