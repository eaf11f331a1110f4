/* source_help.c - texts for and from the tests of src/source. */
#include "tests/source/source_help.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "source/decode.h"
#include "source/doc.h"

static void
dump(struct strbuf *buf, const struct doc_node *node)
{
	switch (node->type) {
	case DOC_NULL:
		strbuf_add(buf, "null");
		break;
	case DOC_BOOL:
		strbuf_add(buf, node->truth ? "true" : "false");
		break;
	case DOC_INT:
		strbuf_addf(buf, "%" PRId64, node->integer);
		break;
	case DOC_FLOAT:
		strbuf_addf(buf, "%gf", node->real);
		break;
	case DOC_STRING:
		strbuf_addf(buf, "\"%s\"", node->text);
		break;
	case DOC_LIST:
		strbuf_add(buf, "[");
		for (size_t i = 0; i < node->count; i++) {
			strbuf_add(buf, i == 0 ? "" : ", ");
			dump(buf, node->items[i]);
		}
		strbuf_add(buf, "]");
		break;
	case DOC_MAP:
		strbuf_add(buf, "{");
		for (size_t i = 0; i < node->count; i++) {
			strbuf_addf(buf, "%s%s: ", i == 0 ? "" : ", ", node->entries[i].key->text);
			dump(buf, node->entries[i].value);
		}
		strbuf_add(buf, "}");
		break;
	}
}

char *
help_dump(const struct doc_node *node)
{
	struct strbuf buf = STRBUF_INIT;

	dump(&buf, node);
	return strbuf_take(&buf);
}

char *
help_diag(const struct diag *diag)
{
	struct strbuf buf = STRBUF_INIT;
	const struct diag_entry *entry;

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++) {
		char line[1024];

		diag_format(entry, line, sizeof(line));
		strbuf_addf(&buf, "%s\n", line);
	}
	return buf.len == 0 ? strdup("") : strbuf_take(&buf);
}

char *
help_decode(const char *text, struct object_list *list, int *err)
{
	const struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	struct diag *diag = diag_new();

	*err = decode_text("f", text, strlen(text), &settings, list, diag);
	char *said = help_diag(diag);

	diag_free(diag);
	return said;
}

char *
help_repeat(const char *text, size_t count)
{
	size_t len = strlen(text);
	char *all = malloc(len * count + 1);

	ck_assert_ptr_nonnull(all);
	for (size_t i = 0; i < count; i++)
		memcpy(all + i * len, text, len);
	all[len * count] = '\0';
	return all;
}

char *
help_file(const char *path, size_t *len)
{
	const char *top = getenv("srcdir");
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", top == NULL ? "." : top, path);
	FILE *file = fopen(whole, "rb");

	ck_assert_msg(file != NULL, "%s cannot be opened", whole);
	char *text = malloc(1 << 20);

	ck_assert_ptr_nonnull(text);
	*len = fread(text, 1, (1 << 20) - 1, file);
	text[*len] = '\0';
	fclose(file);
	return text;
}

void
help_expect(const char *text, const char *expected)
{
	struct object_list list = { 0 };
	int err;
	char *said = help_decode(text, &list, &err);
	bool refused = strstr(said, "error: ") != NULL;

	if (expected == NULL)
		ck_assert_msg(*said == '\0', "%s\n%s", text, said);
	else
		ck_assert_msg(strstr(said, expected) != NULL, "%s\n%s", text, said);
	ck_assert_int_eq(err, refused ? ERR_INVALID : 0);
	ck_assert_uint_eq(list.count, refused ? 0 : 1);
	object_list_release(&list);
	free(said);
}

struct object *
help_decode_one(const char *text, struct object_list *list)
{
	int err;
	char *said = help_decode(text, list, &err);

	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(list->count, 1);
	free(said);
	return list->items[0];
}
