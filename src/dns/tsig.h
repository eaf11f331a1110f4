/*
 * tsig.h - messages signed with a secret that both sides have (RFC 8945).  Thread: any; pure.
 *
 * The MAC is libcrypto's HMAC, as in ldns; what it is taken of, and when, is said here.
 */
#ifndef ROLLCALL_DNS_TSIG_H
#define ROLLCALL_DNS_TSIG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct tsig_key;

#define TSIG_MAC_MAX 64
#define TSIG_FUDGE_S 300        /* RFC 8945, 10: how far clocks may be apart */
enum tsig_error {
	TSIG_NONE = 0, TSIG_BADSIG = 16, TSIG_BADKEY = 17, TSIG_BADTIME = 18, TSIG_BADTRUNC = 22,
};

/* "hmac-sha256" and the like: is it one of ours? */
bool tsig_algorithm_is_known(const char *algorithm);
/* The name in wire form, lower case; the secret's octets are copied.  ERR_INVALID, ERR_NOMEM. */
int tsig_key_new(const uint8_t *name, const char *algorithm, const uint8_t *secret,
    size_t secret_len, struct tsig_key **out);
/* One more who holds it, on any thread. */
const struct tsig_key *tsig_key_ref(const struct tsig_key *key);
/* One less; the last one wipes the secret.  NULL is allowed. */
void tsig_key_free(const struct tsig_key *key);
/* A secret as it is written, in base64.  ERR_SYNTAX; ERR_LIMIT: more than `size` octets. */
int tsig_secret_read(const char *text, uint8_t *octets, size_t size, size_t *len);
const uint8_t *tsig_key_name(const struct tsig_key *key);

/* The signatures of one exchange: of a query, then of each message of its answer. */
struct tsig {
	const struct tsig_key *key;     /* NULL: not signed, or by a key that nobody knows */
	uint16_t error;                 /* enum tsig_error */
	uint16_t mac_len;
	uint64_t time_s;                /* as the other side signed it, for BADTIME */
	uint8_t mac[TSIG_MAC_MAX];      /* of the message before */
	/* As they were asked for: what nobody knows is sent back. */
	uint8_t name[DNS_NAME_MAX];
	uint8_t algorithm[DNS_NAME_MAX];
};

/*
 * Take the TSIG off a message, if its last record is one, and see whether it is good: 0, and
 * tsig->error says how it is not.  *signed: it has one; *len is what is left.  ERR_SYNTAX: a
 * message, or a TSIG, that is none.
 */
int tsig_take(struct tsig *tsig, const struct tsig_key *const *keys, size_t key_count,
    uint64_t now_s, uint8_t *message, size_t *len, bool *is_signed);
/* The same for an answer to what was signed with this. */
int tsig_take_answer(struct tsig *tsig, uint64_t now_s, uint8_t *message, size_t *len,
    bool *is_signed);

/* Sign a query with this key.  ERR_FULL: no room in `size` octets; ERR_NOMEM. */
int tsig_sign_query(struct tsig *tsig, const struct tsig_key *key, uint64_t now_s,
    uint8_t *message, size_t *len, size_t size);
/* What the TSIG of an answer to this takes at most; less than half of 512 with names one uses. */
size_t tsig_room(const struct tsig *tsig);
/*
 * Sign an answer, or (first false) the next message of one; where there was an error, say so.
 */
int tsig_sign_answer(struct tsig *tsig, bool first, uint64_t now_s, uint8_t *message, size_t *len,
    size_t size);
#endif
