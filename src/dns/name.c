/* name.c - domain names in wire form: text to wire and back, folding, suffixes, hashing. */
#include "dns/name.h"

#include <string.h>

#include "base/err.h"

#define LABEL_MAX 63
#define EACH_OCTET 0x0101010101010101ULL

static uint64_t
load_octets(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Fewer than 8 octets; the rest of the word is zero. */
static uint64_t
load_few(const uint8_t *at, size_t count)
{
	uint64_t word = 0;

	memcpy(&word, at, count);
	return word;
}

/* Set bit 0x20 in each octet that is A-Z, in all eight at once. */
static uint64_t
fold_octets(uint64_t word)
{
	uint64_t low = word & 0x7f * EACH_OCTET;
	uint64_t over_z = low + (0x7f - 'Z') * EACH_OCTET;
	uint64_t from_a = low + (0x80 - 'A') * EACH_OCTET;
	uint64_t upper = ~word & (from_a ^ over_z) & 0x80 * EACH_OCTET;

	return word | upper >> 2;
}

/* Multiply to 128 bits and fold the halves together: every input bit reaches every output bit. */
static uint64_t
mix(uint64_t hash)
{
	unsigned __int128 product = (unsigned __int128)hash * 0x9e3779b97f4a7c15ULL;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
name_hash(uint64_t seed, const uint8_t *name, size_t len, bool *mixed)
{
	uint64_t hash = seed ^ len;
	uint64_t changed = 0;

	for (size_t at = 0; len - at > 8; at += 8) {
		uint64_t word = load_octets(name + at);
		uint64_t folded = fold_octets(word);

		changed |= word ^ folded;
		hash = mix(hash ^ folded);
	}
	/* The last eight octets may repeat some of before: cheaper than a tail of odd length. */
	uint64_t word = len < 8 ? load_few(name, len) : load_octets(name + len - 8);
	uint64_t folded = fold_octets(word);
	*mixed = (changed | (word ^ folded)) != 0;
	return mix(mix(hash ^ folded) + seed);
}

bool
name_folds_to(const uint8_t *name, const uint8_t *folded, size_t len)
{
	if (len < 8)
		return fold_octets(load_few(name, len)) == load_few(folded, len);
	for (size_t at = 0; len - at > 8; at += 8)
		if (fold_octets(load_octets(name + at)) != load_octets(folded + at))
			return false;
	return fold_octets(load_octets(name + len - 8)) == load_octets(folded + len - 8);
}

static void
fold_word(uint8_t *at)
{
	uint64_t folded = fold_octets(load_octets(at));

	memcpy(at, &folded, sizeof(folded));
}

void
name_fold(uint8_t *name, size_t len)
{
	if (len < 8) {
		uint64_t folded = fold_octets(load_few(name, len));

		memcpy(name, &folded, len);
		return;
	}
	for (size_t at = 0; len - at > 8; at += 8)
		fold_word(name + at);
	/* Those that are folded twice do not mind. */
	fold_word(name + len - 8);
}

size_t
name_len(const uint8_t *name)
{
	size_t len = 0;

	while (name[len] != 0)
		len += 1u + name[len];
	return len + 1;
}

const uint8_t *
name_parent(const uint8_t *name)
{
	return *name == 0 ? name : name + 1 + *name;
}

bool
name_is_valid(const uint8_t *name, size_t len)
{
	size_t at = 0;

	if (len > DNS_NAME_MAX)
		return false;
	while (at < len && name[at] != 0) {
		if (name[at] > LABEL_MAX)
			return false;
		at += 1u + name[at];
	}
	return at + 1 == len;
}

static bool
octets_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		size_t count = len - i < 8 ? len - i : 8;

		if (fold_octets(load_few(a + i, count)) != fold_octets(load_few(b + i, count)))
			return false;
	}
	return true;
}

bool
name_equal(const uint8_t *a, const uint8_t *b)
{
	size_t len = name_len(a);

	return len == name_len(b) && octets_equal(a, b, len);
}

bool
name_is_under(const uint8_t *name, const uint8_t *zone)
{
	size_t left = name_len(name);
	size_t zone_len = name_len(zone);

	for (; left > zone_len; name += 1 + *name)
		left -= 1u + *name;
	return left == zone_len && octets_equal(name, zone, zone_len);
}

/* Does the text spell exactly these labels? */
static bool
spells(const uint8_t *name, const char *text)
{
	for (; *name != 0; name += 1 + *name) {
		for (unsigned i = 1; i <= *name; i++, text++) {
			char lower = (char)(*text >= 'A' && *text <= 'Z' ? *text | 0x20 : *text);
			uint8_t octet = name[i];

			if (octet >= 'A' && octet <= 'Z')
				octet |= 0x20;
			if (*text == '\0' || *text == '.' || (uint8_t)lower != octet)
				return false;
		}
		if (*text == '.')
			text++;
		else if (*text != '\0' || name[1 + *name] != 0)
			return false;
	}
	return *text == '\0';
}

bool
name_is_under_text(const uint8_t *name, size_t len, const char *zone)
{
	size_t text_len = strlen(zone);

	if (text_len > 0 && zone[text_len - 1] == '.')
		text_len--;
	size_t zone_len = text_len == 0 ? 1 : text_len + 2;
	if (zone_len > len)
		return false;
	for (; len > zone_len; name += 1 + *name)
		len -= 1u + *name;
	return len == zone_len && (text_len == 0 || spells(name, zone));
}

/* One octet of text with its escape; moves *text on.  ERR_SYNTAX. */
static int
next_octet(const char **text, uint8_t *octet)
{
	const char *at = *text;

	if (*at != '\\') {
		*octet = (uint8_t)*at;
		*text = at + 1;
		return 0;
	}
	at++;
	if (*at >= '0' && *at <= '9') {
		unsigned value = 0;

		for (int i = 0; i < 3; i++, at++) {
			if (*at < '0' || *at > '9')
				return ERR_SYNTAX;
			value = value * 10 + (unsigned)(*at - '0');
		}
		if (value > 255)
			return ERR_SYNTAX;
		*octet = (uint8_t)value;
		*text = at;
		return 0;
	}
	if (*at == '\0')
		return ERR_SYNTAX;
	*octet = (uint8_t)*at;
	*text = at + 1;
	return 0;
}

/* One label up to a dot or the end into label[0..63], length first. */
static int
next_label(const char **text, uint8_t label[1 + LABEL_MAX])
{
	unsigned len = 0;

	while (**text != '\0' && **text != '.') {
		uint8_t octet;
		int err = next_octet(text, &octet);

		if (err != 0)
			return err;
		if (len == LABEL_MAX)
			return ERR_LIMIT;
		label[++len] = octet;
	}
	if (len == 0)
		return ERR_SYNTAX;
	if (**text == '.')
		(*text)++;
	label[0] = (uint8_t)len;
	return 0;
}

int
name_from_text_below(const char *text, const uint8_t *origin, uint8_t name[DNS_NAME_MAX],
    size_t *len)
{
	uint8_t out[DNS_NAME_MAX];
	size_t origin_len = name_len(origin);
	size_t at = 0;

	if (strcmp(text, ".") == 0)
		text++;
	else if (*text == '\0')
		return ERR_SYNTAX;
	while (*text != '\0') {
		uint8_t label[1 + LABEL_MAX];
		int err = next_label(&text, label);

		if (err != 0)
			return err;
		if (at + 1 + label[0] + origin_len > DNS_NAME_MAX)
			return ERR_LIMIT;
		memcpy(out + at, label, 1u + label[0]);
		at += 1u + label[0];
	}
	memcpy(out + at, origin, origin_len);
	memcpy(name, out, at + origin_len);
	*len = at + origin_len;
	return 0;
}

int
name_from_text(const char *text, uint8_t name[DNS_NAME_MAX], size_t *len)
{
	static const uint8_t root[1] = { 0 };

	return name_from_text_below(text, root, name, len);
}

int
name_prepend(const uint8_t *label, size_t label_len, const uint8_t *rest,
    uint8_t name[DNS_NAME_MAX],
    size_t *len)
{
	size_t rest_len = name_len(rest);

	if (label_len == 0 || label_len > LABEL_MAX || 1 + label_len + rest_len > DNS_NAME_MAX)
		return ERR_LIMIT;
	name[0] = (uint8_t)label_len;
	memcpy(name + 1, label, label_len);
	memcpy(name + 1 + label_len, rest, rest_len);
	*len = 1 + label_len + rest_len;
	return 0;
}

static char *
put_octet(char *out, uint8_t octet)
{
	if (octet <= ' ' || octet >= 0x7f) {
		*out++ = '\\';
		*out++ = (char)('0' + octet / 100);
		*out++ = (char)('0' + octet / 10 % 10);
		*out++ = (char)('0' + octet % 10);
		return out;
	}
	if (strchr(".\\\"();@$", octet) != NULL)
		*out++ = '\\';
	*out++ = (char)octet;
	return out;
}

char *
name_to_text(const uint8_t *name, char buf[NAME_TEXT_SIZE])
{
	char *out = buf;

	if (*name == 0)
		*out++ = '.';
	for (; *name != 0; name += 1 + *name) {
		for (unsigned i = 1; i <= *name; i++)
			out = put_octet(out, name[i]);
		if (name[1 + *name] != 0)
			*out++ = '.';
	}
	*out = '\0';
	return buf;
}
