/* store_index.c - find Pods by labels, Services by Pod, and slices by Service, without a scan. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"
#include "model/store_parts.h"

/* Namespace (63), label key (317), label value (63) or Service name, and room to spare. */
#define TERM_SIZE 1024

static size_t
term_key(char key[TERM_SIZE], const char *ns, const char *name, const char *value)
{
	const char *parts[] = { ns, name, value };
	size_t len = 0;

	for (size_t i = 0; i < 3; i++) {
		size_t size = strlen(parts[i]) + 1;

		if (size > TERM_SIZE - len)
			return 0;
		memcpy(key + len, parts[i], size);
		len += size;
	}
	return len;
}

static struct term *
term_find(const struct store *store, const char *ns, const char *name, const char *value)
{
	char key[TERM_SIZE];
	size_t len = term_key(key, ns, name, value);
	struct term *term = NULL;

	if (len > 0)
		HASH_FIND(hh, store->terms, key, len, term);
	return term;
}

static int
term_obtain(struct store *store, const char *ns, const char *name, const char *value,
    struct term **out)
{
	char key[TERM_SIZE];
	size_t len = term_key(key, ns, name, value);
	struct term *term = NULL;

	if (len == 0)
		return ERR_LIMIT;
	HASH_FIND(hh, store->terms, key, len, term);
	if (term == NULL) {
		term = calloc(1, sizeof(*term) + len);
		if (term == NULL)
			return ERR_NOMEM;
		memcpy(term->key, key, len);
		HASH_ADD_KEYPTR(hh, store->terms, term->key, len, term);
		if (term->hh.tbl == NULL) {
			free(term);
			return ERR_NOMEM;
		}
	}
	term->references++;
	*out = term;
	return 0;
}

static void
term_release(struct store *store, struct term *term)
{
	if (--term->references > 0)
		return;
	HASH_DEL(store->terms, term);
	free(term);
}

/* The selector's term that finds the fewest Services so far, those being prepared included. */
static const struct pair *
rarest_pair(const struct store *store, const char *ns, const struct pairs *selector)
{
	const struct pair *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < selector->count; i++) {
		const struct pair *pair = &selector->items[i];
		const struct term *term = term_find(store, ns, pair->key, pair->value);
		size_t count = term != NULL ? term->selectors : 0;

		if (count < least) {
			least = count;
			best = pair;
		}
	}
	return best;
}

/* The terms an object has to be found by: at most one but for Pods. */
static struct pairs
object_terms(const struct store *store, const struct object *object, struct pair *one)
{
	const struct pair *pair;

	switch (object->kind) {
	case KIND_POD:
		return object->labels;
	case KIND_SERVICE:
		pair = rarest_pair(store, object->ns,
		    &((const struct service *)(const void *)object)->selector);
		if (pair == NULL)
			break;
		*one = *pair;
		return (struct pairs){ one, 1 };
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		*one = (struct pair){ "",
		    ((const struct slice *)(const void *)object)->service_name };
		if (one->value == NULL)
			break;
		return (struct pairs){ one, 1 };
	case KIND_NAMESPACE:
		break;
	}
	return (struct pairs){ NULL, 0 };
}

int
store_postings_new(struct store *store, struct claim *claim, const struct object *object,
    struct postings *out)
{
	struct pair one;
	struct pairs terms = object_terms(store, object, &one);
	struct postings made = { NULL, 0 };

	if (terms.count == 0) {
		*out = made;
		return 0;
	}
	made.items = calloc(terms.count, sizeof(*made.items));
	if (made.items == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < terms.count; i++) {
		struct posting *posting = &made.items[i];
		int err = term_obtain(store, object->ns, terms.items[i].key, terms.items[i].value,
		    &posting->term);

		if (err != 0) {
			store_postings_free(store, &made);
			return err;
		}
		posting->claim = claim;
		if (object->kind == KIND_SERVICE)
			posting->term->selectors++;
		made.count++;
	}
	*out = made;
	return 0;
}

void
store_postings_free(struct store *store, struct postings *postings)
{
	for (size_t i = 0; i < postings->count; i++) {
		struct posting *posting = &postings->items[i];

		if (posting->claim->slot->kind == KIND_SERVICE)
			posting->term->selectors--;
		term_release(store, posting->term);
	}
	free(postings->items);
	*postings = (struct postings){ NULL, 0 };
}

static enum posting_side
side_of(const struct posting *posting)
{
	return posting->claim->slot->kind == KIND_SERVICE ? SIDE_SELECTORS : SIDE_MEMBERS;
}

void
store_postings_link(struct postings *postings)
{
	for (size_t i = 0; i < postings->count; i++) {
		struct posting *posting = &postings->items[i];
		enum posting_side side = side_of(posting);
		struct posting **head = &posting->term->heads[side];

		posting->linked = true;
		posting->prev = NULL;
		posting->next = *head;
		if (*head != NULL)
			(*head)->prev = posting;
		*head = posting;
		posting->term->counts[side]++;
	}
}

void
store_postings_unlink(struct postings *postings)
{
	for (size_t i = 0; i < postings->count; i++) {
		struct posting *posting = &postings->items[i];
		enum posting_side side = side_of(posting);

		if (!posting->linked)
			continue;
		posting->linked = false;
		if (posting->prev != NULL)
			posting->prev->next = posting->next;
		else
			posting->term->heads[side] = posting->next;
		if (posting->next != NULL)
			posting->next->prev = posting->prev;
		posting->term->counts[side]--;
	}
}

/* The term of the selector that the fewest Pods carry; NULL: one that none carries. */
static const struct term *
narrowest_term(const struct store *store, const char *ns, const struct pairs *selector)
{
	const struct term *best = NULL;

	for (size_t i = 0; i < selector->count; i++) {
		const struct term *term = term_find(store, ns, selector->items[i].key,
		    selector->items[i].value);

		if (term == NULL || term->counts[SIDE_MEMBERS] == 0)
			return NULL;
		if (best == NULL || term->counts[SIDE_MEMBERS] < best->counts[SIDE_MEMBERS])
			best = term;
	}
	return best;
}

int
store_each_selected_pod(const struct store *store, const char *ns, const struct pairs *selector,
    store_visit_fn *visit, void *arg)
{
	const struct term *term = narrowest_term(store, ns, selector);

	if (term == NULL)
		return 0;
	for (const struct posting *posting = term->heads[SIDE_MEMBERS]; posting != NULL;
	    posting = posting->next) {
		const struct object *object = posting->claim->object;
		int stop = pairs_match(selector, &object->labels) ? visit(arg, object) : 0;

		if (stop != 0)
			return stop;
	}
	return 0;
}

int
store_each_slice(const struct store *store, const char *ns, const char *service,
    store_visit_fn *visit, void *arg)
{
	const struct term *term = term_find(store, ns, "", service);

	if (term == NULL)
		return 0;
	for (const struct posting *posting = term->heads[SIDE_MEMBERS]; posting != NULL;
	    posting = posting->next) {
		int stop = visit(arg, posting->claim->object);

		if (stop != 0)
			return stop;
	}
	return 0;
}

int
store_each_selecting_service(const struct store *store, const struct pod *pod,
    store_visit_fn *visit, void *arg)
{
	const struct pairs *labels = &pod->object.labels;

	for (size_t i = 0; i < labels->count; i++) {
		const struct term *term = term_find(store, pod->object.ns, labels->items[i].key,
		    labels->items[i].value);

		if (term == NULL)
			continue;
		for (const struct posting *posting = term->heads[SIDE_SELECTORS]; posting != NULL;
		    posting = posting->next) {
			const struct service *service = (const void *)posting->claim->object;
			int stop = pairs_match(&service->selector, labels) ?
			    visit(arg, &service->object) : 0;

			if (stop != 0)
				return stop;
		}
	}
	return 0;
}
