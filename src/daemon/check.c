/* check.c - rollcalld --check: read everything, say what is wrong, answer nothing. */
#include "daemon/check.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/config.h"
#include "daemon/zone_feed.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "dns/zone_set.h"
#include "model/allot.h"
#include "source/lint_files.h"
#include "source/source_text.h"

/* What zones are compared in: they are answered to nobody. */
struct check {
	struct dns_settings dns;
	struct index *index;
	struct zone_set *zones;
};

static void
on_found(void *arg, const struct diag *diag)
{
	(void)arg;
	diag_print(diag, SEVERITY_INFO, stderr);
}

static int
take_zone(void *arg, const char *path, void *content, struct diag *diag)
{
	struct check *check = arg;

	return zone_set_take(check->zones, ZONE_OF_FILE, path, 0, content, diag);
}

static int
begin(struct check *check, const struct config *config)
{
	struct zone_set_settings settings;

	config_dns_settings(config, NULL, 0, NULL, 0, &check->dns);
	zone_feed_settings(config, &check->dns, &settings);
	settings.turn_from = 0;         /* nobody waits */
	check->index = index_new();
	if (check->index == NULL)
		return ERR_NOMEM;
	check->zones = zone_set_new(&settings, check->index);
	return check->zones == NULL ? ERR_NOMEM : 0;
}

static void
end(struct check *check)
{
	zone_set_free(check->zones);
	index_free(check->index);
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
	struct source_text text = zone_feed_text;
	struct check check = { .index = NULL };
	struct lint_files lint = {
		.paths = config->zones,
		.path_count = config->zone_count,
		.exec_enabled = config->probes.exec.enabled,
		.ranges = &ranges,
		.text = &text,
		.found = on_found,
		.arg = &check,
	};
	struct lint_result result;
	int err = begin(&check, config);

	text.take = take_zone;
	if (err == 0)
		err = lint_files(&lint, &result);
	size_t zones = err == 0 ? zone_set_zones(check.zones) : 0;
	end(&check);
	if (err != 0) {
		fprintf(stderr, "rollcalld: %s\n", err_text(err));
		return EX_OSERR;
	}
	if (zones > 0)
		printf("%zu zone%s, ", zones, text_plural(zones));
	puts(result.summary);
	return result.errors > 0 ? EX_DATAERR : EX_OK;
}
