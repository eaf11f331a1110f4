/* shop.c - objects of a namespace, into a store and out of it what is dirty. */
#include "tests/model/shop.h"

#include <stdint.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/suite.h"

void
shop_put(struct store *store, struct diag *diag, const char *file,
    struct object *a, struct object *b, struct object *c)
{
	struct object *objects[3] = { a, b, c };
	size_t count = (a != NULL) + (size_t)(b != NULL) + (size_t)(c != NULL);

	ck_assert_int_eq(store_replace_file(store, file, objects, count, diag), 0);
}

const char *
shop_dirty(struct store *store, struct strbuf *said)
{
	const struct store_key *keys;
	const char *const *names;
	struct store_key key;
	size_t count;

	strbuf_clear(said);
	while (store_take_dirty_verdict(store, &key))
		strbuf_addf(said, "v:%s/%s ", key.ns, key.name);
	count = store_take_dirty_services(store, SIZE_MAX, &keys);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(said, "s:%s/%s ", keys[i].ns, keys[i].name);
	count = store_take_dirty_pods(store, SIZE_MAX, &keys);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(said, "p:%s/%s ", keys[i].ns, keys[i].name);
	count = store_take_dirty_namespaces(store, &names);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(said, "n:%s ", names[i]);
	ck_assert(!store_is_dirty(store));
	return said->text;
}

struct object *
shop_service(const char *name, const char *selector)
{
	return &build_service("shop", name, selector)->object;
}

struct object *
shop_pod(const char *name, const char *labels)
{
	return &build_pod("shop", name, labels, "10.0.0.1")->object;
}

struct object *
shop_slice(const char *name, const char *of)
{
	return &build_slice(KIND_ENDPOINT_SLICE, "shop", name, of, "10.0.0.9")->object;
}
