/* shop.h - objects of the namespace shop, into a store and out of it what is dirty. */
#ifndef ROLLCALL_TESTS_MODEL_SHOP_H
#define ROLLCALL_TESTS_MODEL_SHOP_H

struct diag;
struct object;
struct store;
struct strbuf;

struct object *shop_service(const char *name, const char *selector);
struct object *shop_pod(const char *name, const char *labels);
struct object *shop_slice(const char *name, const char *of);

/* The file states these objects now; NULL: no more of them. */
void shop_put(struct store *store, struct diag *diag, const char *file, struct object *a,
    struct object *b, struct object *c);

/* The dirty Services (v: by verdicts), Pods and namespaces as "s:a/b p:a/c n:d", in order; takes them. */
const char *shop_dirty(struct store *store, struct strbuf *said);
#endif
