/* content.c - what one zone file or hosts file states, as entries ready to be put. */
#include "dns/content.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/err.h"
#include "dns/owner.h"

struct content *
content_new(void)
{
	return calloc(1, sizeof(struct content));
}

void
content_free(struct content *content)
{
	if (content == NULL)
		return;
	for (size_t i = 0; i < content->count; i++)
		entry_free(content->entries[i]);
	free(content->entries);
	free(content->soa_rdata);
	free(content);
}

int
content_add(struct content *content, struct entry *entry)
{
	if (array_reserve(&content->entries, &content->room, content->count + 1,
	    sizeof(struct entry *)) != 0) {
		entry_free(entry);
		return ERR_NOMEM;
	}
	content->entries[content->count++] = entry;
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return owner_compare(entry_name(*x), entry_name(*y));
}

void
content_sort(struct content *content)
{
	if (content->count > 1)
		qsort(content->entries, content->count, sizeof(struct entry *), compare_names);
}
