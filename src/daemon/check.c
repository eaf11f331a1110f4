/* check.c - rollcalld --check: read everything, say what is wrong, answer nothing. */
#include "daemon/check.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "model/allot.h"
#include "source/lint_files.h"

static void
on_found(void *arg, const struct diag *diag)
{
	(void)arg;
	diag_print(diag, SEVERITY_INFO, stderr);
}

int
check_manifests(const struct config *config)
{
	struct allot_settings ranges = {
		.service_cidrs = config->service_cidrs,
		.service_cidr_count = config->service_cidr_count,
		.load_balancer_cidrs = config->load_balancer_cidrs,
		.load_balancer_cidr_count = config->load_balancer_cidr_count,
		.node_port_first = config->node_port_first,
		.node_port_last = config->node_port_last,
	};
	struct lint_files lint = {
		.paths = config->zones,
		.path_count = config->zone_count,
		.exec_enabled = config->probes.exec.enabled,
		.ranges = &ranges,
		.found = on_found,
	};
	struct lint_result result;
	int err = lint_files(&lint, &result);

	if (err != 0) {
		fprintf(stderr, "rollcalld: %s\n", err_text(err));
		return EX_OSERR;
	}
	puts(result.summary);
	return result.errors > 0 ? EX_DATAERR : EX_OK;
}
