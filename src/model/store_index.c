/* store_index.c - find Pods by labels, Services by Pod, and slices by Service, without a scan. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"
#include "model/store_parts.h"

/* Namespace (63), label key (317), label value (63), and room to spare. */
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

/* A term's key as it is looked for. */
struct term_key {
	const char *text;
	size_t len;
};

static bool
is_term(const void *item, const void *key)
{
	const struct term *term = item;
	const struct term_key *wanted = key;

	return term->key_len == wanted->len && memcmp(term->key, wanted->text, wanted->len) == 0;
}

static struct term *
term_find_key(const struct store *store, uint32_t hash, const char *text, size_t len)
{
	const struct term_key key = { text, len };

	return keyset_find(&store->terms, hash, is_term, &key);
}

static struct term *
term_find(const struct store *store, const char *ns, const char *name, const char *value)
{
	char key[TERM_SIZE];
	size_t len = term_key(key, ns, name, value);

	return len == 0 ? NULL :
	    term_find_key(store, keyset_hash(&store->terms, key, len), key, len);
}

static struct term *
term_new(struct store *store, uint32_t hash, const char *key, size_t len)
{
	struct term *term = calloc(1, sizeof(*term) + len);

	if (term == NULL)
		return NULL;
	memcpy(term->key, key, len);
	term->key_len = (uint32_t)len;
	term->hash = hash;
	if (keyset_add(&store->terms, hash, term) != 0) {
		free(term);
		return NULL;
	}
	return term;
}

static int
term_obtain(struct store *store, const char *ns, const char *name, const char *value,
    struct term **out)
{
	char key[TERM_SIZE];
	size_t len = term_key(key, ns, name, value);
	uint32_t hash = keyset_hash(&store->terms, key, len);
	struct term *term;

	if (len == 0)
		return ERR_LIMIT;
	term = term_find_key(store, hash, key, len);
	if (term == NULL)
		term = term_new(store, hash, key, len);
	if (term == NULL)
		return ERR_NOMEM;
	term->references++;
	*out = term;
	return 0;
}

static void
term_release(struct store *store, struct term *term)
{
	if (--term->references > 0)
		return;
	keyset_remove(&store->terms, term->hash, term);
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

/* ---- Pods and the Services that select them ---- */

static void
postings_free(struct store *store, const struct slot *slot, struct postings *postings)
{
	for (size_t i = 0; postings != NULL && i < postings->count; i++) {
		struct posting *posting = &postings->items[i];

		if (slot->kind == KIND_SERVICE)
			posting->term->selectors--;
		term_release(store, posting->term);
	}
	free(postings);
}

/* One posting a term; NULL for none at all. */
static int
postings_new(struct store *store, struct slot *slot, const char *ns, const struct pair *terms,
    size_t count, struct postings **out)
{
	struct postings *made;

	*out = NULL;
	if (count == 0)
		return 0;
	made = calloc(1, sizeof(*made) + count * sizeof(made->items[0]));
	if (made == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct posting *posting = &made->items[i];
		int err = term_obtain(store, ns, terms[i].key, terms[i].value, &posting->term);

		if (err != 0) {
			postings_free(store, slot, made);
			return err;
		}
		posting->slot = slot;
		if (slot->kind == KIND_SERVICE)
			posting->term->selectors++;
		made->count++;
	}
	*out = made;
	return 0;
}

static void
postings_link(struct slot *slot)
{
	struct postings *postings = slot->serving.found.postings;
	enum posting_side side = slot->kind == KIND_SERVICE ? SIDE_SELECTORS :
	    SIDE_MEMBERS;

	for (size_t i = 0; postings != NULL && i < postings->count; i++) {
		struct posting *posting = &postings->items[i];
		struct posting **head = &posting->term->heads[side];

		posting->link = head;
		posting->next = *head;
		if (*head != NULL)
			(*head)->link = &posting->next;
		*head = posting;
		posting->term->counts[side]++;
	}
}

static void
postings_unlink(struct slot *slot)
{
	struct postings *postings = slot->serving.found.postings;
	enum posting_side side = slot->kind == KIND_SERVICE ? SIDE_SELECTORS :
	    SIDE_MEMBERS;

	for (size_t i = 0; postings != NULL && i < postings->count; i++) {
		struct posting *posting = &postings->items[i];

		if (posting->link == NULL)
			continue;
		*posting->link = posting->next;
		if (posting->next != NULL)
			posting->next->link = posting->link;
		posting->link = NULL;
		posting->term->counts[side]--;
	}
}

/* ---- slices and their Service ---- */

static int
service_refer(struct store *store, const struct object *object, struct service_slot **out)
{
	const char *name = ((const struct slice *)(const void *)object)->service_name;
	struct service_slot *service;
	int err;

	*out = NULL;
	if (name == NULL)
		return 0;
	err = store_slot_obtain_service(store, object->ns, name, &service);
	if (err != 0)
		return err;
	if (service->told.slot.references == REFERENCES_MAX)
		return ERR_LIMIT;
	service->told.slot.references++;
	*out = service;
	return 0;
}

static void
slice_link(struct slice_slot *slice)
{
	struct service_slot *service = slice->slot.serving.found.service;

	if (service == NULL)
		return;
	slice->link = &service->slices;
	slice->next = service->slices;
	if (slice->next != NULL)
		slice->next->link = &slice->next;
	service->slices = slice;
}

static void
slice_unlink(struct slice_slot *slice)
{
	if (slice->link == NULL)
		return;
	*slice->link = slice->next;
	if (slice->next != NULL)
		slice->next->link = slice->link;
	slice->link = NULL;
}

/* ---- whatever it is ---- */

int
store_found_new(struct store *store, struct slot *slot, const struct object *object,
    union found *out)
{
	const struct pairs *labels;
	const struct pair *pair;
	size_t count;

	switch ((enum object_kind)object->kind) {
	case KIND_POD:
		labels = &((const struct pod *)(const void *)object)->labels;
		return postings_new(store, slot, object->ns, labels->items, labels->count,
		    &out->postings);
	case KIND_SERVICE:
		pair = rarest_pair(store, object->ns,
		    &((const struct service *)(const void *)object)->selector);
		count = pair != NULL ? 1 : 0;
		return postings_new(store, slot, object->ns, pair, count, &out->postings);
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		return service_refer(store, object, &out->service);
	case KIND_NAMESPACE:
	case KIND_INGRESS:
		break;
	}
	return 0;
}

void
store_found_free(struct store *store, const struct slot *slot, union found *found)
{
	switch ((enum object_kind)slot->kind) {
	case KIND_POD:
	case KIND_SERVICE:
		postings_free(store, slot, found->postings);
		found->postings = NULL;
		break;
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		if (found->service == NULL)
			break;
		found->service->told.slot.references--;
		store_slot_prune(store, &found->service->told.slot);
		found->service = NULL;
		break;
	case KIND_NAMESPACE:
	case KIND_INGRESS:
		break;
	}
}

void
store_found_link(struct slot *slot)
{
	switch ((enum object_kind)slot->kind) {
	case KIND_POD:
	case KIND_SERVICE:
		postings_link(slot);
		break;
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		slice_link((struct slice_slot *)(void *)slot);
		break;
	case KIND_NAMESPACE:
	case KIND_INGRESS:
		break;
	}
}

void
store_found_unlink(struct slot *slot)
{
	switch ((enum object_kind)slot->kind) {
	case KIND_POD:
	case KIND_SERVICE:
		postings_unlink(slot);
		break;
	case KIND_ENDPOINTS:
	case KIND_ENDPOINT_SLICE:
		slice_unlink((struct slice_slot *)(void *)slot);
		break;
	case KIND_NAMESPACE:
	case KIND_INGRESS:
		break;
	}
}

/* ---- looking ---- */

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
		const struct object *object = posting->slot->serving.object;
		const struct pairs *labels = &((const struct pod *)(const void *)object)->labels;
		int stop = pairs_match(selector, labels) ? visit(arg, object) : 0;

		if (stop != 0)
			return stop;
	}
	return 0;
}

int
store_each_slice(const struct store *store, const char *ns, const char *service,
    store_visit_fn *visit, void *arg)
{
	const struct slot *slot = store_slot_find(store, KIND_SERVICE, ns, service);
	const struct slice_slot *slice = slot == NULL ? NULL :
	    ((const struct service_slot *)(const void *)slot)->slices;

	for (; slice != NULL; slice = slice->next) {
		int stop = visit(arg, slice->slot.serving.object);

		if (stop != 0)
			return stop;
	}
	return 0;
}

typedef int selecting_fn(void *arg, struct slot *service);

static int
each_selecting(const struct store *store, const struct object *pod, selecting_fn *visit, void *arg)
{
	const struct pairs *labels = &((const struct pod *)(const void *)pod)->labels;

	for (size_t i = 0; i < labels->count; i++) {
		const struct term *term = term_find(store, pod->ns, labels->items[i].key,
		    labels->items[i].value);

		if (term == NULL)
			continue;
		for (const struct posting *posting = term->heads[SIDE_SELECTORS]; posting != NULL;
		    posting = posting->next) {
			const struct service *service =
			    (const void *)posting->slot->serving.object;
			int stop = pairs_match(&service->selector, labels) ?
			    visit(arg, posting->slot) : 0;

			if (stop != 0)
				return stop;
		}
	}
	return 0;
}

struct selecting_visit {
	store_visit_fn *visit;
	void *arg;
};

static int
visit_object(void *arg, struct slot *service)
{
	const struct selecting_visit *visit = arg;

	return visit->visit(visit->arg, service->serving.object);
}

int
store_each_selecting_service(const struct store *store, const struct pod *pod,
    store_visit_fn *visit, void *arg)
{
	struct selecting_visit selecting = { visit, arg };

	return each_selecting(store, &pod->object, visit_object, &selecting);
}

static int
mark(void *arg, struct slot *service)
{
	store_slot_mark(arg, service);
	return 0;
}

void
store_mark_selecting(struct store *store, const struct object *pod)
{
	each_selecting(store, pod, mark, store);
}

static int
mark_verdict(void *arg, struct slot *service)
{
	store_slot_mark_verdict(arg, service);
	return 0;
}

void
store_mark_selecting_verdict(struct store *store, const struct object *pod)
{
	each_selecting(store, pod, mark_verdict, store);
}
