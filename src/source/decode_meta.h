/* decode_meta.h - metadata, annotations and rules of names for all kinds.  Thread: any. */
#ifndef ROLLCALL_SOURCE_DECODE_META_H
#define ROLLCALL_SOURCE_DECODE_META_H
#include "model/object.h"
#include "source/field.h"

struct doc_node;

/* What metadata states; what a kind is decoded to begins with it. */
struct stated_meta {
	struct object object;
	struct pairs labels;
	struct pairs annotations;
	const char *uid;
};

/* metadata, into a struct stated_meta; names are DNS subdomains. */
extern const struct field_table decode_meta_table;
/* The same where a name must be a DNS label: Service, Namespace. */
extern const struct field_table decode_meta_label_table;

/* The fields apiVersion and kind, which every root table begins with. */
#define DECODE_META_TYPE FIELD_UNUSED("apiVersion"), FIELD_UNUSED("kind")

/* Rules (field_rule_fn). */
const char *decode_rule_label(const char *text);
const char *decode_rule_subdomain(const char *text);
const char *decode_rule_label_key(const char *text);
const char *decode_rule_label_value(const char *text);
const char *decode_rule_port_name(const char *text);

extern const struct field_word decode_protocol_words[];

/* The node of an annotation's value, or NULL; of metadata.annotations.KEY in an object's root. */
const struct doc_node *decode_annotation(const struct doc_node *root, const char *key);

/*
 * Warn about annotations under rollcall/ that are none of `known`, or mean nothing on this
 * kind. `known` are names without the prefix.
 */
void decode_annotations_check(struct field_context *context, const struct doc_node *root,
    const char *kind,
    const char *const *known, size_t count);

/*
 * An annotation that is a whole number in quotes; `absent` where it is not stated or wrong
 * (which is said).
 */
uint64_t decode_annotation_number(struct field_context *context, const struct doc_node *root,
    const char *key,
    uint64_t min, uint64_t max, uint64_t absent);
/* One that is "true" or "false". */
bool decode_annotation_bool(struct field_context *context, const struct doc_node *root,
    const char *key);

/*
 * May this be the address of an endpoint? Link-local, multicast and unspecified ones are errors
 * at `node`, loopback is a warning if `warn` (API server: ValidateNonSpecialIP).
 */
struct addr;
bool decode_check_address(struct field_context *context, const struct doc_node *node,
    const char *below,
    const struct addr *addr, bool warn);
#endif
