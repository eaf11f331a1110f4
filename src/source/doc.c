/* doc.c - YAML and JSON text as a tree that knows the place of every node. */
#include "source/doc.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "source/doc_input.h"
#include "source/doc_seek.h"
#include "source/doc_tree.h"

/* What items of a List that hold anchors may cost until the List ends. */
#define KEPT_MAX (64UL << 20)

struct kept {
	struct arena *arena;
	struct kept *next;
};

struct doc_reader {
	struct doc_input input;
	struct doc_tree tree;
	yaml_parser_t parser;
	struct diag *diag;
	unsigned flags;
	int err;                        /* sticks */
	bool ended;
	bool in_document;
	bool in_items;
	bool split;                     /* items of this document were handed out */
	bool rest_broken;
	size_t index;                   /* of the next item */
	size_t document_index;          /* characters before this document */
	size_t part_index;
	unsigned end_line;              /* of the `...` that ended the document before */
	struct arena *outer;            /* doc_read(): the caller's; else NULL */
	/* of the document and of the item at hand; used again for the next one */
	struct arena *arena;
	struct arena *item_arena;
	struct kept *kept;              /* item arenas that anchors lie in */
	size_t kept_size;
	struct doc_seek seek;           /* a place not behind this document */
};

static int
reader_open(struct doc_reader *reader, const char *file, const void *text, size_t len,
    struct diag *diag)
{
	int err = doc_input_init(&reader->input, text, len);

	if (err != 0)
		return err;
	if (!yaml_parser_initialize(&reader->parser))
		return ERR_NOMEM;
	reader->diag = diag;
	reader->tree.file = file;
	reader->tree.diag = diag;
	reader->tree.input = &reader->input;
	yaml_parser_set_input(&reader->parser, doc_input_handler, &reader->input);
	doc_input_allow(&reader->input, DOC_INPUT_PART);
	return 0;
}

struct doc_reader *
doc_reader_new(const char *file, const void *text, size_t len, unsigned flags, struct diag *diag)
{
	struct doc_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	reader->flags = flags;
	if (reader_open(reader, file, text, len, diag) != 0) {
		doc_reader_free(reader);
		return NULL;
	}
	return reader;
}

/* What was read of the document; an outer arena is the caller's. */
static void
drop_document(struct doc_reader *reader)
{
	/* The list's links lie in the document's arena, which goes last. */
	for (struct kept *kept = reader->kept; kept != NULL; kept = kept->next)
		arena_free(kept->arena);
	reader->kept = NULL;
	reader->kept_size = 0;
	if (reader->item_arena != NULL)
		arena_reset(reader->item_arena);
	if (reader->arena != NULL && reader->arena != reader->outer)
		arena_reset(reader->arena);
}

void
doc_reader_free(struct doc_reader *reader)
{
	if (reader == NULL)
		return;
	drop_document(reader);
	arena_free(reader->item_arena);
	if (reader->arena != reader->outer)
		arena_free(reader->arena);
	yaml_parser_delete(&reader->parser);
	doc_tree_release(&reader->tree);
	doc_input_release(&reader->input);
	free(reader);
}

static int
say_limit(struct doc_reader *reader, yaml_mark_t mark, const char *what, size_t limit)
{
	struct place place = doc_tree_place(&reader->tree, mark);

	diag_add(reader->diag, SEVERITY_ERROR, &place, "%s is larger than %zu MiB", what,
	    limit >> 20);
	return ERR_LIMIT;
}

/*
 * The line (from 0) that a mark is in, without blanks, is `...`: a shortened example, most
 * likely.
 */
static bool
line_is_dots(const struct doc_reader *reader, size_t line)
{
	const char *at = (const char *)reader->input.text;
	const char *end = at + reader->input.len;

	for (size_t i = 0; at != NULL && i < line; i++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at == NULL ? NULL : at + 1;
	}
	while (at != NULL && at < end && (*at == ' ' || *at == '-'))
		at++;
	return at != NULL && end - at >= 3 && memcmp(at, "...", 3) == 0 &&
	    (end - at == 3 || strchr(" \r\n", at[3]) != NULL);
}

static const char *
syntax_hint(const struct doc_reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	size_t line = parser->problem_mark.line;

	if (line_is_dots(reader, line) || (line > 0 && line_is_dots(reader, line - 1) &&
	    !reader->end_line))
		return "; `...` is no placeholder in YAML, write the part it stands for or leave "
		    "it out";
	if (strstr(parser->problem, "cannot start any token") != NULL)
		return "; indent with spaces, not tabs, and quote texts that begin with @ ` or %";
	if (strstr(parser->problem, "document start") != NULL)
		return "; a further document must begin with ---";
	return "";
}

static int
say_syntax(struct doc_reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct place place = doc_tree_place(&reader->tree, parser->problem_mark);
	const char *context = parser->context == NULL ? "" : parser->context;
	const char *hint = syntax_hint(reader);

	if (reader->end_line != 0 && strstr(parser->problem, "document start") != NULL)
		diag_add(reader->diag, SEVERITY_ERROR, &place,
		    "`...` ends the document (line %u); what "
		    "follows must begin with ---", reader->end_line);
	else
		diag_add(reader->diag, SEVERITY_ERROR, &place, "%s%s%s%s", parser->problem,
		    *context == '\0' ? "" : " ", context, hint);
	return ERR_SYNTAX;
}

static int
say_parser_error(struct doc_reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct place place = { .file = reader->tree.file };

	if (reader->input.too_large)
		return say_limit(reader, parser->mark, "the object", DOC_MAX_OBJECT);
	if (parser->error == YAML_MEMORY_ERROR || parser->problem == NULL)
		return ERR_NOMEM;
	if (parser->error != YAML_READER_ERROR)
		return say_syntax(reader);
	/* Reader errors know their octet only. */
	doc_input_place_offset(&reader->input, parser->problem_offset, &place.line, &place.column);
	if (reader->tree.inner != NULL)
		place = reader->tree.inner->place;
	if (parser->problem_value != -1)
		diag_add(reader->diag, SEVERITY_ERROR, &place, "%s: 0x%02X", parser->problem,
		    (unsigned)parser->problem_value);
	else
		diag_add(reader->diag, SEVERITY_ERROR, &place, "%s", parser->problem);
	return ERR_SYNTAX;
}

static int
check_size(struct doc_reader *reader, const yaml_event_t *event)
{
	if (!reader->in_document)
		return 0;
	if (event->end_mark.index - reader->document_index > DOC_MAX_DOCUMENT)
		return say_limit(reader, event->start_mark, "the document", DOC_MAX_DOCUMENT);
	if (event->end_mark.index - reader->part_index > DOC_MAX_OBJECT)
		return say_limit(reader, event->start_mark, "the object", DOC_MAX_OBJECT);
	return 0;
}

static void
begin_part(struct doc_reader *reader, const yaml_event_t *event)
{
	reader->part_index = event->end_mark.index;
	doc_input_allow(&reader->input, DOC_INPUT_PART);
	doc_tree_begin_part(&reader->tree);
}

static int
begin_document(struct doc_reader *reader, const yaml_event_t *event)
{
	drop_document(reader);
	if (reader->arena == NULL)
		reader->arena = reader->outer != NULL ? reader->outer : arena_new(0);
	if (reader->arena == NULL)
		return ERR_NOMEM;
	reader->tree.arena = reader->arena;
	reader->in_document = true;
	reader->split = false;
	reader->rest_broken = false;
	reader->index = 0;
	reader->end_line = 0;
	reader->document_index = event->start_mark.index;
	begin_part(reader, event);
	return doc_tree_begin_document(&reader->tree);
}

/* An item's arena goes with the item, unless anchors in it may still be asked for. */
static int
drop_item(struct doc_reader *reader)
{
	struct arena *arena = reader->item_arena;

	if (arena == NULL)
		return 0;
	if (reader->tree.anchors_in_part == 0) {
		arena_reset(arena);
		return 0;
	}
	reader->item_arena = NULL;
	struct kept *kept = arena_alloc(reader->arena, sizeof(*kept));

	reader->kept_size += arena_size(arena);
	if (kept == NULL || reader->kept_size > KEPT_MAX) {
		arena_free(arena);
		if (kept == NULL)
			return ERR_NOMEM;
		return say_limit(reader, reader->parser.mark, "what anchors keep of a List",
		    KEPT_MAX);
	}
	*kept = (struct kept){ arena, reader->kept };
	reader->kept = kept;
	return 0;
}

static int
begin_item(struct doc_reader *reader, const yaml_event_t *event)
{
	int err = drop_item(reader);

	if (err != 0)
		return err;
	if (reader->item_arena == NULL)
		reader->item_arena = arena_new(0);
	if (reader->item_arena == NULL)
		return ERR_NOMEM;
	reader->tree.arena = reader->item_arena;
	begin_part(reader, event);
	reader->part_index = event->start_mark.index;
	return 0;
}

/* Has the list under the root's key `items` just been opened? */
static bool
opens_items(const struct doc_reader *reader, const yaml_event_t *event)
{
	const struct doc_tree *tree = &reader->tree;

	if ((reader->flags & DOC_SPLIT_LISTS) == 0 || event->type != YAML_SEQUENCE_START_EVENT ||
	    event->data.sequence_start.anchor != NULL ||
	    reader->split || tree->depth != 2 || tree->frames[0].node->type != DOC_MAP ||
	    tree->pending_count % 2 == 0)
		return false;
	const struct doc_node *key = tree->pending[tree->pending_count - 1];

	return key->text != NULL && strcmp(key->text, "items") == 0;
}

/* Move between root and items after a node event; 1: an item is complete. */
static int
step_items(struct doc_reader *reader, const yaml_event_t *event)
{
	if (opens_items(reader, event)) {
		reader->in_items = true;
		reader->split = true;
		reader->rest_broken = reader->tree.broken;
		return 0;
	}
	if (!reader->in_items)
		return 0;
	if (reader->tree.depth == 2)
		return 1;
	if (reader->tree.depth < 2) {
		int err = drop_item(reader);

		reader->in_items = false;
		reader->tree.arena = reader->arena;
		begin_part(reader, event);
		return err;
	}
	return 0;
}

static int
take_part(struct doc_reader *reader, struct doc_part *part, enum doc_part_kind kind)
{
	const struct doc_node *root;
	int err = doc_tree_take(&reader->tree, &root);

	if (err != 0)
		return err;
	*part = (struct doc_part){ .kind = kind, .root = root, .broken = reader->tree.broken };
	if (kind == DOC_PART_ITEM)
		part->index = reader->index++;
	else if (kind == DOC_PART_REST)
		part->broken |= reader->rest_broken;
	else
		part->end_line = reader->end_line;
	return 0;
}

static int
end_document(struct doc_reader *reader, const yaml_event_t *event, struct doc_part *part)
{
	reader->in_document = false;
	if (!event->data.document_end.implicit)
		reader->end_line = doc_tree_place(&reader->tree, event->start_mark).line;
	return take_part(reader, part, reader->split ? DOC_PART_REST : DOC_PART_WHOLE);
}

/* Take one event; *ready says that *part was filled. */
static int
take_event(struct doc_reader *reader, const yaml_event_t *event, struct doc_part *part, bool *ready)
{
	int err = check_size(reader, event);

	*ready = false;
	if (err != 0)
		return err;
	if (event->type == YAML_STREAM_END_EVENT) {
		reader->ended = true;
		*part = (struct doc_part){ .kind = DOC_PART_END };
		*ready = true;
		return 0;
	}
	if (event->type == YAML_DOCUMENT_START_EVENT)
		return begin_document(reader, event);
	if (event->type == YAML_DOCUMENT_END_EVENT) {
		*ready = true;
		return end_document(reader, event, part);
	}
	if (event->type == YAML_STREAM_START_EVENT || event->type == YAML_NO_EVENT)
		return 0;
	if (reader->in_items && reader->tree.depth == 2 && event->type != YAML_SEQUENCE_END_EVENT) {
		err = begin_item(reader, event);
		if (err != 0)
			return err;
	}
	err = doc_tree_add(&reader->tree, event);
	if (err != 0)
		return err;
	err = step_items(reader, event);
	if (err != 1)
		return err;
	*ready = true;
	return take_part(reader, part, DOC_PART_ITEM);
}

/* libyaml compares each %TAG with all before it; thousands of them would take minutes. */
static int
check_text(struct doc_reader *reader)
{
	const uint8_t *at = reader->input.text;
	const uint8_t *end = at + reader->input.len;
	struct place place = { .file = reader->tree.file };

	if (reader->input.len > DOC_MAX_FILE) {
		diag_add(reader->diag, SEVERITY_ERROR, &place, "the file is larger than %lu MiB",
		    DOC_MAX_FILE >> 20);
		return ERR_LIMIT;
	}
	for (unsigned tags = 0; at < end; at++) {
		at = memchr(at, '%', (size_t)(end - at));
		if (at == NULL)
			break;
		if (end - at < 5 || memcmp(at, "%TAG ", 5) != 0)
			continue;
		if ((at == reader->input.text || at[-1] == '\n' || at[-1] == '\r') && ++tags > 64) {
			diag_add(reader->diag, SEVERITY_ERROR, &place, "more than 64 %%TAG lines");
			return ERR_LIMIT;
		}
	}
	return 0;
}

int
doc_next(struct doc_reader *reader, struct doc_part *part)
{
	bool ready = false;

	if (reader->err == 0 && reader->parser.state == YAML_PARSE_STREAM_START_STATE)
		reader->err = check_text(reader);
	if (reader->ended)
		*part = (struct doc_part){ .kind = DOC_PART_END };
	while (reader->err == 0 && !ready && !reader->ended) {
		yaml_event_t event;

		if (!yaml_parser_parse(&reader->parser, &event)) {
			reader->err = say_parser_error(reader);
			break;
		}
		reader->err = take_event(reader, &event, part, &ready);
		yaml_event_delete(&event);
	}
	return reader->err;
}

int
doc_root_text(struct doc_reader *reader, const char *key, const char **text)
{
	doc_input_seek(&reader->input, reader->document_index, &reader->seek);
	return doc_seek_root_text(&reader->input, reader->seek.octet, key, reader->arena, text);
}

/* The one document of a reader whose arena is the caller's. */
static int
read_only_document(struct doc_reader *reader, const struct doc_node **root)
{
	struct doc_part part;
	struct doc_part behind;
	int err = doc_next(reader, &part);

	if (err != 0)
		return err;
	if (part.kind == DOC_PART_END) {
		struct doc_node *nothing = arena_alloc(reader->outer, sizeof(*nothing));

		if (nothing == NULL)
			return ERR_NOMEM;
		*nothing = (struct doc_node){ .text = "", .height = 1, .weight = 1,
		    .place = { .file = reader->tree.file, .line = 1, .column = 1 } };
		*root = nothing;
		return 0;
	}
	err = doc_next(reader, &behind);
	if (err != 0)
		return err;
	if (behind.kind != DOC_PART_END) {
		diag_add(reader->diag, SEVERITY_ERROR, &behind.root->place,
		    "a second document is not "
		    "expected here");
		return ERR_SYNTAX;
	}
	if (part.broken)
		return ERR_SYNTAX;
	*root = part.root;
	return 0;
}

static int
read_text(const char *file, const void *text, size_t len, const struct doc_node *inner,
    struct arena *arena,
    struct diag *diag, const struct doc_node **root)
{
	struct doc_reader *reader = doc_reader_new(file, text, len, 0, diag);

	if (reader == NULL)
		return ERR_NOMEM;
	reader->outer = arena;
	reader->tree.inner = inner;
	int err = read_only_document(reader, root);

	doc_reader_free(reader);
	return err;
}

int
doc_read(const char *file, const void *text, size_t len, struct arena *arena, struct diag *diag,
    const struct doc_node **root)
{
	return read_text(file, text, len, NULL, arena, diag, root);
}

int
doc_read_inner(const struct doc_node *scalar, struct arena *arena, struct diag *diag,
    const struct doc_node **root)
{
	return read_text(scalar->place.file, scalar->text, scalar->count, scalar, arena, diag,
	    root);
}
