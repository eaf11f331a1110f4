/* decode.c - documents to objects. */
#include "source/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/squeeze.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "model/object.h"
#include "model/origin.h"
#include "source/decode_kinds.h"
#include "source/doc.h"
#include "source/field.h"
#include "source/image.h"

#define SUBJECT_SIZE 400
#define LIST_NESTING 8

struct kind {
	const char *text;
	const char *version;
	enum object_kind kind;
	decode_kind_fn *decode;
	const struct field_table *table;
};

static const struct kind kinds[] = {
	{ "Service", "v1", KIND_SERVICE, decode_service, &decode_service_table },
	{ "Pod", "v1", KIND_POD, decode_pod, &decode_pod_table },
	{ "Endpoints", "v1", KIND_ENDPOINTS, decode_endpoints,
	    &decode_endpoints_table },
	{ "EndpointSlice", "discovery.k8s.io/v1", KIND_ENDPOINT_SLICE, decode_endpoint_slice,
	    &decode_endpoint_slice_table },
	{ "Namespace", "v1", KIND_NAMESPACE, decode_namespace,
	    &decode_namespace_table },
	{ "Ingress", "networking.k8s.io/v1", KIND_INGRESS, decode_ingress,
	    &decode_ingress_table },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* What is known while one text, or one tree, is decoded. */
struct decoder {
	const struct decode_settings *settings;
	struct object_list *list;
	struct diag *diag;
	struct origin *origin;          /* of what was decoded so far; NULL: nothing was */
	struct arena *scratch;          /* what the present object is decoded to; NULL: none was */
	struct strbuf image;            /* of the present object */
	bool invalid;
	bool root_known;                /* these two were looked for */
	const char *root_kind;          /* of the List whose items are handed out */
	const char *root_version;
};

void
object_list_release(struct object_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		object_unref(list->items[i]);
	free(list->items);
	*list = (struct object_list){ 0 };
}

static void __attribute__((format(printf, 3, 4)))
say_error(struct decoder *decoder, const struct doc_node *node, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_add(decoder->diag, SEVERITY_ERROR, &node->place, "%s", text);
	decoder->invalid = true;
}

static int
append(struct object_list *list, struct object *object)
{
	if (array_reserve(&list->items, &list->room, list->count + 1, sizeof(*list->items)) != 0)
		return ERR_NOMEM;
	list->items[list->count++] = object;
	return 0;
}

/* Add at most `most` octets of a text; there is always room, see SUBJECT_SIZE. */
static char *
put(char *at, const char *text, size_t most)
{
	size_t len = strlen(text);

	if (len > most)
		len = most;
	memcpy(at, text, len);
	at[len] = '\0';
	return at + len;
}

/*
 * "Service shop/web", as well as the manifest allows.  By hand: printf took a tenth of the
 * decoding.
 */
static void
write_subject(char buf[SUBJECT_SIZE], const struct kind *kind, const struct doc_node *root)
{
	const struct doc_node *meta = doc_find(root, "metadata");
	const char *ns = doc_find_text(meta, "namespace");
	const char *name = doc_find_text(meta, "name");
	char *at = put(buf, kind->text, 32);

	at = put(at, " ", 1);
	if (kind->kind == KIND_NAMESPACE) {
		(void)put(at, name == NULL ? "(unnamed)" : name, 64);
		return;
	}
	at = put(at, ns == NULL || *ns == '\0' ? "default" : ns, 64);
	at = put(at, "/", 1);
	(void)put(at, name == NULL || *name == '\0' ? "(unnamed)" : name, 253);
}

static uint64_t
digest_of(const struct doc_node *root, const struct kind *kind,
    const struct decode_settings *settings)
{
	/* Trust changes what the object means: chmod of a file is a change of its objects. */
	const uint8_t also[3] = { (uint8_t)kind->kind, settings->trusted, settings->exec_enabled };

	return text_digest(doc_digest(root), also, sizeof(also));
}

/* What all objects of one text share, made when there is the first, and room for this one. */
static int
make_room(struct decoder *decoder, const char *file)
{
	if (decoder->origin == NULL && file != NULL) {
		decoder->origin = origin_new(file);
		if (decoder->origin == NULL)
			return ERR_NOMEM;
	}
	if (decoder->scratch == NULL)
		decoder->scratch = arena_new(0);
	else
		arena_reset(decoder->scratch);
	return decoder->scratch != NULL ? 0 : ERR_NOMEM;
}

static int
finish(struct decoder *decoder, int err)
{
	strbuf_release(&decoder->image);
	arena_free(decoder->scratch);
	origin_unref(decoder->origin);
	return err != 0 ? err : decoder->invalid ? ERR_INVALID : 0;
}

static void
fill_common(struct object *object, const struct kind *kind, const struct doc_node *root,
    const struct field_context *context, struct origin *origin)
{
	const struct decode_settings *settings = context->arg;

	object->kind = (uint8_t)kind->kind;
	object->origin = origin;
	object->place = field_place(context, root);
	object->digest = digest_of(root, kind, settings);
	object->trusted = settings->trusted;
	if (object->ns == NULL)
		object->ns = "default";
}

/* What it states, packed until the next one is; one that is beyond all reason has no image. */
static int
fill_image(struct decoder *decoder, struct object *object, const struct kind *kind,
    const struct doc_node *root)
{
	struct strbuf *image = &decoder->image;
	const void *packed;
	size_t len;
	int err;

	if (decoder->settings->squeeze == NULL)
		return 0;
	strbuf_clear(image);
	image_write(kind->table, root, image);
	err = image->err == 0 ? squeeze_pack(decoder->settings->squeeze, image->text, image->len,
	    &packed, &len) : image->err;
	image->err = 0;
	if (err != 0)
		return err == ERR_LIMIT ? 0 : err;
	object->image = packed;
	object->image_size = (uint32_t)len;
	return 0;
}

/* Only the object's packed copy is kept; what it was decoded to was roomy. */
static int
append_packed(struct object_list *list, const struct object *decoded)
{
	struct object *object;
	int err = object_pack(decoded, &object);

	if (err != 0)
		return err;
	err = append(list, object);
	if (err != 0)
		object_unref(object);
	return err;
}

static int
decode_kind(struct decoder *decoder, const struct kind *kind, const struct doc_node *root,
    bool broken)
{
	char subject[SUBJECT_SIZE];
	struct field_context context = { .diag = decoder->diag, .subject = subject,
	    .arg = decoder->settings };
	struct object *object;
	int err = make_room(decoder, root->place.file);

	if (err != 0)
		return err;
	context.arena = decoder->scratch;
	write_subject(subject, kind, root);
	if (decoder->origin != NULL)
		context.file = decoder->origin->file;
	object = kind->decode(&context, root);
	err = object == NULL ? ERR_NOMEM : context.err;
	if (err == 0 && (context.errors > 0 || broken)) {
		decoder->invalid = true;
	} else if (err == 0) {
		fill_common(object, kind, root, &context, decoder->origin);
		err = fill_image(decoder, object, kind, root);
		if (err == 0)
			err = append_packed(decoder->list, object);
	}
	return err;
}

static bool
ends_with_list(const char *kind)
{
	size_t len = strlen(kind);

	return len >= 4 && strcmp(kind + len - 4, "List") == 0;
}

static void
skip_unknown(struct decoder *decoder, const struct doc_node *root, const char *kind,
    const char *version)
{
	const char *names[KINDS];

	for (size_t i = 0; i < KINDS; i++) {
		names[i] = kinds[i].text;
		if (strcmp(kinds[i].text, kind) != 0)
			continue;
		diag_add(decoder->diag, SEVERITY_WARNING, &root->place,
		    "%s of %.64s is skipped: only %s is read", kind,
		    version, kinds[i].version);
		return;
	}
	const char *closest = text_closest(kind, names, KINDS);

	diag_add(decoder->diag, closest == NULL ? SEVERITY_INFO : SEVERITY_WARNING, &root->place,
	    "kind %.64s is "
	    "skipped%s%s%s", kind, closest == NULL ? "" : "; did you mean ", closest == NULL ? "" :
	    closest,
	    closest == NULL ? "" : "?");
}

/* A root that is no mapping, or says no kind; false: there is nothing more to do. */
static bool
check_root(struct decoder *decoder, const struct doc_node *root, const char *kind,
    const char *version,
    unsigned end_line)
{
	const char *missing = kind == NULL ? "kind" : "apiVersion";

	if (root->type != DOC_MAP) {
		say_error(decoder, root, "an object must be a mapping, not %s",
		    doc_type_text(root->type));
		return false;
	}
	if (kind != NULL && version != NULL)
		return true;
	if (end_line != 0)
		say_error(decoder, root,
		    "%s is required; `...` ends the document (line %u): it is no placeholder for "
		    "left-out parts", missing, end_line);
	else if (doc_find(root, missing) != NULL && doc_find(root, missing)->type != DOC_NULL)
		say_error(decoder, doc_find(root, missing), "%s must be a text", missing);
	else
		say_error(decoder, root, "%s is required", missing);
	return false;
}

static int decode_root(struct decoder *decoder, const struct doc_part *part, const char *kind,
    const char *version, unsigned nesting);

/* The members of a list of one kind need not repeat it: PodList, v1. */
static int
decode_member(struct decoder *decoder, const struct doc_part *part, const char *list_kind,
    const char *list_version, unsigned nesting)
{
	const char *kind = doc_find_text(part->root, "kind");
	const char *version = doc_find_text(part->root, "apiVersion");
	char member[64];

	if (kind == NULL && list_kind != NULL && strcmp(list_kind, "List") != 0 &&
	    ends_with_list(list_kind)) {
		snprintf(member, sizeof(member), "%.*s", (int)(strlen(list_kind) - 4 < 60 ?
		    strlen(list_kind) - 4 : 60),
		    list_kind);
		kind = member;
	}
	return decode_root(decoder, part, kind, version != NULL ? version : list_version, nesting);
}

static int
decode_list(struct decoder *decoder, const struct doc_part *part, const char *kind,
    const char *version,
    unsigned nesting)
{
	const struct doc_node *items = doc_find(part->root, "items");
	int err = 0;

	if (nesting == LIST_NESTING) {
		say_error(decoder, part->root, "Lists are nested deeper than %d", LIST_NESTING);
		return 0;
	}
	/* `items: null`, as kubectl may print it: nothing stated.  A null's count is its text's. */
	if (items == NULL || items->type == DOC_NULL)
		return 0;
	if (items->type != DOC_LIST) {
		say_error(decoder, items, "%.64s: items must be a list, not %s", kind,
		    doc_type_text(items->type));
		return 0;
	}
	for (size_t i = 0; err == 0 && i < items->count; i++) {
		const struct doc_part member = { .kind = DOC_PART_ITEM, .root = items->items[i],
		    .index = i,
		    .broken = part->broken };

		err = decode_member(decoder, &member, kind, version, nesting + 1);
	}
	return err;
}

static int
decode_root(struct decoder *decoder, const struct doc_part *part, const char *kind,
    const char *version,
    unsigned nesting)
{
	const struct doc_node *root = part->root;

	if (part->broken)
		decoder->invalid = true;
	if (root->type == DOC_NULL && part->kind != DOC_PART_ITEM)
		return 0;
	if (!check_root(decoder, root, kind, version, part->end_line))
		return 0;
	if (part->kind != DOC_PART_REST && ends_with_list(kind))
		return decode_list(decoder, part, kind, version, nesting);
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].text, kind) == 0 && strcmp(kinds[i].version, version) == 0)
			return decode_kind(decoder, &kinds[i], root, part->broken);
	}
	if (part->kind != DOC_PART_REST || !ends_with_list(kind))
		skip_unknown(decoder, root, kind, version);
	return 0;
}

static int
decode_whole(struct decoder *decoder, const struct doc_part *part)
{
	return decode_root(decoder, part, doc_find_text(part->root, "kind"),
	    doc_find_text(part->root, "apiVersion"), 0);
}

int
decode_document(const struct doc_node *root, const struct decode_settings *settings,
    struct object_list *list,
    struct diag *diag)
{
	struct decoder decoder = { .settings = settings, .list = list, .diag = diag,
		.image = STRBUF_INIT };
	const struct doc_part part = { .kind = DOC_PART_WHOLE, .root = root };

	return finish(&decoder, decode_whole(&decoder, &part));
}

/* The List's own kind may stand behind its items; it is looked for only if one of them needs it. */
static int
decode_item(struct decoder *decoder, struct doc_reader *reader, const struct doc_part *part)
{
	bool complete = doc_find_text(part->root, "kind") != NULL && doc_find_text(part->root,
	    "apiVersion") != NULL;

	if (complete)
		return decode_member(decoder, part, NULL, NULL, 0);
	if (!decoder->root_known) {
		int err = doc_root_text(reader, "kind", &decoder->root_kind);

		if (err == 0)
			err = doc_root_text(reader, "apiVersion", &decoder->root_version);
		if (err != 0)
			return err;
		decoder->root_known = true;
	}
	/*
	 * `items` of something that is no List: what is left of it will be skipped, or said to
	 * be wrong.
	 */
	if (decoder->root_kind == NULL || !ends_with_list(decoder->root_kind)) {
		decoder->invalid |= part->broken;
		return 0;
	}
	return decode_member(decoder, part, decoder->root_kind, decoder->root_version, 0);
}

static bool
is_stopped(const struct decode_settings *settings)
{
	return settings->stop != NULL &&
	    atomic_load_explicit(settings->stop, memory_order_relaxed);
}

static int
decode_part(struct decoder *decoder, struct doc_reader *reader, const struct doc_part *part)
{
	if (part->kind == DOC_PART_ITEM)
		return decode_item(decoder, reader, part);
	decoder->root_known = false;
	return decode_whole(decoder, part);
}

int
decode_text(const char *name, const void *text, size_t len, const struct decode_settings *settings,
    struct object_list *list, struct diag *diag)
{
	struct decoder decoder = { .settings = settings, .list = list, .diag = diag,
		.image = STRBUF_INIT };
	struct doc_reader *reader = doc_reader_new(name, text, len, DOC_SPLIT_LISTS, diag);
	struct doc_part part = { .kind = DOC_PART_WHOLE };
	int err = reader == NULL ? ERR_NOMEM : 0;

	while (err == 0 && part.kind != DOC_PART_END) {
		/* A kernel may preempt at its ticks only, 4 ms apart: let those who answer go first. */
		(void)sched_yield();
		err = is_stopped(settings) ? ERR_CLOSED : doc_next(reader, &part);
		if (err == 0 && part.kind != DOC_PART_END)
			err = decode_part(&decoder, reader, &part);
	}
	doc_reader_free(reader);
	return finish(&decoder, err);
}
