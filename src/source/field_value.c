/* field_value.c - one value of a document into one member of a struct. */
#include "source/field_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/object.h"
#include "model/probe_spec.h"
#include "source/doc.h"

#define WORDS_MAX 32
#define LIST_TEXT_SIZE 256

void *
field_value_alloc(struct field_context *context, size_t count, size_t size)
{
	void *memory = arena_array(context->arena, count == 0 ? 1 : count, size);

	if (memory == NULL)
		context->err = ERR_NOMEM;
	return memory;
}

static void
store_unsigned(const struct field *field, void *target, uint64_t value)
{
	uint8_t *member = (uint8_t *)target + field->offset;

	switch (field->size) {
	case 1:
		*member = (uint8_t)value;
		break;
	case 2:
		memcpy(member, &(uint16_t){ (uint16_t)value }, 2);
		break;
	case 4:
		memcpy(member, &(uint32_t){ (uint32_t)value }, 4);
		break;
	default:
		memcpy(member, &value, 8);
		break;
	}
}

static void
store_pointer(const struct field *field, void *target, const void *pointer)
{
	memcpy((uint8_t *)target + field->offset, &pointer, sizeof(pointer));
}

static void
store_items(const struct field *field, void *target, const void *items, size_t count)
{
	store_pointer(field, target, items);
	memcpy((uint8_t *)target + field->count_offset, &count, sizeof(count));
}

static bool
is_number_text(const struct doc_node *node)
{
	return node->type == DOC_STRING && node->count > 0 &&
	    strspn(node->text, "0123456789") == node->count;
}

void
field_value_wrong_type(struct field_context *context, const struct doc_node *node,
    const char *wanted)
{
	bool scalar = node->type == DOC_BOOL || node->type == DOC_INT || node->type == DOC_FLOAT;

	if (scalar && strcmp(wanted, "a text") == 0)
		field_error(context, node, "", "must be a text; put it in quotes: \"%.64s\"",
		    node->text);
	else if (is_number_text(node) && strstr(wanted, "number") != NULL)
		field_error(context, node, "", "must be %s; leave out the quotes: %.64s", wanted,
		    node->text);
	else
		field_error(context, node, "", "must be %s, not %s", wanted,
		    doc_type_text(node->type));
}

/* A text that obeys the field's rules, or NULL after saying why not. */
static const char *
checked_text(const struct field *field, const struct doc_node *node, struct field_context *context)
{
	if (node->type != DOC_STRING && (field->flags & FIELD_SECRET) != 0) {
		field_error(context, node, "", "must be a text in quotes");
		return NULL;
	}
	if (node->type != DOC_STRING) {
		field_value_wrong_type(context, node, "a text");
		return NULL;
	}
	if (strlen(node->text) != node->count) {
		field_error(context, node, "", "must not contain NUL");
		return NULL;
	}
	for (size_t i = 0; (field->flags & FIELD_ONE_LINE) != 0 && i < node->count; i++) {
		if ((unsigned char)node->text[i] >= 0x20 && node->text[i] != 0x7f)
			continue;
		field_error(context, node, "", "must not contain control characters (0x%02X)",
		    (unsigned)(unsigned char)node->text[i]);
		return NULL;
	}
	const char *broken = field->rule == NULL ? NULL : field->rule(node->text);

	if (broken != NULL) {
		field_error(context, node, "", "\"%.64s\" %s%s", node->text, broken,
		    is_number_text(node) && field->type == FIELD_PORT ? "; leave out the quotes" :
		    "");
		return NULL;
	}
	return node->text;
}

static void
decode_text_value(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	const char *text = checked_text(field, node, context);

	if (text != NULL)
		store_pointer(field, target, text);
}

static void
decode_bool(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	if (node->type != DOC_BOOL)
		field_value_wrong_type(context, node, "true or false");
	else if (field->type == FIELD_TRISTATE)
		store_unsigned(field, target, node->truth ? 2 : 1);
	else
		store_unsigned(field, target, node->truth);
}

static const struct field_word *
find_word(const struct field_word *words, const struct doc_node *node)
{
	for (; words != NULL && node->text != NULL && words->text != NULL; words++) {
		if (strcmp(words->text, node->text) == 0)
			return words;
	}
	return NULL;
}

static uint64_t
most_of(const struct field *field)
{
	if (field->max != 0)
		return field->max;
	return field->size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * field->size)) - 1;
}

/*
 * Whole numbers may be written 80.0 or 1e3, as far as a double is exact (the API takes 80.0
 * too).
 */
static bool
whole_number(const struct doc_node *node, int64_t *value)
{
	if (node->type == DOC_INT) {
		*value = node->integer;
		return true;
	}
	if (node->type != DOC_FLOAT || !(fabs(node->real) <= 9007199254740992.0) ||
	    trunc(node->real) < node->real || trunc(node->real) > node->real)
		return false;
	*value = (int64_t)node->real;
	return true;
}

static void
decode_int(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	const struct field_word *word = find_word(field->words, node);
	uint64_t most = most_of(field);
	int64_t value;

	if (word != NULL) {
		store_unsigned(field, target, word->value);
		return;
	}
	if (!whole_number(node, &value)) {
		field_value_wrong_type(context, node, "a whole number");
		return;
	}
	if ((field->flags & FIELD_ZERO_ABSENT) != 0 && value == 0)
		return;
	if (value < 0 && field->min == 0)
		field_error(context, node, "", "%" PRId64 " must not be negative", value);
	else if (value < 0 || (uint64_t)value < field->min || (uint64_t)value > most)
		field_error(context, node, "", "%" PRId64 " is outside %" PRIu64 "-%" PRIu64, value,
		    field->min, most);
	else
		store_unsigned(field, target, (uint64_t)value);
}

/* "A, B, C"; also collects the texts for the closest one. */
static size_t
list_words(const struct field_word *words, char *buf, size_t size, const char **texts)
{
	size_t count = 0;
	size_t len = 0;

	for (buf[0] = '\0'; count < WORDS_MAX && words[count].text != NULL; count++) {
		int added = snprintf(buf + len, size - len, "%s%s", count == 0 ? "" : ", ",
		    words[count].text);

		if (added > 0 && (size_t)added < size - len)
			len += (size_t)added;
		texts[count] = words[count].text;
	}
	return count;
}

static void
decode_enum(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	const char *texts[WORDS_MAX];
	char list[LIST_TEXT_SIZE];

	if (node->type != DOC_STRING) {
		field_value_wrong_type(context, node, "a text");
		return;
	}
	const struct field_word *word = find_word(field->words, node);

	if (word != NULL && strlen(node->text) == node->count) {
		store_unsigned(field, target, word->value);
		return;
	}
	size_t count = list_words(field->words, list, sizeof(list), texts);
	const char *closest = text_closest(node->text, texts, count);
	bool hinted = field->hint_word != NULL && strcmp(node->text, field->hint_word) == 0;

	field_error(context, node, "", "\"%.64s\" is %s %s%s%s%s", node->text, count == 1 ? "not" :
	    "none of", list,
	    hinted ? "; " : closest != NULL ? "; did you mean " : "",
	    hinted ? field->hint : closest != NULL ? closest : "", closest != NULL && !hinted ?
	    "?" : "");
}

bool
field_parse_duration(const char *text, uint64_t *ms)
{
	static const struct { const char *unit; uint64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
	};
	uint64_t sum = 0;

	if (strcmp(text, "0") == 0) {
		*ms = 0;
		return true;
	}
	if (*text == '\0')
		return false;
	while (*text != '\0') {
		size_t digits = strspn(text, "0123456789");
		size_t letters = strcspn(text + digits, "0123456789");
		size_t i = 0;

		if (digits == 0 || digits > 9)
			return false;
		while (i < 5 && (strlen(units[i].unit) != letters ||
		    memcmp(units[i].unit, text + digits, letters) != 0))
			i++;
		if (i == 5 || sum > UINT64_MAX / 4)
			return false;
		sum += strtoull(text, NULL, 10) * units[i].ms;
		text += digits + letters;
	}
	*ms = sum;
	return true;
}

static void
decode_duration(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	uint64_t ms;

	if (node->text == NULL || !field_parse_duration(node->text, &ms)) {
		field_error(context, node, "", "must be a duration like 250ms, 10s or 1h30m");
		return;
	}
	if (ms < field->min || (field->max != 0 && ms > field->max))
		field_error(context, node, "", "%s is outside %" PRIu64 "-%" PRIu64 " ms",
		    node->text, field->min,
		    field->max != 0 ? field->max : UINT64_MAX);
	else
		store_unsigned(field, target, ms);
}

static bool
checked_addr(const struct doc_node *node, struct addr *addr, struct field_context *context)
{
	if (node->type != DOC_STRING) {
		field_value_wrong_type(context, node, "a text");
		return false;
	}
	if (strlen(node->text) == node->count && addr_parse(node->text, addr) == 0)
		return true;
	field_error(context, node, "", "\"%.64s\" is not an IP address", node->text);
	return false;
}

static void
decode_addr(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	struct addr addr;

	if (checked_addr(node, &addr, context))
		memcpy((uint8_t *)target + field->offset, &addr, sizeof(addr));
}

static const char *
port_name_rule(const char *text)
{
	return text_is_port_name(text) ? NULL :
	    "is neither a port number nor a port name (1-15 of a-z, 0-9 and "
	    "'-', at least one letter)";
}

/* IntOrString. */
static void
decode_port(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	struct port_ref port = { 0 };
	int64_t number;

	if (node->type == DOC_STRING) {
		struct field named = *field;

		named.rule = port_name_rule;
		port.name = checked_text(&named, node, context);
		if (port.name == NULL)
			return;
	} else if (!whole_number(node, &number)) {
		field_value_wrong_type(context, node, "a port number or name");
		return;
	} else if (number < 1 || number > 65535) {
		field_error(context, node, "", "%" PRId64 " is outside 1-65535", number);
		return;
	} else {
		port.number = (uint16_t)number;
	}
	memcpy((uint8_t *)target + field->offset, &port, sizeof(port));
}

static int
compare_pairs(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static void
decode_pair(const struct field *field, const struct doc_entry *entry, struct pairs *pairs,
    struct field_context *context)
{
	struct field key_field = { .type = FIELD_TEXT, .rule = field->key_rule };
	const struct doc_node *value = entry->value;
	struct doc_node empty = *value;

	if (field->hint_word != NULL && strcmp(entry->key->text, field->hint_word) == 0 &&
	    value->type == DOC_MAP) {
		field_error(context, entry->key, "", "%s", field->hint);
		return;
	}
	/* A key is a text whatever it looks like; a null value is an empty text (encoding/json). */
	struct doc_node key = *entry->key;

	key.type = DOC_STRING;
	if (value->type == DOC_NULL) {
		empty.type = DOC_STRING;
		empty.text = "";
		empty.count = 0;
		value = &empty;
	}
	size_t mark = field_enter(context, entry->key->text);
	const char *key_text = checked_text(&key_field, &key, context);
	const char *value_text = checked_text(field, value, context);

	field_leave(context, mark);
	if (key_text != NULL && value_text != NULL)
		pairs->items[pairs->count++] = (struct pair){ key_text, value_text };
}

static void
decode_pairs(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	struct pairs pairs = { 0 };

	if (node->type != DOC_MAP) {
		field_value_wrong_type(context, node, "a mapping");
		return;
	}
	pairs.items = field_value_alloc(context, node->count, sizeof(*pairs.items));
	if (pairs.items == NULL)
		return;
	for (size_t i = 0; i < node->count; i++)
		decode_pair(field, &node->entries[i], &pairs, context);
	qsort(pairs.items, pairs.count, sizeof(*pairs.items), compare_pairs);
	memcpy((uint8_t *)target + field->offset, &pairs, sizeof(pairs));
}

static void
decode_texts(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	size_t count = 0;
	bool single = node->type == DOC_STRING && (field->flags & FIELD_SCALAR_OK) != 0;

	if (node->type != DOC_LIST && !single) {
		field_value_wrong_type(context, node, "a list");
		return;
	}
	const char **texts = field_value_alloc(context, single ? 1 : node->count, sizeof(*texts));

	for (size_t i = 0; texts != NULL && i < (single ? 1 : node->count); i++) {
		size_t mark = single ? context->depth : field_enter_item(context, i);
		const char *text = checked_text(field, single ? node : node->items[i], context);

		field_leave(context, mark);
		if (text != NULL)
			texts[count++] = text;
	}
	store_items(field, target, texts, count);
}

static void
decode_addrs(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	size_t count = 0;

	if (node->type != DOC_LIST) {
		field_value_wrong_type(context, node, "a list");
		return;
	}
	struct addr *addrs = field_value_alloc(context, node->count, sizeof(*addrs));

	for (size_t i = 0; addrs != NULL && i < node->count; i++) {
		size_t mark = field_enter_item(context, i);

		if (checked_addr(node->items[i], &addrs[count], context))
			count++;
		field_leave(context, mark);
	}
	store_items(field, target, addrs, count);
}

void
field_value_decode(const struct field *field, const struct doc_node *node, void *target,
    struct field_context *context)
{
	static void (*const decoders[])(const struct field *, const struct doc_node *, void *,
	    struct field_context *) = {
		[FIELD_BOOL] = decode_bool, [FIELD_TRISTATE] = decode_bool, [FIELD_TEXT] =
		    decode_text_value,
		[FIELD_INT] = decode_int, [FIELD_ENUM] = decode_enum, [FIELD_DURATION] =
		    decode_duration,
		[FIELD_ADDR] = decode_addr, [FIELD_PORT] = decode_port, [FIELD_PAIRS] =
		    decode_pairs,
		[FIELD_TEXTS] = decode_texts, [FIELD_ADDRS] = decode_addrs,
	};

	decoders[field->type](field, node, target, context);
}
