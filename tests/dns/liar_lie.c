/* liar_lie.c - for tests: what a lying name server makes of a question; pure. */
#include "tests/dns/liar_lie.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dns/liar_write.h"

static void
tell_typed(struct telling *telling, uint32_t ttl_s)
{
	struct lie *lie = telling->lie;
	const char *name = telling->question->name;
	unsigned type = telling->question->type;
	uint8_t text[257];

	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		liar_record_address(telling, NULL, ttl_s, 0);
		break;
	case TYPE_SOA:
		liar_record_soa(lie, SECTION_ANSWER, name, ttl_s);
		break;
	case TYPE_NS:
	case TYPE_PTR:
	case TYPE_CNAME:
		liar_record_name(lie, SECTION_ANSWER, NULL, type, ttl_s, "", 0, "target.example");
		break;
	case TYPE_MX:
		liar_record_name(lie, SECTION_ANSWER, NULL, type, ttl_s, "\0\012", 2, "mail.example");
		break;
	case TYPE_SRV:
		liar_record_name(lie, SECTION_ANSWER, NULL, type, ttl_s, "\0\001\0\002\0\120", 6,
		    "target.example");
		break;
	case TYPE_TXT:
		text[0] = (uint8_t)strlen(name);
		memcpy(text + 1, name, text[0]);
		liar_record(lie, SECTION_ANSWER, NULL, type, ttl_s, text, text[0] + 1u);
		break;
	default:
		liar_record(lie, SECTION_ANSWER, NULL, type, ttl_s, "\1\2\3\4", 4);
	}
}

void
liar_tell_truth(struct telling *telling)
{
	tell_typed(telling, 300);
}

static void
tell_ttl(struct telling *telling)
{
	tell_typed(telling, (uint32_t)telling->number);
}

static void
tell_flip(struct telling *telling)
{
	liar_record_address(telling, NULL, 5, telling->seen);
}

static void
tell_signed(struct telling *telling)
{
	static const uint8_t signature[40] = { 0, 1, 13, 2, [18] = 0 };

	liar_tell_truth(telling);
	if (telling->question->dnssec_ok)
		liar_record(telling->lie, SECTION_ANSWER, NULL, TYPE_RRSIG, 300, signature,
		    sizeof(signature));
}

static void
tell_ad(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->octets[3] |= FLAG_AD;
}

static void
tell_nora(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->octets[3] &= (uint8_t)~FLAG_RA;
}

static void
fill(struct telling *telling, size_t size)
{
	uint8_t data[4] = { 198, 18, 0, 0 };

	for (unsigned i = 0; telling->lie->len + 16 < size; i++) {
		data[2] = (uint8_t)(i >> 8);
		data[3] = (uint8_t)i;
		liar_record(telling->lie, SECTION_ANSWER, NULL, TYPE_A, 300, data, sizeof(data));
	}
}

static void
tell_many(struct telling *telling)
{
	fill(telling, 60000);
	telling->lie->raw = true;
}

static void
tell_big(struct telling *telling)
{
	fill(telling, 65535 - 300);
}

/* --- no data --- */

static uint32_t
negative_ttl(const struct telling *telling)
{
	return telling->numbered ? (uint32_t)telling->number : 30;
}

static void
tell_nodata(struct telling *telling)
{
	liar_record_soa(telling->lie, SECTION_AUTHORITY, liar_above(telling->question),
	    negative_ttl(telling));
}

static void
tell_nxdomain(struct telling *telling)
{
	tell_nodata(telling);
	telling->lie->rcode = 3;
}

static void
tell_nxnosoa(struct telling *telling)
{
	telling->lie->rcode = 3;
}

static void
tell_nothing(struct telling *telling)
{
	(void)telling;
}

/* --- codes --- */

static void
tell_servfail(struct telling *telling)
{
	telling->lie->rcode = 2;
}

static void
tell_refused(struct telling *telling)
{
	telling->lie->rcode = 5;
}

static void
tell_notimp(struct telling *telling)
{
	telling->lie->rcode = 4;
}

static void
tell_rcode(struct telling *telling)
{
	telling->lie->rcode = (uint16_t)telling->number;
}

/* An old server: the header alone, no OPT. */
static void
tell_formerrall(struct telling *telling)
{
	telling->lie->rcode = 1;
	telling->lie->raw = true;
}

static void
tell_formerr(struct telling *telling)
{
	if (telling->question->edns)
		tell_formerrall(telling);
	else
		liar_tell_truth(telling);
}

static void
tell_badvers(struct telling *telling)
{
	if (telling->question->edns)
		telling->lie->rcode = 16;
	else
		liar_tell_truth(telling);
}

static void
tell_noedns(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->raw = true;
}

static void
tell_ednsdrop(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->silent = telling->question->edns;
}

static void
tell_fail(struct telling *telling)
{
	if (telling->seen < telling->number)
		tell_servfail(telling);
	else
		liar_tell_truth(telling);
}

static void
tell_drop(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->silent = telling->seen < telling->number;
}

/* --- time --- */

static void
tell_dead(struct telling *telling)
{
	telling->lie->silent = true;
}

static void
tell_slow(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->delay_ms = (unsigned)telling->number;
}

static void
tell_ednsslow(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->delay_ms = telling->question->edns ? (unsigned)telling->number : 0;
}

static void
tell_storm(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->copies = telling->numbered ? (unsigned)telling->number : 500;
}

static const struct {
	const char *mode;
	tell_fn *tell;
} modes[] = {
	{ "ttl", tell_ttl }, { "flip", tell_flip }, { "signed", tell_signed },
	{ "ad", tell_ad }, { "nora", tell_nora }, { "many", tell_many },
	{ "big", tell_big }, { "nxdomain", tell_nxdomain }, { "nxnosoa", tell_nxnosoa },
	{ "nodata", tell_nodata }, { "nodatanosoa", tell_nothing },
	{ "servfail", tell_servfail }, { "refused", tell_refused },
	{ "notimp", tell_notimp }, { "formerr", tell_formerr },
	{ "formerrall", tell_formerrall }, { "badvers", tell_badvers },
	{ "rcode", tell_rcode }, { "noedns", tell_noedns }, { "ednsdrop", tell_ednsdrop },
	{ "fail", tell_fail }, { "drop", tell_drop }, { "dead", tell_dead },
	{ "slow", tell_slow }, { "ednsslow", tell_ednsslow }, { "storm", tell_storm },
};

static tell_fn *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strlen(modes[i].mode) == len && memcmp(modes[i].mode, name, len) == 0)
			return modes[i].tell;
	return liar_forge_find(name, len);
}

/* "slow800-2" is slow with 800. */
static void
choose(struct telling *telling, const char *mode)
{
	char name[64];
	size_t len = strcspn(mode, "0123456789-.");
	tell_fn *tell;

	telling->numbered = isdigit((unsigned char)mode[len]);
	telling->number = telling->numbered ? strtoull(mode + len, NULL, 10) : 0;
	if (len > sizeof(name))
		len = sizeof(name);
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)mode[i]);
	tell = find(name, len);
	(tell != NULL ? tell : liar_tell_truth)(telling);
}

/* The code, OPT for those who sent one, TC for what UDP does not carry. */
static void
finish(struct lie *lie, const struct liar_question *question)
{
	static const uint8_t root = 0;
	size_t limit = question->edns && question->edns_size > 512 ? question->edns_size : 512;

	if (lie->len >= 12)
		lie->octets[3] = (uint8_t)((lie->octets[3] & 0xf0) | (lie->rcode & 0xf));
	if (lie->raw)
		return;
	if (!question->tcp && lie->len + 11 > limit) {
		memset(lie->octets + 6, 0, 6);
		lie->octets[2] |= FLAG_TC >> 8;
		lie->len = 12 + question->wire_len + 4;
	}
	if (!question->edns)
		return;
	liar_put(lie, &root, 1);
	liar_put16(lie, TYPE_OPT);
	liar_put16(lie, 1232);
	liar_put32(lie, (uint32_t)(lie->rcode >> 4) << 24 | (question->dnssec_ok ? 0x8000 : 0));
	liar_put16(lie, 0);
	liar_set16(lie, 10, liar_get16(lie->octets + 10) + 1);
}

void
liar_lie(struct lie *lie, const struct liar_question *question, const char *mode, unsigned seen)
{
	struct telling telling = { .lie = lie, .question = question, .seen = seen };

	memset((char *)lie + sizeof(lie->octets), 0, sizeof(*lie) - sizeof(lie->octets));
	lie->copies = 1;
	lie->then = strcasestr(mode, "-then") != NULL;
	liar_begin(&telling);
	choose(&telling, mode);
	finish(lie, question);
}
