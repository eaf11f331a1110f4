/*
 * rrl.h - response rate limiting: what goes out over UDP to a client's network is bounded, so that
 * we are of no use to who forges its address.  Threads: control makes and frees, any judges.
 *
 * A network has a token bucket for answers and one for errors, in a table of fixed size that all
 * threads share: a bucket is one word, the time at which it will be full again, changed by compare
 * and exchange.  Its place is chosen by a keyed hash, so that nobody can aim at a neighbour's; when
 * all places are taken the bucket that is nearest to full gives way.
 */
#ifndef ROLLCALL_DNS_RRL_H
#define ROLLCALL_DNS_RRL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct cidr;
struct rrl;

#define RRL_RATE_MAX 1000000

struct rrl_settings {
	uint32_t answers_per_s;         /* 1 to RRL_RATE_MAX, to one network; so many at once */
	uint32_t errors_per_s;          /* the same for what is refused, malformed or failed */
	/* each so many-th answer beyond goes out truncated; 0: none does */
	uint32_t slip;
	uint32_t window_s;              /* of quiet after a flood, until all is as before */
	uint32_t table_size;            /* buckets */
	uint8_t ip4_bits;               /* what a network is */
	uint8_t ip6_bits;
	const struct cidr *exempt;      /* never held back; borrowed for the life of the table */
	size_t exempt_count;
};

enum rrl_verdict { RRL_PASS, RRL_SLIP, RRL_DROP };

struct rrl_counts {
	uint64_t slipped;
	uint64_t dropped;
};

/* An empty table; it counts on from the one before (NULL: from 0).  ERR_NOMEM, ERR_SYSTEM. */
int rrl_new(const struct rrl_settings *settings, const struct rrl *before, struct rrl **out);
void rrl_free(struct rrl *rrl);

/*
 * May a reply go to this client at `now_us`?  The first of a network that may not is said in the
 * log, once until the network has been quiet.
 */
enum rrl_verdict rrl_judge(struct rrl *rrl, const struct addr *client, bool error,
    uint64_t now_us);
void rrl_count(const struct rrl *rrl, struct rrl_counts *counts);
#endif
