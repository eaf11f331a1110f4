/*
 * field.h - tables that name each field of a kind once.  Thread: any; pure.
 *
 * A table says for every field its name, type, place in the struct, range, default and meaning.
 * The decoder, the warning for unknown fields and zones/README.md are made from it.
 * rollcall.yaml is read by the same means:
 *
 *     static const struct field dns_fields[] = {
 *             { FIELD("ttl", FIELD_INT, dns_config, ttl_s), .max = 86400, .fallback = "5",
 *                 .doc = "seconds an answer may be cached" },
 *             { FIELD("pods", FIELD_ENUM, dns_config, pods), .words = pods_words },
 *             { FIELD_ITEMS("namespaces", FIELD_TEXTS, dns_config, namespaces, namespace_count) },
 *     };
 *     static const struct field_table dns_table = { FIELD_TABLE(dns_fields, dns_config) };
 *     static const struct field config_fields[] = {
 *             { FIELD("dns", FIELD_MAP, config, dns), .sub = &dns_table },
 *     };
 *
 *     struct field_context context = { .arena = arena, .diag = diag, .file = path_in_arena };
 *     field_decode(&config_table, root, &config, &context);
 *     if (context.err != 0 || context.errors != 0) ...
 */
#ifndef ROLLCALL_SOURCE_FIELD_H
#define ROLLCALL_SOURCE_FIELD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct arena;
struct doc_node;
struct field_context;

enum field_type {
	FIELD_IGNORED,          /* known and not used: accepted with everything below it */
	FIELD_BOOL,             /* bool */
	/* 0 not stated, 1 false, 2 true (model/pod.h); any unsigned width */
	FIELD_TRISTATE,
	FIELD_TEXT,             /* const char *, borrowed from the document */
	FIELD_INT,              /* any unsigned width; `words` may name values besides ("auto") */
	FIELD_ENUM,             /* a text out of `words`; any width */
	FIELD_DURATION,         /* uint64_t milliseconds: "1h30m", "10s", "250ms" */
	FIELD_ADDR,             /* struct addr */
	FIELD_PORT,             /* struct port_ref: a number 1-65535 or a port name */
	FIELD_PAIRS,            /* struct pairs: texts by key, sorted */
	FIELD_TEXTS,            /* const char ** + size_t */
	FIELD_ADDRS,            /* struct addr * + size_t */
	FIELD_MAP,              /* a struct inside the struct: `sub` */
	FIELD_MAP_NEW,          /* a pointer to a struct of its own, NULL where not stated: `sub` */
	FIELD_LIST,             /* pointer + size_t, one struct an item: `sub` */
	FIELD_HOOK,             /* `hook` does it all */
};

/* A text and the number it stands for; the last one has text NULL. */
struct field_word {
	const char *text;
	unsigned value;
};

/* Flags. */
#define FIELD_REQUIRED 1u       /* null and "" count as missing */
#define FIELD_ZERO_ABSENT 2u    /* a 0 means not stated (Kubernetes' defaulting) */
#define FIELD_ONE_LINE 4u       /* a text without CR, LF and other control characters */
#define FIELD_SCALAR_OK 8u      /* lists of texts: a single text is a list of one */
#define FIELD_SECRET 16u        /* a text that no error repeats: errors are shown to all who read */

/* Says what is wrong with a text, as the end of a sentence ("must be a DNS label"), or NULL. */
typedef const char *field_rule_fn(const char *text);
/* Decode a value by hand into the struct; report with field_error(). */
typedef void field_hook_fn(struct field_context *context, const struct doc_node *node,
    void *target);
/* Rules over several fields of one struct; runs after all of them, `node` is their mapping. */
typedef field_hook_fn field_check_fn;

struct field {
	const char *name;
	enum field_type type;
	size_t offset;                  /* of the value in the struct */
	size_t size;                    /* of the value */
	size_t count_offset;            /* of the size_t beside a pointer */
	unsigned flags;
	uint64_t min;
	uint64_t max;                   /* 0: as much as fits */
	const struct field_word *words;
	const struct field_table *sub;
	const char *fallback;           /* the default, as it would be written; NULL: zero */
	/* for texts, each of a list of texts, each value of pairs */
	field_rule_fn *rule;
	field_rule_fn *key_rule;        /* for the keys of pairs */
	field_hook_fn *hook;
	/* a wrong text, or key of a mapping in pairs, that people write ... */
	const char *hint_word;
	const char *hint;               /* ... and what to tell them */
	const char *doc;                /* one line for zones/README.md */
	const char *shown;              /* FIELD_HOOK: its type in words, for the same */
};

/* The first members of a field that goes into member `m` of struct `s`. */
#define FIELD(text, kind, s, m) \
	.name = (text), .type = (kind), .offset = offsetof(struct s, m), \
	.size = sizeof(((struct s *)0)->m)
#define FIELD_ITEMS(text, kind, s, m, c) \
	FIELD(text, kind, s, m), .count_offset = offsetof(struct s, c)
/* A mapping whose fields go into the same struct as this one's. */
#define FIELD_FLAT(text, table) .name = (text), .type = FIELD_MAP, .sub = (table)
#define FIELD_UNUSED(text) { .name = (text), .type = FIELD_IGNORED }

#define FIELDS_MAX 128

struct field_table {
	const char *title;              /* for zones/README.md: "Service", "Probe" */
	const struct field *fields;
	size_t count;                   /* at most FIELDS_MAX */
	size_t size;                    /* of the struct; for FIELD_MAP_NEW and FIELD_LIST */
	size_t place_offset;            /* of a struct place to fill; FIELD_NO_PLACE: none */
	field_check_fn *check;
};
#define FIELD_NO_PLACE SIZE_MAX
#define FIELD_TABLE(list, s) \
	.fields = (list), .count = sizeof(list) / sizeof(*(list)), .size = sizeof(struct s), \
	.place_offset = FIELD_NO_PLACE

/* A message shows at most so many steps of where the decoder is, and octets of that. */
#define FIELD_STEPS_MAX 32
#define FIELD_PATH_SIZE 256

/* One step down: to a name, or to an item of a list. */
struct field_step {
	const char *name;               /* borrowed while the decoder is below it; NULL: an item */
	size_t index;
};

struct field_context {
	struct arena *arena;            /* holds all that is decoded */
	struct diag *diag;
	const char *file;               /* what places in decoded structs point to */
	const char *subject;            /* "Service shop/web"; NULL or "" for none */
	const void *arg;                /* the hooks' own */
	size_t errors;                  /* said so far */
	size_t unknown;                 /* fields warned about so far */
	int err;                        /* 0 or ERR_NOMEM; sticks */
	struct field_step steps[FIELD_STEPS_MAX];       /* where the decoder is: spec.ports[0] */
	size_t depth;
};

/*
 * Texts are not copied: what is decoded lives no longer than the document (doc_read() into the same
 * arena, or packed before the next one is read).
 *
 * Decode a mapping (or NULL, a DOC_NULL: nothing stated) into `target`, which is zeroed or
 * holds what
 * fields without `fallback` are to keep.  All problems are said; look at context->errors and ->err.
 */
void field_decode(const struct field_table *table, const struct doc_node *node, void *target,
    struct field_context *context);

/*
 * Say that something is wrong at `node` (NULL: no place): "SUBJECT: PATH TEXT". `below` is put
 * behind the path (".port", "" for none).
 */
void field_error(struct field_context *context, const struct doc_node *node, const char *below,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void field_warn(struct field_context *context, const struct doc_node *node, const char *below,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Go one step down for messages (`name` is borrowed), and back to what field_enter() returned. */
size_t field_enter(struct field_context *context, const char *name);
size_t field_enter_item(struct field_context *context, size_t index);
void field_leave(struct field_context *context, size_t mark);

/* The place of a node as it may be kept in a decoded struct. */
struct place field_place(const struct field_context *context, const struct doc_node *node);

/* Parse "1h30m", "10s", "250ms", "0"; false: it is none.  A bare number other than 0 is none. */
bool field_parse_duration(const char *text, uint64_t *ms);
#endif
