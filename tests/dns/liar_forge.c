/* liar_forge.c - for tests: what a lying name server forges, breaks and sends by TCP. */
#include <ctype.h>
#include <string.h>

#include "tests/dns/liar_write.h"

/* --- forged --- */

static void
tell_forged(struct telling *telling)
{
	liar_forge(telling->lie, SECTION_ANSWER, NULL, telling->question->type);
}

static void
tell_wrongid(struct telling *telling)
{
	tell_forged(telling);
	telling->lie->octets[1] ^= 1;
}

/* Over TCP there is no such lie. */
static void
tell_from(struct telling *telling, enum lie_from from)
{
	if (telling->question->tcp) {
		liar_tell_truth(telling);
		return;
	}
	tell_forged(telling);
	telling->lie->from = from;
}

static void
tell_wrongsrc(struct telling *telling)
{
	tell_from(telling, LIE_FROM_OTHER_ADDRESS);
}

static void
tell_wrongport(struct telling *telling)
{
	tell_from(telling, LIE_FROM_OTHER_PORT);
}

static void
tell_wrongq(struct telling *telling)
{
	tell_forged(telling);
	telling->lie->octets[13] ^= 3;
}

static void
tell_wrongtype(struct telling *telling)
{
	tell_forged(telling);
	telling->lie->octets[12 + telling->question->wire_len + 1] ^= 2;
}

static void
tell_wrongclass(struct telling *telling)
{
	tell_forged(telling);
	telling->lie->octets[12 + telling->question->wire_len + 3] = 3;
}

/* A forger that does not see the question; over TCP nobody forges. */
static void
tell_wrongcase(struct telling *telling)
{
	if (telling->question->tcp) {
		liar_tell_truth(telling);
		return;
	}
	tell_forged(telling);
	for (size_t i = 0; i < telling->question->wire_len; i++)
		if (isalpha(telling->lie->octets[12 + i]))
			telling->lie->octets[12 + i] ^= 0x20;
}

static void
tell_noqr(struct telling *telling)
{
	tell_forged(telling);
	telling->lie->octets[2] &= 0x7f;
}

/* --- TCP --- */

static void
tell_by_tcp(struct telling *telling, enum lie_tcp how)
{
	if (telling->question->tcp)
		liar_tell_truth(telling);
	else
		telling->lie->octets[2] |= FLAG_TC >> 8;
	telling->lie->tcp = how;
}

static void
tell_tc(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_WHOLE);
}

static void
tell_tcempty(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_CLOSE);
}

static void
tell_tcreset(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_RESET);
}

static void
tell_tchang(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_WHOLE);
	telling->lie->silent = telling->question->tcp;
}

static void
tell_half(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_HALF);
}

static void
tell_split(struct telling *telling)
{
	tell_by_tcp(telling, LIE_TCP_PIECES);
}

static void
tell_tcponly(struct telling *telling)
{
	liar_tell_truth(telling);
	telling->lie->silent = !telling->question->tcp;
}

/* --- broken --- */

static void
noise(struct lie *lie, size_t from, size_t len)
{
	uint32_t state = 2463534242u + (uint32_t)from;

	lie->raw = true;
	lie->len = from;
	while (lie->len < len) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		lie->octets[lie->len++] = (uint8_t)state;
	}
}

static void
tell_garbage(struct telling *telling)
{
	noise(telling->lie, 0, 100);
}

/* The header and the question are right. */
static void
tell_garbageid(struct telling *telling)
{
	size_t question_end = telling->lie->len;

	noise(telling->lie, question_end, question_end + 200);
	liar_set16(telling->lie, 6, 5);
}

static void
tell_short(struct telling *telling)
{
	telling->lie->len = 5;
	telling->lie->raw = true;
}

static void
tell_empty(struct telling *telling)
{
	telling->lie->len = 0;
	telling->lie->raw = true;
}

static void
tell_lie(struct telling *telling)
{
	tell_forged(telling);
	liar_set16(telling->lie, 6, 65535);
	telling->lie->raw = true;
}

/* An owner that is a pointer to itself. */
static void
tell_ptrloop(struct telling *telling)
{
	size_t at = telling->lie->len;

	tell_forged(telling);
	liar_set16(telling->lie, at, 0xc000 | (unsigned)at);
	telling->lie->raw = true;
}

static void
tell_ptrpast(struct telling *telling)
{
	size_t at = telling->lie->len;

	tell_forged(telling);
	liar_set16(telling->lie, at, 0xffff);
	telling->lie->raw = true;
}

/* Record data that end behind the message. */
static void
tell_rdlen(struct telling *telling)
{
	size_t at = telling->lie->len;

	tell_forged(telling);
	liar_set16(telling->lie, at + 10, 400);
	telling->lie->raw = true;
}

/* --- records --- */

static void
tell_poison(struct telling *telling)
{
	struct lie *lie = telling->lie;

	liar_tell_truth(telling);
	liar_forge(lie, SECTION_ANSWER, "victim.example", TYPE_A);
	liar_record_name(lie, SECTION_AUTHORITY, "example", TYPE_NS, 300, "", 0, "ns.evil.example");
	liar_forge(lie, SECTION_AUTHORITY, "victim2.example", TYPE_A);
	liar_forge(lie, SECTION_ADDITIONAL, "ns.evil.example", TYPE_A);
	liar_forge(lie, SECTION_ADDITIONAL, "victim3.example", TYPE_A);
	liar_forge(lie, SECTION_ADDITIONAL, "web.shop.svc.cluster.local", TYPE_A);
}

static void
alias(struct lie *lie, const char *from, const char *to)
{
	liar_record_name(lie, SECTION_ANSWER, from, TYPE_CNAME, 300, "", 0, to);
}

static void
tell_cnameloop(struct telling *telling)
{
	alias(telling->lie, NULL, "there.example");
	alias(telling->lie, "there.example", telling->question->name);
}

static void
tell_cnameself(struct telling *telling)
{
	alias(telling->lie, NULL, telling->question->name);
}

static void
tell_cnameinside(struct telling *telling)
{
	alias(telling->lie, NULL, "web.shop.svc.cluster.local");
	liar_forge(telling->lie, SECTION_ANSWER, "web.shop.svc.cluster.local",
	    telling->question->type);
}

static void
tell_cnameonly(struct telling *telling)
{
	alias(telling->lie, NULL, "elsewhere.example");
}

/* What is behind the first label and before the last one. */
static void
tell_cnameto(struct telling *telling)
{
	char target[256];
	char *end;

	strcpy(target, liar_above(telling->question));
	end = strrchr(target, '.');
	if (end != NULL && end != target)
		*end = '\0';
	alias(telling->lie, NULL, target);
}

static void
tell_chain(struct telling *telling)
{
	char from[2][32] = { "", "" };
	unsigned count = telling->number < 1000 ? (unsigned)telling->number : 1000;

	for (unsigned i = 0; i < count; i++) {
		char *to = from[i % 2];

		strcpy(to, "link0000.example");
		for (unsigned digit = 7, rest = i; digit >= 4; digit--, rest /= 10)
			to[digit] = (char)('0' + rest % 10);
		alias(telling->lie, i == 0 ? NULL : from[(i + 1) % 2], to);
	}
	liar_record_address(telling, count == 0 ? NULL : from[(count - 1) % 2], 300, 0);
}

static void
tell_dname(struct telling *telling)
{
	static const char behind[] = ".elsewhere.example";
	char target[64 + sizeof(behind)];
	size_t label = strcspn(telling->question->name, ".");

	memcpy(target, telling->question->name, label);
	strcpy(target + label, behind);
	liar_record_name(telling->lie, SECTION_ANSWER, liar_above(telling->question), TYPE_DNAME,
	    300, "", 0, behind + 1);
	alias(telling->lie, NULL, target);
	liar_record_address(telling, target, 300, 0);
}

static const struct {
	const char *mode;
	tell_fn *tell;
} modes[] = {
	{ "wrongid", tell_wrongid }, { "wrongsrc", tell_wrongsrc },
	{ "wrongport", tell_wrongport }, { "wrongq", tell_wrongq },
	{ "wrongtype", tell_wrongtype }, { "wrongclass", tell_wrongclass },
	{ "wrongcase", tell_wrongcase }, { "noqr", tell_noqr }, { "tc", tell_tc },
	{ "tcempty", tell_tcempty }, { "tcreset", tell_tcreset },
	{ "tchang", tell_tchang }, { "half", tell_half }, { "split", tell_split },
	{ "tcponly", tell_tcponly }, { "garbage", tell_garbage },
	{ "garbageid", tell_garbageid }, { "short", tell_short }, { "empty", tell_empty },
	{ "lie", tell_lie }, { "ptrloop", tell_ptrloop }, { "ptrpast", tell_ptrpast },
	{ "rdlen", tell_rdlen }, { "poison", tell_poison },
	{ "cnameloop", tell_cnameloop }, { "cnameself", tell_cnameself },
	{ "cnameinside", tell_cnameinside }, { "cnameonly", tell_cnameonly },
	{ "cnameto", tell_cnameto }, { "chain", tell_chain }, { "dname", tell_dname },
};

tell_fn *
liar_forge_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strlen(modes[i].mode) == len && memcmp(modes[i].mode, name, len) == 0)
			return modes[i].tell;
	return NULL;
}
