/* check.c - rollcalld --check: read everything, say what is wrong, answer nothing. */
#include "daemon/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/diag.h"
#include "daemon/config.h"
#include "model/allot.h"
#include "model/store.h"
#include "source/lint.h"
#include "source/source_dir.h"

struct check {
	struct store *store;
	size_t errors;
	bool nomem;
};

static void
say(struct check *check, struct diag *diag)
{
	diag_print(diag, stderr);
	check->errors += diag_count(diag, SEVERITY_ERROR);
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct check *check = arg;
	int err = store_replace_file(check->store, path, objects->items, objects->count, diag);

	if (err != 0)
		check->nomem = true;
	objects->count = 0;
	say(check, diag);
	return err;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	(void)path;
	say(arg, diag);
}

static void
on_batch_end(void *arg)
{
	(void)arg;
}

static int
read_all(struct check *check, const struct config *config, const struct clock *clock)
{
	static const struct source_dir_ops ops = { on_file, on_broken, on_batch_end };
	struct source_dir_settings settings = { .paths = config->zones,
		.path_count = config->zone_count,
		.exec_enabled = config->probes.exec.enabled };
	struct source_dir *source = source_dir_new(NULL, clock, &settings, &ops, check);
	int err = source == NULL ? -1 : source_dir_load(source);

	source_dir_free(source);
	return err;
}

static int
lint_all(struct check *check, const struct config *config)
{
	struct allot_settings ranges = {
		.service_cidrs = config->service_cidrs,
		.service_cidr_count = config->service_cidr_count,
		.load_balancer_cidrs = config->load_balancer_cidrs,
		.load_balancer_cidr_count = config->load_balancer_cidr_count,
		.node_port_first = config->node_port_first,
		.node_port_last = config->node_port_last,
	};
	struct diag *diag = diag_new();
	int err = diag == NULL ? -1 : lint_store(check->store, &ranges, diag);

	if (diag != NULL)
		say(check, diag);
	diag_free(diag);
	return err;
}

int
check_manifests(const struct config *config)
{
	struct check check = { .store = store_new() };
	struct clock *clock = clock_new_system();
	int status = EX_OSERR;

	if (check.store == NULL || clock == NULL || read_all(&check, config, clock) != 0 ||
	    lint_all(&check, config) != 0 || check.nomem)
		goto out;
	printf("%zu Services, %zu Pods, %zu EndpointSlices, %zu Endpoints; %zu errors\n",
	    store_count(check.store, KIND_SERVICE), store_count(check.store, KIND_POD),
	    store_count(check.store, KIND_ENDPOINT_SLICE), store_count(check.store, KIND_ENDPOINTS),
	    check.errors);
	status = check.errors > 0 ? EX_DATAERR : 0;
out:
	store_free(check.store);
	clock_free(clock);
	return status;
}
