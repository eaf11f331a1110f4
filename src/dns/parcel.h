/*
 * parcel.h - what an upstream said to a question: checked, packed, ready to be copied into replies.
 *
 * An upstream is not believed more than it was asked: only the chain of CNAMEs that begins at the
 * question, the records at its end, and the SOA of a negative answer are kept; with DO also what
 * proves them.  A parcel is one piece of memory that never changes (the cache's marks in it aside),
 * and its records are compressed against the question and themselves, so that a reply is a copy
 * and a subtraction for each TTL.
 *
 *     verdict = parcel_read(&question, &rules, reply, len, &reading);
 *     if (reading.parcel != NULL)
 *             parcel_write(reading.parcel, &placing, &writer, &fit);
 *
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_PARCEL_H
#define ROLLCALL_DNS_PARCEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/asked.h"

struct parcel;
struct wire_writer;

/* What an upstream's octets turn out to be. */
enum parcel_verdict {
	PARCEL_GOOD,            /* there are records of the type, or a chain that leads to us */
	PARCEL_NEGATIVE,        /* NXDOMAIN or no data, or a chain that ends in one of them */
	/* the upstream cannot or will not answer; somebody else may */
	PARCEL_SERVFAIL,
	PARCEL_REFUSED,
	PARCEL_NOTIMP,
	PARCEL_FORMERR,         /* with reading.edns false: it may not know EDNS (RFC 6891, 7) */
	PARCEL_BADVERS,
	PARCEL_OTHER,           /* any other rcode */
	PARCEL_LAME,            /* a referral: it does not resolve for us */
	PARCEL_TRUNCATED,       /* TC: ask again over TCP */
	/* not an answer to this question: wait on for the true one */
	PARCEL_FOREIGN,         /* another id, question, opcode, class; a query; too short */
	PARCEL_WRONG_CASE,      /* the question, but not octet by octet: ask again over TCP */
	PARCEL_BROKEN,          /* it answers this question, but is malformed or contradicts itself */
	PARCEL_NO_MEMORY,
};

/* The question as it was sent. */
struct parcel_question {
	const struct asked *asked;
	const uint8_t *name;    /* asked->name in the letters that were sent (0x20) */
	uint16_t id;
};

/* How it is taken. */
struct parcel_rules {
	uint32_t max_ttl_s;
	uint32_t max_negative_ttl_s;
	/*
	 * Do we answer this name (folded, with its length) ourselves?  Then what an upstream says
	 * about it is left out, and the chain ends there (parcel_leads_to_us).  NULL: none is ours.
	 */
	bool (*is_ours)(void *arg, const uint8_t *name, size_t len);
	void *arg;
};

struct parcel_reading {
	struct parcel *parcel;  /* PARCEL_GOOD and PARCEL_NEGATIVE, else NULL; the caller's */
	uint16_t rcode;         /* with the octet that OPT adds; not if foreign or of wrong case */
	bool edns;              /* there was an OPT record */
};

/*
 * Check a reply and pack what is kept of it.  The octets of its question are folded on the way, so
 * that names which are compressed against it do not show the letters that were sent.
 */
enum parcel_verdict parcel_read(const struct parcel_question *question,
    const struct parcel_rules *rules, uint8_t *reply, size_t len, struct parcel_reading *reading);

/* A parcel without records that stands for a failure, for so long.  NULL: no memory. */
struct parcel *parcel_new_failure(const struct asked *asked, uint8_t rcode, uint32_t ttl_s);
void parcel_free(struct parcel *parcel);

void parcel_asked(const struct parcel *parcel, struct asked *asked);
uint8_t parcel_rcode(const struct parcel *parcel);
/* The upstream's AD bit (RFC 4035, 3.2.3). */
bool parcel_is_authentic(const struct parcel *parcel);
/* So long after its coming it may be used: the least TTL in it; 0: only for who asked already. */
uint32_t parcel_ttl_s(const struct parcel *parcel);
/* NXDOMAIN or no data. */
bool parcel_is_negative(const struct parcel *parcel);
/* Does its chain end at a name of ours, whose records are still to be added? */
bool parcel_leads_to_us(const struct parcel *parcel);
/* The last name of its chain, in full; the asked one where there is no chain.  Its length. */
size_t parcel_last_name(const struct parcel *parcel, uint8_t name[DNS_NAME_MAX]);
/* Octets of memory. */
size_t parcel_size(const struct parcel *parcel);

/* Where and when it goes into a reply. */
struct parcel_placing {
	/*
	 * Place of the asked name, or of one below it, in the message: 12 where it is the
	 * question's; else in the rdata of the CNAME that leads to it, which may itself end in a
	 * pointer.
	 */
	uint16_t name_at;
	bool stale;             /* all TTLs are 30 (RFC 8767, 4) */
	uint32_t age_s;         /* whole seconds since it came */
	uint32_t rotation;      /* addresses are turned by so many */
};

/* What was added to the message. */
struct parcel_fit {
	uint16_t answers;
	uint16_t authorities;
	uint16_t last_name_at;  /* where the last name of its chain stands; 0: out of a pointer's reach */
	uint8_t links;          /* CNAMEs of its chain */
	bool truncated;         /* sets of records that do not fit are left out as a whole */
};

/*
 * Add the records behind what the writer holds: a message from its header on, with the asked name
 * in it.  DNSSEC records are in it only where they were asked for.
 */
void parcel_write(const struct parcel *parcel, const struct parcel_placing *placing,
    struct wire_writer *writer, struct parcel_fit *fit);
#endif
