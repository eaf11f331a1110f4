/* tsig.c - messages signed with a secret that both sides have. */
#include "dns/tsig.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/name.h"
#include "dns/wire.h"

#define CLASS_ANY 255
#define RECORD_FIXED 10         /* type, class, TTL, length of rdata */
#define OTHER_TIME_LEN 6
#define MAC_MIN 10              /* RFC 8945, 5.2.2.1 */

struct tsig_key {
	_Atomic unsigned refs;
	uint8_t name[DNS_NAME_MAX];
	const struct algorithm *algorithm;
	EVP_MAC_CTX *context;           /* with the secret; copied for each MAC */
	size_t secret_len;
	uint8_t secret[];
};

static const struct algorithm {
	const char *text;
	const char *digest;             /* libcrypto's name */
	uint16_t mac_len;
} algorithms[] = {
	{ "hmac-sha256", "SHA256", 32 },
	{ "hmac-sha224", "SHA224", 28 },
	{ "hmac-sha384", "SHA384", 48 },
	{ "hmac-sha512", "SHA512", 64 },
	{ "hmac-sha1", "SHA1", 20 },
};
#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* ---- keys ---------------------------------------------------------------------------------- */

static const struct algorithm *
find_algorithm(const char *text)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (strcmp(algorithms[i].text, text) == 0)
			return &algorithms[i];
	return NULL;
}

bool
tsig_algorithm_is_known(const char *algorithm)
{
	return find_algorithm(algorithm) != NULL;
}

static EVP_MAC_CTX *
new_context(const struct tsig_key *key)
{
	char digest[16];
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	strcpy(digest, key->algorithm->digest);
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_free(mac);
	if (context != NULL && EVP_MAC_init(context, key->secret, key->secret_len, params) != 1) {
		EVP_MAC_CTX_free(context);
		return NULL;
	}
	return context;
}

int
tsig_key_new(const uint8_t *name, const char *algorithm, const uint8_t *secret, size_t secret_len,
    struct tsig_key **out)
{
	const struct algorithm *found = find_algorithm(algorithm);
	size_t len = name_len(name);

	if (found == NULL || secret_len == 0 || !name_is_valid(name, len))
		return ERR_INVALID;
	struct tsig_key *key = calloc(1, sizeof(*key) + secret_len);
	if (key == NULL)
		return ERR_NOMEM;
	atomic_init(&key->refs, 1);
	memcpy(key->name, name, len);
	name_fold(key->name, len);
	key->algorithm = found;
	key->secret_len = secret_len;
	memcpy(key->secret, secret, secret_len);
	key->context = new_context(key);
	if (key->context == NULL) {
		tsig_key_free(key);
		return ERR_NOMEM;
	}
	*out = key;
	return 0;
}

const struct tsig_key *
tsig_key_ref(const struct tsig_key *key)
{
	/* All else in it is immutable. */
	struct tsig_key *counted = (struct tsig_key *)(uintptr_t)key;

	atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
	return key;
}

void
tsig_key_free(const struct tsig_key *counted)
{
	struct tsig_key *key = (struct tsig_key *)(uintptr_t)counted;

	if (key == NULL || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) > 1)
		return;
	EVP_MAC_CTX_free(key->context);
	OPENSSL_cleanse(key->secret, key->secret_len);
	free(key);
}

int
tsig_secret_read(const char *text, uint8_t *octets, size_t size, size_t *len)
{
	size_t text_len = strlen(text), padding = 0;

	if (text_len == 0 || text_len % 4 != 0)
		return ERR_SYNTAX;
	if (text_len / 4 * 3 > size)
		return ERR_LIMIT;
	for (; padding < 2 && text[text_len - 1 - padding] == '='; padding++)
		continue;
	int decoded = EVP_DecodeBlock(octets, (const uint8_t *)text, (int)text_len);
	if (decoded < 0 || (size_t)decoded <= padding)
		return ERR_SYNTAX;
	*len = (size_t)decoded - padding;
	return 0;
}

const uint8_t *
tsig_key_name(const struct tsig_key *key)
{
	return key->name;
}

/* ---- the record ---------------------------------------------------------------------------- */

/* What a TSIG record says (RFC 8945, 4.2). */
struct record {
	size_t at;                      /* where in the message it begins */
	uint8_t name[DNS_NAME_MAX];
	uint8_t algorithm[DNS_NAME_MAX];
	uint64_t time_s;
	uint16_t fudge_s;
	const uint8_t *mac;
	uint16_t mac_len;
	uint16_t id;
	uint16_t error;
	const uint8_t *other;
	uint16_t other_len;
};

static void
write_time(struct wire_writer *writer, uint64_t time_s)
{
	wire_write_u16(writer, (uint16_t)(time_s >> 32));
	wire_write_u32(writer, (uint32_t)time_s);
}

/* Move to where the last record begins; false: there is no such record. */
static bool
find_last(struct wire_reader *reader)
{
	const uint8_t *buf = reader->buf;
	uint32_t records = (uint32_t)wire_get_u16(buf + 6) + wire_get_u16(buf + 8) +
	    wire_get_u16(buf + 10);

	reader->at = DNS_HEADER_LEN;
	for (unsigned left = wire_get_u16(buf + 4); left > 0 && reader->err == 0; left--) {
		wire_skip_name(reader);
		wire_skip(reader, 4);
	}
	for (; records > 1 && reader->err == 0; records--) {
		wire_skip_name(reader);
		wire_skip(reader, 8);
		wire_skip(reader, wire_read_u16(reader));
	}
	return records == 1 && reader->err == 0 && wire_get_u16(buf + 10) > 0;
}

static void
read_rdata(struct wire_reader *reader, struct record *record)
{
	size_t at = reader->at;
	size_t len = wire_read_name(reader);

	memcpy(record->algorithm, reader->buf + at, len);
	name_fold(record->algorithm, len);
	record->time_s = (uint64_t)wire_read_u16(reader) << 32;
	record->time_s |= wire_read_u32(reader);
	record->fudge_s = wire_read_u16(reader);
	record->mac_len = wire_read_u16(reader);
	record->mac = wire_read_octets(reader, record->mac_len);
	record->id = wire_read_u16(reader);
	record->error = wire_read_u16(reader);
	record->other_len = wire_read_u16(reader);
	record->other = wire_read_octets(reader, record->other_len);
}

/*
 * The record at the end of the message; false: there is none.  reader.err: it is none that can be
 * read.
 */
static bool
read_record(struct wire_reader *reader, struct record *record)
{
	if (!find_last(reader))
		return false;
	struct wire_reader name = *reader;
	record->at = reader->at;
	wire_skip_name(reader);
	if (wire_read_u16(reader) != DNS_TYPE_TSIG || reader->err != 0)
		return false;
	/* A TSIG of a name that points nowhere is a wrong one, not none (RFC 8945, 5.2). */
	name_fold(record->name, wire_expand_name(&name, record->name));
	reader->err = name.err;
	wire_skip(reader, RECORD_FIXED - 2 - 2);
	uint16_t rdata_len = wire_read_u16(reader);
	if (rdata_len != wire_left(reader))
		reader->err = ERR_SYNTAX;
	read_rdata(reader, record);
	if (wire_left(reader) > 0)
		reader->err = ERR_SYNTAX;
	return true;
}

/* ---- MACs ---------------------------------------------------------------------------------- */

/* The message without its TSIG, its id as it was signed. */
struct text {
	const uint8_t *message;
	size_t len;
	uint16_t id;
	uint16_t additional;            /* records there, the TSIG not counted */
};

static bool
add(EVP_MAC_CTX *context, const void *data, size_t len)
{
	return EVP_MAC_update(context, data, len) == 1;
}

static bool
add_message(EVP_MAC_CTX *context, const struct text *text)
{
	uint8_t header[DNS_HEADER_LEN];

	memcpy(header, text->message, sizeof(header));
	wire_set_u16(header, text->id);
	wire_set_u16(header + 10, text->additional);
	return add(context, header, sizeof(header)) &&
	    add(context, text->message + sizeof(header), text->len - sizeof(header));
}

/* Names, class, TTL, times, error (RFC 8945, 4.3.3); of later messages only the times (5.3.1). */
static bool
add_variables(EVP_MAC_CTX *context, const struct record *record, bool timers_only)
{
	uint8_t buf[2 * DNS_NAME_MAX + 24];
	struct wire_writer writer;

	wire_writer_init(&writer, buf, sizeof(buf));
	if (!timers_only) {
		wire_write_octets(&writer, record->name, name_len(record->name));
		wire_write_u16(&writer, CLASS_ANY);
		wire_write_u32(&writer, 0);
		wire_write_octets(&writer, record->algorithm, name_len(record->algorithm));
	}
	write_time(&writer, record->time_s);
	wire_write_u16(&writer, record->fudge_s);
	if (!timers_only) {
		wire_write_u16(&writer, record->error);
		wire_write_u16(&writer, record->other_len);
	}
	return add(context, buf, writer.len) &&
	    (timers_only || record->other_len == 0 ||
	    add(context, record->other, record->other_len));
}

/* `prior`: the MAC of the message before, NULL: none. */
static int
make_mac(const struct tsig_key *key, const struct tsig *prior, const struct text *text,
    const struct record *record, bool timers_only, uint8_t mac[TSIG_MAC_MAX])
{
	EVP_MAC_CTX *context = EVP_MAC_CTX_dup(key->context);
	uint8_t prior_len[2];
	size_t len;

	if (context == NULL)
		return ERR_NOMEM;
	bool good = true;
	if (prior != NULL) {
		wire_set_u16(prior_len, prior->mac_len);
		good = add(context, prior_len, 2) && add(context, prior->mac, prior->mac_len);
	}
	good = good && add_message(context, text) && add_variables(context, record, timers_only) &&
	    EVP_MAC_final(context, mac, &len, TSIG_MAC_MAX) == 1;
	EVP_MAC_CTX_free(context);
	return good ? 0 : ERR_NOMEM;
}

/* ---- taking -------------------------------------------------------------------------------- */

static bool
is_algorithm(const uint8_t *name, const struct algorithm *algorithm)
{
	size_t len = strlen(algorithm->text);

	return name[0] == len && memcmp(name + 1, algorithm->text, len) == 0 && name[1 + len] == 0;
}

static const struct tsig_key *
find_key(const struct tsig_key *const *keys, size_t count, const struct record *record)
{
	for (size_t i = 0; i < count; i++)
		if (name_equal(keys[i]->name, record->name) &&
		    is_algorithm(record->algorithm, keys[i]->algorithm))
			return keys[i];
	return NULL;
}

/* RFC 8945, 5.2: the key, the MAC, the time, in this order. */
static int
check(struct tsig *tsig, const struct tsig *prior, const struct text *text,
    const struct record *record, uint64_t now_s)
{
	uint8_t mac[TSIG_MAC_MAX];
	uint16_t full = tsig->key->algorithm->mac_len;
	uint64_t apart = now_s > record->time_s ? now_s - record->time_s : record->time_s - now_s;
	int err = make_mac(tsig->key, prior, text, record, false, mac);

	if (err != 0)
		return err;
	if (record->mac_len > full || (record->mac_len < full &&
	    (record->mac_len < MAC_MIN || record->mac_len < full / 2)))
		return record->mac_len == 0 ? (tsig->error = TSIG_BADSIG, 0) : ERR_SYNTAX;
	if (CRYPTO_memcmp(mac, record->mac, record->mac_len) != 0)
		tsig->error = TSIG_BADSIG;
	else if (record->mac_len < full)
		tsig->error = TSIG_BADTRUNC;
	else if (apart > record->fudge_s || apart > TSIG_FUDGE_S)
		tsig->error = TSIG_BADTIME;
	tsig->mac_len = record->mac_len;
	memcpy(tsig->mac, record->mac, record->mac_len);
	return 0;
}

static int
take(struct tsig *tsig, const struct tsig *prior, const struct tsig_key *const *keys,
    size_t key_count, uint64_t now_s, uint8_t *message, size_t *len, bool *is_signed)
{
	struct wire_reader reader;
	struct record record = { .at = 0 };

	*is_signed = false;
	if (*len < DNS_HEADER_LEN)
		return ERR_SYNTAX;
	wire_reader_init(&reader, message, *len);
	if (!read_record(&reader, &record))
		return 0;
	*is_signed = true;
	if (reader.err != 0)
		return ERR_SYNTAX;
	*tsig = (struct tsig){ .time_s = record.time_s };
	memcpy(tsig->name, record.name, sizeof(record.name));
	memcpy(tsig->algorithm, record.algorithm, sizeof(record.algorithm));
	tsig->key = find_key(keys, key_count, &record);
	struct text text = { message, record.at, record.id,
		(uint16_t)(wire_get_u16(message + 10) - 1) };
	if (tsig->key == NULL)
		tsig->error = TSIG_BADKEY;
	int err = tsig->key == NULL ? 0 : check(tsig, prior, &text, &record, now_s);
	if (err == 0) {
		wire_set_u16(message + 10, text.additional);
		*len = record.at;
	}
	return err;
}

int
tsig_take(struct tsig *tsig, const struct tsig_key *const *keys, size_t key_count, uint64_t now_s,
    uint8_t *message, size_t *len, bool *is_signed)
{
	return take(tsig, NULL, keys, key_count, now_s, message, len, is_signed);
}

int
tsig_take_answer(struct tsig *tsig, uint64_t now_s, uint8_t *message, size_t *len, bool *is_signed)
{
	struct tsig prior = *tsig;

	return take(tsig, &prior, &prior.key, 1, now_s, message, len, is_signed);
}

/* ---- signing ------------------------------------------------------------------------------- */

static int
write_record(const struct record *record, uint8_t *message, size_t *len, size_t size)
{
	struct wire_writer writer;

	wire_writer_init(&writer, message, size);
	writer.len = *len;
	wire_write_octets(&writer, record->name, name_len(record->name));
	wire_write_u16(&writer, DNS_TYPE_TSIG);
	wire_write_u16(&writer, CLASS_ANY);
	wire_write_u32(&writer, 0);
	wire_write_u16(&writer, (uint16_t)(name_len(record->algorithm) + 16 + record->mac_len +
	    record->other_len));
	wire_write_octets(&writer, record->algorithm, name_len(record->algorithm));
	write_time(&writer, record->time_s);
	wire_write_u16(&writer, record->fudge_s);
	wire_write_u16(&writer, record->mac_len);
	wire_write_octets(&writer, record->mac, record->mac_len);
	wire_write_u16(&writer, record->id);
	wire_write_u16(&writer, record->error);
	wire_write_u16(&writer, record->other_len);
	wire_write_octets(&writer, record->other, record->other_len);
	if (writer.err != 0)
		return ERR_FULL;
	wire_set_u16(message + 10, (uint16_t)(wire_get_u16(message + 10) + 1));
	*len = writer.len;
	return 0;
}

static int
sign(struct tsig *tsig, const struct tsig *prior, bool timers_only, struct record *record,
    uint8_t *message, size_t *len, size_t size)
{
	struct text text = { message, *len, wire_get_u16(message), wire_get_u16(message + 10) };
	uint8_t mac[TSIG_MAC_MAX];

	record->id = text.id;
	memcpy(record->name, tsig->name, sizeof(record->name));
	memcpy(record->algorithm, tsig->algorithm, sizeof(record->algorithm));
	/* Who cannot be known to have the key is not signed to (RFC 8945, 5.3.2). */
	if (tsig->key != NULL && tsig->error != TSIG_BADSIG && tsig->error != TSIG_BADKEY) {
		int err = make_mac(tsig->key, prior, &text, record, timers_only, mac);

		if (err != 0)
			return err;
		record->mac = mac;
		record->mac_len = tsig->key->algorithm->mac_len;
	}
	int err = write_record(record, message, len, size);
	if (err == 0) {
		tsig->mac_len = record->mac_len;
		if (record->mac_len > 0)
			memcpy(tsig->mac, record->mac, record->mac_len);
	}
	return err;
}

int
tsig_sign_query(struct tsig *tsig, const struct tsig_key *key, uint64_t now_s, uint8_t *message,
    size_t *len, size_t size)
{
	struct record record = { .time_s = now_s, .fudge_s = TSIG_FUDGE_S };
	size_t text_len = strlen(key->algorithm->text);

	*tsig = (struct tsig){ .key = key };
	memcpy(tsig->name, key->name, sizeof(tsig->name));
	tsig->algorithm[0] = (uint8_t)text_len;
	memcpy(tsig->algorithm + 1, key->algorithm->text, text_len);
	return sign(tsig, NULL, false, &record, message, len, size);
}

size_t
tsig_room(const struct tsig *tsig)
{
	return name_len(tsig->name) + name_len(tsig->algorithm) + RECORD_FIXED + 16 +
	    (tsig->key == NULL ? 0u : tsig->key->algorithm->mac_len) + OTHER_TIME_LEN;
}

int
tsig_sign_answer(struct tsig *tsig, bool first, uint64_t now_s, uint8_t *message, size_t *len,
    size_t size)
{
	uint8_t other[OTHER_TIME_LEN];
	struct wire_writer writer;
	struct record record = { .time_s = now_s, .fudge_s = TSIG_FUDGE_S, .error = tsig->error };

	/* The client's time comes back, ours beside it (RFC 8945, 5.2.3). */
	if (tsig->error == TSIG_BADTIME) {
		wire_writer_init(&writer, other, sizeof(other));
		write_time(&writer, now_s);
		record.time_s = tsig->time_s;
		record.other = other;
		record.other_len = sizeof(other);
	}
	return sign(tsig, tsig, !first, &record, message, len, size);
}
