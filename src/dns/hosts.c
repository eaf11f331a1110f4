/* hosts.c - a hosts file to entries: A, AAAA and PTR. */
#include "dns/hosts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "dns/content.h"
#include "dns/name.h"
#include "dns/owner.h"
#include "dns/reverse.h"
#include "dns/rrset.h"
#include "dns/wire.h"

#define ARENA_FIRST 65536
#define SCRATCH_FIRST 4096
#define WORD_MAX 256            /* a longer one is neither an address nor a name */
#define SHOWN_MAX 60

/* A name has an address (target NULL), or the name of an address is the target. */
struct pair {
	const uint8_t *owner;
	const uint8_t *target;
	struct addr addr;
	unsigned line;
};

struct hosts {
	const char *path;
	struct diag *diag;
	struct arena *arena;            /* of names */
	struct arena *scratch;          /* of one entry */
	struct pair *pairs;
	size_t count;
	size_t room;
	unsigned line;
	struct content *content;
};

/* ---- lines --------------------------------------------------------------------------------- */

struct word {
	const char *text;
	size_t len;
	unsigned column;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The next word of a line that begins at `line`; length 0: there is none. */
static struct word
next_word(const char *line, const char *at, const char *end)
{
	struct word word;

	while (at < end && is_blank(*at))
		at++;
	word = (struct word){ .text = at, .column = (unsigned)(at - line) + 1 };
	while (at < end && !is_blank(*at))
		at++;
	word.len = (size_t)(at - word.text);
	return word;
}

static void
warn(const struct hosts *hosts, const struct word *word, const char *what)
{
	const struct place place = { hosts->path, hosts->line, word->column };
	char shown[4 * SHOWN_MAX + 1];

	text_escape(shown, sizeof(shown), word->text, word->len < SHOWN_MAX ? word->len :
	    SHOWN_MAX);
	diag_add(hosts->diag, SEVERITY_WARNING, &place, "%s: %s", shown, what);
}

static int
add_pair(struct hosts *hosts, const struct pair *pair)
{
	if (array_reserve(&hosts->pairs, &hosts->room, hosts->count + 1,
	    sizeof(*hosts->pairs)) != 0)
		return ERR_NOMEM;
	hosts->pairs[hosts->count++] = *pair;
	return 0;
}

/* The name in the arena; NULL and 0: it is none, and that is said. */
static int
read_name(struct hosts *hosts, const struct word *word, const uint8_t **name)
{
	uint8_t wire[DNS_NAME_MAX];
	char text[WORD_MAX];
	size_t len;

	*name = NULL;
	if (word->len < sizeof(text)) {
		memcpy(text, word->text, word->len);
		text[word->len] = '\0';
	}
	if (word->len >= sizeof(text) || strlen(text) != word->len ||
	    name_from_text(text, wire, &len) != 0 || len == 1) {
		warn(hosts, word, "is no host name");
		return 0;
	}
	name_fold(wire, len);
	*name = arena_copy(hosts->arena, wire, len);
	return *name == NULL ? ERR_NOMEM : 0;
}

static bool
is_unspecified(const struct addr *addr)
{
	for (size_t i = 0; i < addr_len(addr); i++)
		if (addr->octets[i] != 0)
			return false;
	return true;
}

static int
add_pointer(struct hosts *hosts, const struct pair *pair)
{
	struct cidr whole = { .base = pair->addr,
		.bits = (uint8_t)(8 * addr_len(&pair->addr)) };
	struct pair pointer = { .target = pair->owner, .addr = pair->addr, .line = pair->line };
	uint8_t name[DNS_NAME_MAX];

	if (is_unspecified(&pair->addr))
		return 0;
	pointer.owner = arena_copy(hosts->arena, name, reverse_name(&whole, name));
	return pointer.owner == NULL ? ERR_NOMEM : add_pair(hosts, &pointer);
}

static int
read_names(struct hosts *hosts, const char *line, const char *at, const char *end,
    struct pair *pair)
{
	bool first = true;
	int err = 0;

	for (;;) {
		struct word word = next_word(line, at, end);

		if (word.len == 0 || err != 0)
			return err;
		at = word.text + word.len;
		err = read_name(hosts, &word, &pair->owner);
		if (err != 0 || pair->owner == NULL)
			continue;
		err = add_pair(hosts, pair);
		if (err == 0 && first)
			err = add_pointer(hosts, pair);
		first = false;
	}
}

static int
read_line(struct hosts *hosts, const char *line, const char *end)
{
	const char *comment = memchr(line, '#', (size_t)(end - line));
	struct word word = next_word(line, line, comment != NULL ? comment : end);
	struct pair pair = { .line = hosts->line };
	char text[WORD_MAX];

	end = comment != NULL ? comment : end;
	if (word.len == 0)
		return 0;
	if (memchr(word.text, '%', word.len) != NULL)
		return 0;       /* only where it is from does that zone have a meaning */
	if (word.len >= sizeof(text)) {
		warn(hosts, &word, "is no IP address");
		return 0;
	}
	memcpy(text, word.text, word.len);
	text[word.len] = '\0';
	if (strlen(text) != word.len || addr_parse(text, &pair.addr) != 0) {
		warn(hosts, &word, "is no IP address");
		return 0;
	}
	if (next_word(line, word.text + word.len, end).len == 0)
		warn(hosts, &word, "has no name");
	return read_names(hosts, line, word.text + word.len, end, &pair);
}

static int
read_lines(struct hosts *hosts, const char *text, size_t len, const atomic_bool *stop)
{
	const char *at = text, *all = text + len;
	int err = 0;

	while (err == 0 && at < all) {
		const char *end = memchr(at, '\n', (size_t)(all - at));

		if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
			return ERR_CLOSED;
		end = end != NULL ? end : all;
		hosts->line++;
		err = read_line(hosts, at, end);
		at = end + 1;
	}
	return err;
}

/* ---- entries ------------------------------------------------------------------------------- */

/* By owner, then A before AAAA, then as the file has them. */
static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = owner_compare(x->owner, y->owner);

	if (order == 0)
		order = x->addr.family - y->addr.family;
	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static bool
is_repeated(const struct pair *first, const struct pair *pair)
{
	/* A set that is so long that this is slow is longer than a message, too. */
	for (const struct pair *at = first; at < pair; at++)
		if (addr_compare(&at->addr, &pair->addr) == 0)
			return true;
	return false;
}

static int
list_records(struct hosts *hosts, const struct pair *pairs, size_t count,
    struct rrset_list *records)
{
	int err = rrset_list_init(records, hosts->scratch, count);

	if (err != 0)
		return err;
	if (pairs[0].target != NULL) {
		rrset_add_name(records, DNS_TYPE_PTR, pairs[0].target, HOSTS_TTL_S);
		return 0;
	}
	for (size_t i = 0; i < count && records->left_out == 0; i++)
		if (!is_repeated(pairs, &pairs[i]))
			rrset_add_addr(records, NULL, &pairs[i].addr, HOSTS_TTL_S);
	return 0;
}

static int
add_entry(struct hosts *hosts, const struct pair *pairs, size_t count)
{
	const struct place place = { hosts->path, pairs[0].line, 0 };
	struct entry_spec spec = { .kind = ENTRY_HOST, .name = pairs[0].owner,
		.zone = pairs[0].owner };
	struct rrset_list records;
	struct entry *entry;
	char text[NAME_TEXT_SIZE];
	int err = list_records(hosts, pairs, count, &records);

	if (err != 0)
		return err;
	if (records.left_out > 0)
		diag_add(hosts->diag, SEVERITY_WARNING, &place,
		    "%s has more addresses than a DNS message can carry",
		    name_to_text(pairs[0].owner, text));
	spec.records = records.items;
	spec.record_count = records.count;
	err = entry_build(&spec, &entry);
	arena_reset(hosts->scratch);
	if (err == 0)
		err = content_add(hosts->content, entry);
	return err == ERR_NOMEM ? err : 0;
}

static int
add_entries(struct hosts *hosts)
{
	size_t first = 0;
	int err = 0;

	if (hosts->count > 1)
		qsort(hosts->pairs, hosts->count, sizeof(*hosts->pairs), compare_pairs);
	for (size_t i = 1; err == 0 && i <= hosts->count; i++) {
		if (i < hosts->count &&
		    owner_compare(hosts->pairs[i].owner, hosts->pairs[first].owner) == 0)
			continue;
		err = add_entry(hosts, hosts->pairs + first, i - first);
		first = i;
	}
	return err;
}

int
hosts_build(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct content **out)
{
	struct hosts hosts = { .path = path, .diag = diag, .arena = arena_new(ARENA_FIRST),
		.scratch = arena_new(SCRATCH_FIRST), .content = content_new() };
	int err = hosts.arena == NULL || hosts.scratch == NULL || hosts.content == NULL ?
	    ERR_NOMEM : 0;

	if (err == 0)
		err = read_lines(&hosts, text, len, stop);
	if (err == 0)
		err = add_entries(&hosts);
	if (err == 0)
		*out = hosts.content;
	else
		content_free(hosts.content);
	free(hosts.pairs);
	arena_free(hosts.scratch);
	arena_free(hosts.arena);
	return err;
}
