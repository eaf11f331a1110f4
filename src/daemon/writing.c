/* writing.c - the API's writer over the keeper of objects. */
#include "daemon/writing.h"

#include "base/diag.h"
#include "base/err.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "daemon/managed.h"
#include "daemon/managed_yaml.h"
#include "ops/write.h"
#include "source/manifest_file.h"

static const char *
problem(void *arg)
{
	return managed_problem(arg);
}

static bool
owns(void *arg, const char *file)
{
	return managed_owns(arg, file);
}

static struct managed_key
key_of(const struct write_key *key)
{
	return (struct managed_key){ key->resource, key->ns, key->name };
}

static bool
is_busy(void *arg, const struct write_key *key)
{
	const struct managed_key managed = key_of(key);

	return managed_is_busy(arg, &managed);
}

static int
read_yaml(void *arg, const char *text, size_t len, struct diag *diag, json_t **out)
{
	(void)arg;
	return managed_yaml_read(text, len, diag, out);
}

static json_t *
stated(void *arg, const char *path)
{
	struct manifest_file file = { .text = NULL };
	json_t *object = NULL;

	(void)arg;
	if (manifest_file_read(path, &file, NULL) == 0)
		(void)managed_yaml_read(file.text, file.len, NULL, &object);
	manifest_file_release(&file);
	return object;
}

static int
check(void *arg, json_t *object, struct diag *diag, allot_refusal_fn *tell, void *tell_arg)
{
	return managed_check(arg, object, diag, tell, tell_arg);
}

static int
put(void *arg, const struct write_key *key, json_t *object, struct diag *diag,
    write_done_fn *done, void *done_arg)
{
	const struct managed_key managed = key_of(key);

	return managed_put(arg, &managed, object, diag, done, done_arg);
}

static int
drop(void *arg, const struct write_key *key, write_done_fn *done, void *done_arg)
{
	const struct managed_key managed = key_of(key);

	return managed_drop(arg, &managed, done, done_arg);
}

static const struct write_keeper keeper = {
	.problem = problem,
	.owns = owns,
	.is_busy = is_busy,
	.read_yaml = read_yaml,
	.stated = stated,
	.check = check,
	.put = put,
	.drop = drop,
};

int
writing_start(struct rollcall *rollcall, struct write **out)
{
	const struct write_settings settings = {
		.clock = rollcall->clock,
		.ledger = ledger_feed_ledger(rollcall->ledger_feed),
		.view = ledger_feed_view(rollcall->ledger_feed),
		.keeper = &keeper, .keeper_arg = rollcall->managed,
	};

	return write_new(&settings, out);
}
