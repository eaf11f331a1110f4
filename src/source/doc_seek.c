/* doc_seek.c - look ahead for a text at the root of a document. */
#include "source/doc_seek.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "source/doc_input.h"

struct seeker {
	const char *key;
	unsigned depth;
	bool value_next;                /* at depth 1: a key has been read */
	bool found;                     /* ... and it is the one */
};

/* Nothing in, `true`: the search is over. */
static bool
seek_event(struct seeker *seeker, const yaml_event_t *event, const char **text)
{
	bool node = true;

	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
		/* A list at the root has no keys. */
		return seeker->depth++ == 0;
	case YAML_MAPPING_START_EVENT:
		seeker->depth++;
		return false;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		seeker->depth--;
		break;
	case YAML_SCALAR_EVENT:
	case YAML_ALIAS_EVENT:
		break;
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_NO_EVENT:
		return true;
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
		node = false;
		break;
	}
	if (!node || seeker->depth != 1)
		return false;
	const char *scalar = event->type == YAML_SCALAR_EVENT ?
	    (const char *)event->data.scalar.value : NULL;

	if (seeker->value_next && seeker->found) {
		*text = scalar;
		return true;
	}
	seeker->found = !seeker->value_next && scalar != NULL && strcmp(scalar, seeker->key) == 0;
	seeker->value_next = !seeker->value_next;
	return false;
}

int
doc_seek_root_text(const struct doc_input *input, size_t octet, const char *key,
    struct arena *arena, const char **text)
{
	struct doc_input rest = { .text = input->text + octet, .len = input->len - octet };
	struct seeker seeker = { .key = key };
	bool over = false;
	int err = 0;
	yaml_parser_t parser;

	*text = NULL;
	if (!yaml_parser_initialize(&parser))
		return ERR_NOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&parser, doc_input_handler, &rest);
	while (!over && err == 0) {
		yaml_event_t event;
		const char *found = NULL;

		doc_input_allow(&rest, DOC_INPUT_PART);
		if (!yaml_parser_parse(&parser, &event)) {
			/* What is broken further on is said when it is read for good. */
			err = parser.error == YAML_MEMORY_ERROR ? ERR_NOMEM : 0;
			break;
		}
		over = seek_event(&seeker, &event, &found);
		if (found != NULL && (*text = arena_text(arena, found)) == NULL)
			err = ERR_NOMEM;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return err;
}
