/* text.c - small questions about short texts: grammar, likeness, numbers, what is fit to print. */
#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <sys/random.h>

#define DISTANCE_MAX 64         /* octets of each text that text_distance compares */

/* Not isalpha(3) and its like: they follow the locale. */
static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_lower_alnum(char c)
{
	return is_lower(c) || is_digit(c);
}

static bool
is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* A label of `len` octets: a-z 0-9 '-', alphanumeric at both ends (RFC 1123, 2.1). */
static bool
is_label_n(const char *text, size_t len)
{
	if (len < 1 || len > 63 || !is_lower_alnum(text[0]) || !is_lower_alnum(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_lower_alnum(text[i]) && text[i] != '-')
			return false;
	return true;
}

bool
text_is_dns1123_label(const char *text)
{
	return is_label_n(text, strlen(text));
}

/* Kubernetes lets a label of a subdomain be as long as the whole: only the sum is bounded. */
static bool
is_subdomain_n(const char *text, size_t len)
{
	if (len < 1 || len > 253)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool first = i == 0 || text[i - 1] == '.';
		bool last = i + 1 == len || text[i + 1] == '.';

		if (text[i] == '.' ? first || i + 1 == len :
		    !is_lower_alnum(text[i]) && (text[i] != '-' || first || last))
			return false;
	}
	return true;
}

bool
text_is_dns1123_subdomain(const char *text)
{
	return is_subdomain_n(text, strlen(text));
}

/* "Qualified name": 1-63 of A-Z a-z 0-9 '-' '_' '.', alphanumeric at both ends. */
static bool
is_qualified(const char *text)
{
	size_t len = strlen(text);

	if (len < 1 || len > 63 || !is_alnum(text[0]) || !is_alnum(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(text[i]) && strchr("-_.", text[i]) == NULL)
			return false;
	return true;
}

bool
text_is_label_key(const char *text)
{
	const char *slash = strchr(text, '/');

	if (slash == NULL)
		return is_qualified(text);
	return is_subdomain_n(text, (size_t)(slash - text)) && is_qualified(slash + 1);
}

bool
text_is_label_value(const char *text)
{
	return text[0] == '\0' || is_qualified(text);
}

bool
text_is_port_name(const char *text)
{
	bool letter = false;

	if (!text_is_dns1123_label(text) || strlen(text) > 15 || strstr(text, "--") != NULL)
		return false;
	for (; *text != '\0'; text++)
		letter = letter || is_lower(*text);
	return letter;
}

bool
text_to_u64(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!is_digit(*text))
			return false;

		uint64_t digit = (uint64_t)(*text - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (number > max)
		return false;
	*value = number;
	return true;
}

bool
text_to_port_range(const char *text, uint16_t *first, uint16_t *last)
{
	const char *dash = strchr(text, '-');
	char start[8];
	uint64_t a, b;

	if (dash == NULL || (size_t)(dash - text) >= sizeof(start))
		return false;
	memcpy(start, text, (size_t)(dash - text));
	start[dash - text] = '\0';
	if (!text_to_u64(start, UINT16_MAX, &a) || !text_to_u64(dash + 1, UINT16_MAX, &b) ||
	    a == 0 || a > b)
		return false;
	*first = (uint16_t)a;
	*last = (uint16_t)b;
	return true;
}

const char *
text_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * Optimal string alignment: three rows of the usual table, the third for "ab" -> "ba" in one
 * step.
 */
unsigned
text_distance(const char *a, const char *b)
{
	unsigned rows[3][DISTANCE_MAX + 1];
	size_t a_len = strnlen(a, DISTANCE_MAX + 1), b_len = strnlen(b, DISTANCE_MAX + 1);

	if (a_len > DISTANCE_MAX || b_len > DISTANCE_MAX)
		return UINT_MAX;
	for (unsigned j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		unsigned *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
		char ca = fold(a[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char cb = fold(b[j - 1]);

			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == fold(b[j - 2]) && fold(a[i - 2]) == cb &&
			    above2[j - 2] + 1 < row[j])
				row[j] = above2[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

const char *
text_closest(const char *text, const char *const *candidates, size_t count)
{
	const char *closest = NULL;
	size_t best = strlen(text) / 3;

	for (size_t i = 0; i < count; i++) {
		unsigned distance = text_distance(text, candidates[i]);

		if (distance < best || (closest == NULL && distance == best && distance > 0)) {
			closest = candidates[i];
			best = distance;
		}
	}
	return closest;
}

uint64_t
text_hash(uint64_t seed, const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		seed = (seed ^ octets[i]) * 0x100000001b3ULL;
	return seed;
}

/* Multiply to 128 bits and fold: each bit of the word reaches all of the result (as in wyhash). */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to seven octets, read in at most two pieces that may overlap. */
static uint64_t
read_rest(const uint8_t *octets, size_t len)
{
	uint32_t low, high;

	if (len >= sizeof(low)) {
		memcpy(&low, octets, sizeof(low));
		memcpy(&high, octets + len - sizeof(high), sizeof(high));
		return (uint64_t)high << 32 | low;
	}
	return len == 0 ? 0 : (uint64_t)octets[0] << 16 | (uint64_t)octets[len / 2] << 8 |
	    octets[len - 1];
}

uint64_t
text_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		return seed;
	/* Where the stack lies is what nobody outside knows. */
	return mix((uintptr_t)&seed, 0xa0761d6478bd642fULL);
}

uint64_t
text_digest(uint64_t seed, const void *data, size_t len)
{
	static const uint64_t key = 0x9e3779b97f4a7c15ULL, last = 0xbf58476d1ce4e5b9ULL;
	const uint8_t *octets = data;
	uint64_t word, hash = seed ^ (uint64_t)len * last;

	for (; len >= sizeof(word); len -= sizeof(word), octets += sizeof(word)) {
		memcpy(&word, octets, sizeof(word));
		hash = mix(hash ^ word, key);
	}
	return mix(hash ^ read_rest(octets, len) ^ last, key);
}

/*
 * The length of the UTF-8 sequence at text (RFC 3629: shortest form, no surrogates); 0: it is
 * none.
 */
static size_t
utf8_decode(const uint8_t *text, size_t len, uint32_t *rune)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 :
	    text[0] < 0xf0 ? 3 : text[0] < 0xf5 ? 4 : 0;

	if (need == 0 || need > len)
		return 0;
	*rune = need == 1 ? text[0] : text[0] & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*rune = *rune << 6 | (text[i] & 0x3f);
	}
	if (*rune < least[need] || *rune > 0x10ffff || (*rune >= 0xd800 && *rune <= 0xdfff))
		return 0;
	return need;
}

/*
 * Controls, and what turns the direction of a line, breaks it or hides: a terminal would obey
 * it.
 */
static bool
is_printable(uint32_t rune)
{
	static const struct { uint32_t first, last; } hidden[] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xe000, 0xf8ff },
		{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (rune >= hidden[i].first && rune <= hidden[i].last)
			return false;
	return true;
}

size_t
text_escape(char *out, size_t size, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *octets = (const uint8_t *)text;
	size_t used = 0;

	for (size_t i = 0, step; i < len; i += step) {
		uint32_t rune = 0;

		step = utf8_decode(octets + i, len - i, &rune);
		if (step != 0 && is_printable(rune)) {
			if (size - used <= step)
				break;
			memcpy(out + used, text + i, step);
			used += step;
			continue;
		}
		step = 1;
		if (size - used <= 4)
			break;
		memcpy(out + used, (char[]){ '\\', 'x', hex[octets[i] >> 4], hex[octets[i] & 15] },
		    4);
		used += 4;
	}
	out[used] = '\0';
	return used;
}
