/*
 * cookie.h - DNS Cookies (RFC 7873): a client proves that replies to its address reach it.
 *
 * A server's cookie is a hash over the client's cookie and address and the time, of a form that
 * other servers make as well (RFC 9018): instances that share a secret take each other's.  Nothing
 * is kept for a client.  Threads: control fills, adds and rolls; any answers.
 */
#ifndef ROLLCALL_DNS_COOKIE_H
#define ROLLCALL_DNS_COOKIE_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/edns.h"

struct addr;

#define COOKIE_SECRET_LEN 16            /* of SipHash-2-4 (RFC 9018, 4.4) */
#define COOKIE_TAKEN 3                  /* the newest secrets whose cookies are good */
/* How long one that nobody else needs to know makes cookies (RFC 7873, 7.1). */
#define COOKIE_ROLL_MS (26ull * 3600 * 1000)

/*
 * The secrets of the last times.  The next one is written where nobody looks, and then becomes the
 * newest: whoever still looks for an older one finds it for two more rolls.
 */
struct cookie_jar {
	uint8_t secrets[COOKIE_TAKEN + 1][COOKIE_SECRET_LEN];
	_Atomic unsigned newest;
};

enum cookie_state {
	COOKIE_NEW,                     /* the client's half alone */
	COOKIE_BAD,                     /* not ours, too old, or of somebody else */
	COOKIE_GOOD,
};

/* All secrets at random.  ERR_SYSTEM with errno. */
int cookie_fill(struct cookie_jar *jar);
/* Cookies are made with this one from now on. */
void cookie_add(struct cookie_jar *jar, const uint8_t secret[COOKIE_SECRET_LEN]);
/* The same with one at random.  ERR_SYSTEM with errno: nothing has changed. */
int cookie_roll(struct cookie_jar *jar);
/* All that the other one takes is taken, and its newest is the newest. */
void cookie_inherit(struct cookie_jar *jar, const struct cookie_jar *before);
/* The one that makes cookies. */
const uint8_t *cookie_newest(const struct cookie_jar *jar);

/*
 * What a query's cookie of `len` octets (edns_read() has judged its length) is worth from this
 * client at `now_s` since 1970, and the one its reply carries: the same as long as it is fresh
 * and of the newest secret.
 */
enum cookie_state cookie_answer(const struct cookie_jar *jar, const struct addr *client,
    uint64_t now_s, const uint8_t *asked, size_t len, uint8_t reply[EDNS_COOKIE_LEN]);
#endif
