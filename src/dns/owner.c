/* owner.c - make names in wire form, lower case, label by label. */
#include "dns/owner.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/entry.h"

#define LABEL_MAX 63

static uint8_t
lower(char c)
{
	return (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Write the labels of `text` without a root label; the length, or 0 where they are no labels. */
static size_t
write_labels(const char *text, uint8_t *wire, size_t room)
{
	size_t used = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, ".");

		if (len == 0 || len > LABEL_MAX || used + 1 + len > room)
			return 0;
		wire[used++] = (uint8_t)len;
		for (size_t i = 0; i < len; i++)
			wire[used++] = lower(text[i]);
		text += len;
		if (*text == '.')
			text++;
	}
	return used;
}

size_t
owner_len(const uint8_t *name)
{
	size_t len = 0;

	while (name[len] != 0)
		len += 1U + name[len];
	return len + 1;
}

int
owner_compare(const uint8_t *a, const uint8_t *b)
{
	if (a == b)
		return 0;
	if (a == NULL || b == NULL)
		return a == NULL ? -1 : 1;
	size_t a_len = owner_len(a), b_len = owner_len(b);
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0)
		return order;
	return (a_len > b_len) - (a_len < b_len);
}

int
owner_under(struct arena *arena, const char *label, const uint8_t *parent, const uint8_t **name)
{
	uint8_t wire[DNS_NAME_MAX];

	if (parent == NULL)
		return ERR_LIMIT;
	size_t parent_len = owner_len(parent);
	size_t len = write_labels(label, wire, sizeof(wire) - parent_len);
	if (len == 0)
		return ERR_LIMIT;
	memcpy(wire + len, parent, parent_len);
	const uint8_t *copy = arena_copy(arena, wire, len + parent_len);
	if (copy == NULL)
		return ERR_NOMEM;
	*name = copy;
	return 0;
}

int
owner_prepend(struct arena *arena, const char *label, const uint8_t *parent, size_t parent_len,
    const uint8_t **name)
{
	size_t len = strlen(label);

	if (len == 0 || len > LABEL_MAX || 1 + len + parent_len > DNS_NAME_MAX)
		return ERR_LIMIT;
	uint8_t *wire = arena_alloc(arena, 1 + len + parent_len);
	if (wire == NULL)
		return ERR_NOMEM;
	wire[0] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		wire[1 + i] = lower(label[i]);
	memcpy(wire + 1 + len, parent, parent_len);
	*name = wire;
	return 0;
}

int
owner_from_text(struct arena *arena, const char *text, const uint8_t **name)
{
	static const uint8_t root[1] = { 0 };

	return owner_under(arena, text, root, name);
}
