/* cookie.c - DNS Cookies of the interoperable form: make, tell and renew them. */
#include "dns/cookie.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/addr.h"
#include "base/err.h"

#define SLOTS (COOKIE_TAKEN + 1)
#define VERSION 1                       /* RFC 9018, 4.1 */
#define VERSION_AT 8
#define TIME_AT 12
#define HASH_AT 16
#define HASH_LEN 8
/* RFC 9018, 4.3. */
#define PAST_S 3600
#define FUTURE_S 300
#define FRESH_S 1800

_Static_assert(crypto_shorthash_siphash24_KEYBYTES == COOKIE_SECRET_LEN, "SipHash-2-4");
_Static_assert(crypto_shorthash_siphash24_BYTES == HASH_LEN, "SipHash-2-4");

int
cookie_fill(struct cookie_jar *jar)
{
	ssize_t got = getrandom(jar->secrets, sizeof(jar->secrets), 0);

	atomic_store_explicit(&jar->newest, 0, memory_order_release);
	return got == (ssize_t)sizeof(jar->secrets) ? 0 : ERR_SYSTEM;
}

void
cookie_add(struct cookie_jar *jar, const uint8_t secret[COOKIE_SECRET_LEN])
{
	unsigned next = atomic_load_explicit(&jar->newest, memory_order_relaxed) + 1;

	memcpy(jar->secrets[next % SLOTS], secret, COOKIE_SECRET_LEN);
	atomic_store_explicit(&jar->newest, next, memory_order_release);
}

int
cookie_roll(struct cookie_jar *jar)
{
	uint8_t secret[COOKIE_SECRET_LEN];

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return ERR_SYSTEM;
	cookie_add(jar, secret);
	return 0;
}

void
cookie_inherit(struct cookie_jar *jar, const struct cookie_jar *before)
{
	unsigned newest = atomic_load_explicit(&before->newest, memory_order_acquire);

	for (unsigned i = COOKIE_TAKEN; i > 0; i--)
		cookie_add(jar, before->secrets[(newest - (i - 1)) % SLOTS]);
}

const uint8_t *
cookie_newest(const struct cookie_jar *jar)
{
	return jar->secrets[atomic_load_explicit(&jar->newest, memory_order_acquire) % SLOTS];
}

/* RFC 9018, 4.4: of what stands in front of the hash, and the client's address. */
static void
hash(uint8_t out[HASH_LEN], const uint8_t *cookie, const struct addr *client,
    const uint8_t *secret)
{
	uint8_t input[HASH_AT + sizeof(client->octets)];
	size_t len = addr_len(client);

	memcpy(input, cookie, HASH_AT);
	memcpy(input + HASH_AT, client->octets, len);
	(void)crypto_shorthash_siphash24(out, input, HASH_AT + len, secret);
}

static uint32_t
get_time(const uint8_t *cookie)
{
	const uint8_t *at = cookie + TIME_AT;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Serial numbers (RFC 1982): the difference is right whatever has overflown. */
static int32_t
age_of(const uint8_t *cookie, uint32_t now_s)
{
	return (int32_t)(now_s - get_time(cookie));
}

/*
 * How many secrets before the newest one it was made with, COOKIE_TAKEN: none we know.  No attacker
 * learns from our time how much of a guess was right.
 */
static unsigned
rolls_since(const struct cookie_jar *jar, const uint8_t *cookie, const struct addr *client)
{
	unsigned newest = atomic_load_explicit(&jar->newest, memory_order_acquire);
	uint8_t ours[HASH_LEN];
	unsigned rolls = 0;

	for (; rolls < COOKIE_TAKEN; rolls++) {
		hash(ours, cookie, client, jar->secrets[(newest - rolls) % SLOTS]);
		if (sodium_memcmp(ours, cookie + HASH_AT, HASH_LEN) == 0)
			break;
	}
	return rolls;
}

static void
make(const struct cookie_jar *jar, const struct addr *client, uint32_t now_s,
    const uint8_t *asked, uint8_t reply[EDNS_COOKIE_LEN])
{
	const uint8_t made[] = { VERSION, 0, 0, 0, (uint8_t)(now_s >> 24), (uint8_t)(now_s >> 16),
		(uint8_t)(now_s >> 8), (uint8_t)now_s };

	memcpy(reply, asked, EDNS_CLIENT_COOKIE_LEN);
	memcpy(reply + VERSION_AT, made, sizeof(made));
	hash(reply + HASH_AT, reply, client, cookie_newest(jar));
}

enum cookie_state
cookie_answer(const struct cookie_jar *jar, const struct addr *client, uint64_t now_s,
    const uint8_t *asked, size_t len, uint8_t reply[EDNS_COOKIE_LEN])
{
	enum cookie_state state = len == EDNS_CLIENT_COOKIE_LEN ? COOKIE_NEW : COOKIE_BAD;
	bool fresh = false;

	if (len == EDNS_COOKIE_LEN && asked[VERSION_AT] == VERSION) {
		int32_t age_s = age_of(asked, (uint32_t)now_s);
		unsigned rolls = age_s <= PAST_S && age_s >= -FUTURE_S ?
		    rolls_since(jar, asked, client) : COOKIE_TAKEN;

		state = rolls < COOKIE_TAKEN ? COOKIE_GOOD : COOKIE_BAD;
		fresh = rolls == 0 && age_s <= FRESH_S;
	}
	if (fresh)
		memcpy(reply, asked, EDNS_COOKIE_LEN);
	else
		make(jar, client, (uint32_t)now_s, asked, reply);
	return state;
}
