/* rrl.c - response rate limiting: token buckets of networks in a table that all threads share. */
#include "dns/rrl.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"

#define WAYS 4                          /* places for a bucket */
#define SECOND_US 1000000u
#define SWAPS_MAX 8                     /* tries, until others are let have their way */
#define LINES 10                        /* of the log, a second */

/*
 * A bucket's word: 15 bits of the hash, one that tells whether the network was held back since its
 * bucket was full, 48 of the time in microseconds at which it will be (they last nine years).
 */
#define TAG_SHIFT 49
#define HELD (UINT64_C(1) << 48)
#define TIME_MASK (HELD - 1)

struct rrl {
	struct rrl_settings settings;
	uint8_t key[crypto_shorthash_siphash24_KEYBYTES];
	_Atomic uint64_t slipped;
	_Atomic uint64_t dropped;
	_Atomic uint32_t turns;
	atomic_flag logging;
	struct log_gate gate;           /* of who has set the flag */
	size_t mask;                    /* sets of WAYS buckets, less one */
	_Atomic uint64_t buckets[];
};

static size_t
sets_for(uint32_t table_size)
{
	size_t sets = 1;

	while (sets * WAYS < table_size)
		sets *= 2;
	return sets;
}

int
rrl_new(const struct rrl_settings *settings, const struct rrl *before, struct rrl **out)
{
	size_t sets = sets_for(settings->table_size);
	struct rrl *rrl = calloc(1, sizeof(*rrl) + sets * WAYS * sizeof(rrl->buckets[0]));
	struct rrl_counts counts = { 0, 0 };

	if (rrl == NULL)
		return ERR_NOMEM;
	if (getrandom(rrl->key, sizeof(rrl->key), 0) != (ssize_t)sizeof(rrl->key)) {
		free(rrl);
		return ERR_SYSTEM;
	}
	if (before != NULL)
		rrl_count(before, &counts);
	rrl->settings = *settings;
	rrl->mask = sets - 1;
	atomic_flag_clear(&rrl->logging);
	atomic_store(&rrl->slipped, counts.slipped);
	atomic_store(&rrl->dropped, counts.dropped);
	*out = rrl;
	return 0;
}

void
rrl_free(struct rrl *rrl)
{
	free(rrl);
}

/* The network of a client: its address without the bits of the host. */
static void
find_network(const struct rrl *rrl, const struct addr *client, struct cidr *network)
{
	size_t len = addr_len(client);

	*network = (struct cidr){ .base.family = client->family,
		.bits = len == 4 ? rrl->settings.ip4_bits : rrl->settings.ip6_bits };
	size_t whole = network->bits / 8u;
	memcpy(network->base.octets, client->octets, whole < len ? whole : len);
	if (whole < len)
		network->base.octets[whole] =
		    (uint8_t)(client->octets[whole] & (0xff00 >> network->bits % 8));
}

static uint64_t
hash_of(const struct rrl *rrl, const struct cidr *network, bool error)
{
	uint8_t input[sizeof(network->base) + 1];
	uint8_t out[crypto_shorthash_siphash24_BYTES];
	uint64_t hash;

	memcpy(input, &network->base, sizeof(network->base));
	input[sizeof(network->base)] = error;
	(void)crypto_shorthash_siphash24(out, input, sizeof(input), rrl->key);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

/* The bucket of this hash, or the one nearest to full; *word: what it holds. */
static _Atomic uint64_t *
find_bucket(struct rrl *rrl, uint64_t hash, uint64_t *word)
{
	_Atomic uint64_t *set = &rrl->buckets[(hash & rrl->mask) * WAYS];
	_Atomic uint64_t *least = set;

	*word = atomic_load_explicit(least, memory_order_relaxed);
	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t other = atomic_load_explicit(&set[i], memory_order_relaxed);

		if (other >> TAG_SHIFT == hash >> TAG_SHIFT) {
			*word = other;
			return &set[i];
		}
		if ((other & TIME_MASK) < (*word & TIME_MASK)) {
			*word = other;
			least = &set[i];
		}
	}
	return least;
}

/* Is the word this network's, with its bucket not full yet? */
static bool
is_current(uint64_t hash, uint64_t word, uint64_t now_us)
{
	return word >> TAG_SHIFT == hash >> TAG_SHIFT && (word & TIME_MASK) > now_us;
}

/*
 * The word after one more reply; *held: that was one too many.  What is held back counts as well: a
 * network that goes on is given nothing until it has been quiet.
 */
static uint64_t
take(const struct rrl *rrl, uint64_t hash, uint64_t word, bool error, uint64_t now_us, bool *held)
{
	const struct rrl_settings *settings = &rrl->settings;
	uint64_t step = SECOND_US / (error ? settings->errors_per_s : settings->answers_per_s);
	uint64_t most = now_us + SECOND_US + (uint64_t)settings->window_s * SECOND_US;
	bool current = is_current(hash, word, now_us);
	uint64_t full = (current ? word & TIME_MASK : now_us) + step;

	*held = full > now_us + SECOND_US;
	bool mark = *held || (current && (word & HELD) != 0);
	return hash >> TAG_SHIFT << TAG_SHIFT | (mark ? HELD : 0) |
	    ((full < most ? full : most) & TIME_MASK);
}

/* A thread that finds another one at it has nothing to add. */
static void
tell(struct rrl *rrl, const struct cidr *network)
{
	char text[CIDR_TEXT_SIZE];

	if (atomic_flag_test_and_set_explicit(&rrl->logging, memory_order_acquire))
		return;
	log_gated(&rrl->gate, LINES, LOG_WARN,
	    "%s gets more replies than dns.rrl lets through: some are held back",
	    cidr_text(network, text));
	atomic_flag_clear_explicit(&rrl->logging, memory_order_release);
}

static enum rrl_verdict
hold_back(struct rrl *rrl)
{
	uint32_t slip = rrl->settings.slip;

	if (slip > 0 && (atomic_fetch_add_explicit(&rrl->turns, 1, memory_order_relaxed) + 1) %
	    slip == 0) {
		atomic_fetch_add_explicit(&rrl->slipped, 1, memory_order_relaxed);
		return RRL_SLIP;
	}
	atomic_fetch_add_explicit(&rrl->dropped, 1, memory_order_relaxed);
	return RRL_DROP;
}

static bool
is_exempt(const struct rrl *rrl, const struct addr *client)
{
	for (size_t i = 0; i < rrl->settings.exempt_count; i++)
		if (cidr_contains(&rrl->settings.exempt[i], client))
			return true;
	return false;
}

enum rrl_verdict
rrl_judge(struct rrl *rrl, const struct addr *client, bool error, uint64_t now_us)
{
	struct cidr network;
	uint64_t word, next;
	_Atomic uint64_t *bucket;
	unsigned swaps = 0;
	bool held;

	if (is_exempt(rrl, client))
		return RRL_PASS;
	find_network(rrl, client, &network);
	uint64_t hash = hash_of(rrl, &network, error);
	do {
		bucket = find_bucket(rrl, hash, &word);
		next = take(rrl, hash, word, error, now_us, &held);
	} while (!atomic_compare_exchange_weak_explicit(bucket, &word, next, memory_order_relaxed,
	    memory_order_relaxed) && ++swaps < SWAPS_MAX);
	if (!held)
		return RRL_PASS;
	if (!is_current(hash, word, now_us) || (word & HELD) == 0)
		tell(rrl, &network);
	return hold_back(rrl);
}

void
rrl_count(const struct rrl *rrl, struct rrl_counts *counts)
{
	counts->slipped = atomic_load_explicit(&rrl->slipped, memory_order_relaxed);
	counts->dropped = atomic_load_explicit(&rrl->dropped, memory_order_relaxed);
}
