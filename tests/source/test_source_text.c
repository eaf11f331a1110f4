/* test_source_text.c - texts that are no manifests go to who understands them, and come back so. */
#include "source/source_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "source/source_dir.h"
#include "tests/source/folder.h"
#include "tests/suite.h"

static struct strbuf told;

/* "bad" is an error, everything else is kept as it is. */
static int
read_text(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, void **content, size_t *count)
{
	const struct place place = { path, 1, 0 };

	(void)stop;
	if (strncmp(text, "bad", 3) == 0) {
		diag_add(diag, SEVERITY_ERROR, &place, "is bad");
		return ERR_INVALID;
	}
	*content = strndup(text, len);
	*count = 1;
	return 0;
}

static int
take_text(void *arg, const char *path, void *content, struct diag *diag)
{
	(void)arg;
	(void)diag;
	strbuf_addf(&told, "%s=%s;", strrchr(path, '/') + 1,
	    content == NULL ? "gone" : (const char *)content);
	free(content);
	return 0;
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	(void)arg;
	(void)diag;
	strbuf_addf(&told, "%s: %zu;", strrchr(path, '/') + 1, objects->count);
	return 0;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	(void)arg;
	strbuf_addf(&told, "%s! %s;", strrchr(path, '/') + 1, diag_at(diag, 0)->text);
}

static void
on_batch_end(void *arg)
{
	(void)arg;
}

static bool
is_any(const char *path)
{
	(void)path;
	return true;
}

static const struct source_dir_ops ops = { on_file, on_broken, on_batch_end };
static const struct source_text zone_text = { source_text_is_zone, read_text, free, take_text };
static const struct source_text any_text = { is_any, read_text, free, take_text };

static struct source_dir *
start(struct bench *bench, const char *path, const struct source_text *text)
{
	const struct source_dir_settings settings = { .paths = &path, .path_count = 1,
		.text = text };
	struct source_dir *source = source_dir_new(NULL, bench->clock, &settings, &ops, NULL);

	ck_assert_ptr_nonnull(source);
	return source;
}

static void
load_tells(struct source_dir *source, const char *expected)
{
	strbuf_clear(&told);
	strbuf_add(&told, "");
	ck_assert_int_eq(source_dir_load(source), 0);
	ck_assert_str_eq(told.text, expected);
}

START_TEST(zone_files_go_to_their_taker_and_manifests_to_the_store)
{
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_start(&bench, false);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_put(&bench, "b.zone", "x");
	folder_put(&bench, ".c.zone", "hidden");
	folder_put(&bench, "d.zones", "no zone");
	struct source_dir *source = start(&bench, bench.folder, &zone_text);
	load_tells(source, "a.yaml: 1;b.zone=x;");
	load_tells(source, "");
	folder_put(&bench, "b.zone", "y");
	load_tells(source, "b.zone=y;");
	/* What breaks is not handed over: what was taken before holds. */
	folder_put(&bench, "b.zone", "bad");
	load_tells(source, "b.zone! is bad;");
	ck_assert_uint_eq(source_dir_broken_count(source), 1);
	folder_put(&bench, "b.zone", "y");
	load_tells(source, "b.zone=y;");
	folder_path(&bench, "b.zone", path);
	ck_assert_int_eq(remove(path), 0);
	(void)source_dir_load(source);
	clock_turn_ms(bench.clock, 1000);
	load_tells(source, "b.zone=gone;");
	source_dir_free(source);
	folder_end(&bench);
	strbuf_release(&told);
}
END_TEST

START_TEST(a_path_that_is_a_file_may_have_any_name)
{
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_start(&bench, false);
	folder_put(&bench, "hosts", "x");
	folder_path(&bench, "hosts", path);
	struct source_dir *source = start(&bench, path, &any_text);
	load_tells(source, "hosts=x;");
	source_dir_free(source);
	folder_end(&bench);
	strbuf_release(&told);
}
END_TEST

START_TEST(without_a_taker_a_zone_file_is_only_named)
{
	struct bench bench;

	folder_begin(&bench);
	folder_start(&bench, false);
	folder_put(&bench, "b.zone", "bad");
	struct source_dir *source = start(&bench, bench.folder, NULL);
	load_tells(source, "b.zone: 0;");
	source_dir_free(source);
	folder_end(&bench);
	strbuf_release(&told);
}
END_TEST

Suite *
suite(void)
{
	Suite *source_text = suite_create("source_text");
	TCase *tests = tcase_create("source_text");

	tcase_add_test(tests, zone_files_go_to_their_taker_and_manifests_to_the_store);
	tcase_add_test(tests, a_path_that_is_a_file_may_have_any_name);
	tcase_add_test(tests, without_a_taker_a_zone_file_is_only_named);
	suite_add_tcase(source_text, tests);
	return source_text;
}
