/*
 * dice.h - random bits that nobody can guess, a few at a time.  Thread: the owner's.
 *
 * The kernel's, by getrandom() and by nothing else (RFC 5452, 9.2: ids, ports and letters are all
 * that a forger has to guess), fetched in pieces because a question needs about 40 octets.
 */
#ifndef ROLLCALL_DNS_DICE_H
#define ROLLCALL_DNS_DICE_H
#include <stddef.h>
#include <stdint.h>

#define DICE_BATCH 4096

/* Zeroed is empty. */
struct dice {
	size_t left;                    /* at the end of the octets */
	uint8_t octets[DICE_BATCH];
};

/* At most DICE_BATCH.  What was given is wiped here. */
void dice_fill(struct dice *dice, void *out, size_t len);
uint64_t dice_u64(struct dice *dice);
uint16_t dice_u16(struct dice *dice);
/* 0 to below - 1, each as likely as the others; below: 1 to 65536. */
uint32_t dice_below(struct dice *dice, uint32_t below);
#endif
