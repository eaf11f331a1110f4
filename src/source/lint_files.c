/* lint_files.c - read manifests as the daemon would and say everything that is wrong. */
#include "source/lint_files.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "model/store.h"
#include "source/lint.h"
#include "source/source_dir.h"
#include "source/source_text.h"

struct run {
	const struct lint_files *lint;
	struct store *store;
	struct lint_result *result;
	int err;
};

static void
tell(struct run *run, const struct diag *diag)
{
	run->result->errors += diag_count(diag, SEVERITY_ERROR);
	run->result->warnings += diag_count(diag, SEVERITY_WARNING);
	run->lint->found(run->lint->arg, diag);
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct run *run = arg;
	int err = store_replace_file(run->store, path, objects->items, objects->count, diag);

	/* The store has taken the objects, on failure too. */
	objects->count = 0;
	if (err == ERR_NOMEM)
		run->err = err;
	tell(run, diag);
	return err;
}

/* What is no manifest. */
static int
on_text(void *arg, const char *path, void *content, struct diag *diag)
{
	struct run *run = arg;
	int err = run->lint->text->take(run->lint->arg, path, content, diag);

	if (err == ERR_NOMEM)
		run->err = err;
	if (diag != NULL)
		tell(run, diag);
	return err;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	(void)path;
	tell(arg, diag);
}

static void
on_batch_end(void *arg)
{
	(void)arg;
}

static int
read_all(struct run *run)
{
	static const struct source_dir_ops ops = {
		.file = on_file,
		.broken = on_broken,
		.batch_end = on_batch_end,
	};
	struct source_dir_settings settings = {
		.paths = run->lint->paths,
		.path_count = run->lint->path_count,
		.exec_enabled = run->lint->exec_enabled,
	};
	struct source_text text;
	struct clock *clock = clock_new_system();

	if (run->lint->text != NULL) {
		text = *run->lint->text;
		text.take = on_text;
		settings.text = &text;
	}
	struct source_dir *source =
	    clock != NULL ? source_dir_new(NULL, clock, &settings, &ops, run) : NULL;
	int err = source != NULL ? source_dir_load(source) : ERR_NOMEM;

	source_dir_free(source);
	clock_free(clock);
	return err != 0 ? err : run->err;
}

static int
compare_all(struct run *run)
{
	struct diag *diag = diag_new();
	int err = ERR_NOMEM;

	if (diag != NULL)
		err = lint_store(run->store, run->lint->ranges, diag);
	if (err == 0)
		tell(run, diag);
	diag_free(diag);
	return err;
}

static void
sum_up(const struct run *run)
{
	struct lint_result *result = run->result;
	char objects[STORE_SUMMARY_SIZE];

	(void)snprintf(result->summary, sizeof(result->summary), "%s: %zu error%s, %zu warning%s",
	    store_summary(run->store, objects), result->errors, text_plural(result->errors),
	    result->warnings, text_plural(result->warnings));
}

int
lint_files(const struct lint_files *lint, struct lint_result *result)
{
	struct run run = { .lint = lint, .store = store_new(), .result = result };
	int err = ERR_NOMEM;

	*result = (struct lint_result){ .errors = 0 };
	if (run.store != NULL)
		err = read_all(&run);
	if (err == 0)
		err = compare_all(&run);
	if (err == 0)
		sum_up(&run);
	store_free(run.store);
	return err;
}
