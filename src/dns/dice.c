/* dice.c - random bits that nobody can guess, a few at a time. */
#include "dns/dice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void
refill(struct dice *dice)
{
	size_t len = 0;

	while (len < DICE_BATCH) {
		ssize_t n = getrandom(dice->octets + len, DICE_BATCH - len, 0);

		/* There is no kernel we run on that has none (it came with Linux 3.17), and to go
		 * on with bits that can be guessed is worse than to end. */
		if (n < 0 && errno != EINTR)
			abort();
		if (n > 0)
			len += (size_t)n;
	}
	dice->left = DICE_BATCH;
}

void
dice_fill(struct dice *dice, void *out, size_t len)
{
	uint8_t *from;

	if (dice->left < len)
		refill(dice);
	from = dice->octets + DICE_BATCH - dice->left;
	memcpy(out, from, len);
	memset(from, 0, len);
	dice->left -= len;
}

uint64_t
dice_u64(struct dice *dice)
{
	uint64_t value;

	dice_fill(dice, &value, sizeof(value));
	return value;
}

uint16_t
dice_u16(struct dice *dice)
{
	uint16_t value;

	dice_fill(dice, &value, sizeof(value));
	return value;
}

uint32_t
dice_below(struct dice *dice, uint32_t below)
{
	uint32_t fair = 65536 / below * below, value;

	do
		value = dice_u16(dice);
	while (value >= fair);
	return value % below;
}
