/* folder.c - a folder of manifests for a test, and all that a source tells of it. */
#include "tests/source/folder.h"

#include <check.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "model/object.h"

#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct bench *bench = arg;

	strbuf_addf(&bench->told, diag == NULL ? "(%s):" : "%s:", base_name(path));
	for (size_t i = 0; i < objects->count; i++) {
		strbuf_addf(&bench->told, " %s", objects->items[i]->name);
		object_unref(objects->items[i]);
	}
	objects->count = 0;
	if (bench->meanwhile != NULL)
		bench->meanwhile(bench, base_name(path));
	if (bench->refusals > 0) {
		bench->refusals--;
		strbuf_add(&bench->told, " refused;");
		return ERR_NOMEM;
	}
	strbuf_add(&bench->told, ";");
	return 0;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	struct bench *bench = arg;

	strbuf_addf(&bench->told, "%s! %s;", base_name(path), diag_at(diag, 0)->text);
}

static void
on_batch_end(void *arg)
{
	struct bench *bench = arg;

	bench->batches++;
	strbuf_add(&bench->told, "end;");
}

void
folder_path(const struct bench *bench, const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", bench->folder, name);
}

void
folder_put(const struct bench *bench, const char *name, const char *text)
{
	char path[128], fresh[128];

	folder_path(bench, name, path);
	folder_path(bench, ".fresh", fresh);
	FILE *file = fopen(fresh, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(fresh, path), 0);
}

void
folder_put_namespace(const struct bench *bench, const char *name, const char *namespace)
{
	char text[128];

	(void)snprintf(text, sizeof(text), NAMESPACE, namespace);
	folder_put(bench, name, text);
}

void
folder_start(struct bench *bench, bool watched)
{
	static const struct source_dir_ops ops = {
		.file = on_file,
		.broken = on_broken,
		.batch_end = on_batch_end,
	};
	static const char *path;
	struct source_dir_settings settings = {
		.paths = &path,
		.path_count = 1,
		.exec_enabled = true,
	};

	path = bench->folder;
	bench->loop = watched ? event_base_new() : NULL;
	bench->clock = watched ? clock_new_system() : clock_new_manual(1000, 0);
	bench->source = source_dir_new(bench->loop, bench->clock, &settings, &ops, bench);
	ck_assert_ptr_nonnull(bench->source);
}

void
folder_begin(struct bench *bench)
{
	*bench = (struct bench){ .folder = "/tmp/rollcall-test-XXXXXX", .told = STRBUF_INIT };
	ck_assert_ptr_nonnull(mkdtemp(bench->folder));
}

void
folder_end(struct bench *bench)
{
	char command[64];

	source_dir_free(bench->source);
	clock_free(bench->clock);
	if (bench->loop != NULL)
		event_base_free(bench->loop);
	strbuf_release(&bench->told);
	(void)snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	ck_assert_int_eq(system(command), 0);
}

void
folder_load(struct bench *bench)
{
	ck_assert_int_eq(source_dir_load(bench->source), 0);
	while (source_dir_is_loading(bench->source))
		ck_assert_int_eq(event_base_loop(bench->loop, EVLOOP_ONCE), 0);
}

void
folder_load_tells(struct bench *bench, const char *expected)
{
	strbuf_clear(&bench->told);
	folder_load(bench);
	ck_assert_str_eq(bench->told.text, expected);
}

void
folder_events_tell(struct bench *bench, const char *expected)
{
	struct timeval tick = { 0, 5000 };

	for (int i = 0; i < 1000 && strstr(bench->told.text, expected) == NULL; i++) {
		ck_assert_int_eq(event_base_loopexit(bench->loop, &tick), 0);
		ck_assert_int_ge(event_base_dispatch(bench->loop), 0);
	}
	ck_assert_msg(strstr(bench->told.text, expected) != NULL, "told: %s", bench->told.text);
	strbuf_clear(&bench->told);
}

void
folder_begin_with_one(struct bench *bench, bool watch)
{
	folder_begin(bench);
	folder_put_namespace(bench, "a.yaml", "one");
	folder_start(bench, watch);
	folder_load_tells(bench, "a.yaml: one;end;");
}
