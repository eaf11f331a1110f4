/* zones.c - zone files, local zones and hosts files of a scenario, by their names. */
#include "tests/scenario/zones.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dns/content.h"
#include "dns/dns_settings.h"
#include "dns/forward.h"
#include "dns/hosts.h"
#include "dns/name.h"
#include "dns/zone_build.h"
#include "dns/zone_set.h"

#define FORWARD_MAX 16

struct zones {
	struct zone_set_settings settings;
	struct zone_set *set;
	char texts[FORWARD_MAX][NAME_TEXT_SIZE];
	const char *forward[FORWARD_MAX];
};

struct zones *
zones_new(const struct dns_settings *dns, struct index *index, const struct cidr *networks,
    size_t network_count)
{
	struct zones *zones = calloc(1, sizeof(*zones));

	ck_assert_ptr_nonnull(zones);
	zones->settings = (struct zone_set_settings){ .dns = dns, .networks = networks,
		.network_count = network_count, .forward_zones = zones->forward };
	zones->set = zone_set_new(&zones->settings, index);
	ck_assert_ptr_nonnull(zones->set);
	return zones;
}

void
zones_free(struct zones *zones)
{
	if (zones == NULL)
		return;
	zone_set_free(zones->set);
	free(zones);
}

bool
zones_is_ours(const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, "hosts", 5) == 0 || (len > 5 && strcmp(name + len - 5, ".zone") == 0);
}

/* The daemon has them from its configuration. */
static void
list_forward(struct zones *zones)
{
	const struct forward *forward = zones->settings.dns->forward;

	zones->settings.forward_zone_count = 0;
	for (size_t i = 0; forward != NULL && i < forward_count(forward) && i < FORWARD_MAX; i++) {
		zones->forward[i] = name_to_text(forward_at(forward, i)->name, zones->texts[i]);
		zones->settings.forward_zone_count++;
	}
}

void
zones_file(struct zones *zones, const char *name, const char *text, struct diag *diag)
{
	bool hosts = strncmp(name, "hosts", 5) == 0;
	enum zone_origin origin = hosts ? ZONE_OF_HOSTS :
	    strncmp(name, "local/", 6) == 0 ? ZONE_LOCAL : ZONE_OF_FILE;
	struct content *content = NULL;
	int err = 0;

	if (text != NULL)
		err = (hosts ? hosts_build : zone_build)(name, text, strlen(text), NULL, diag,
		    &content);
	if (err == 0)           /* a file with an error keeps its last good zone */
		ck_assert_int_eq(zone_set_take(zones->set, origin, name, (unsigned)strlen(name),
		    content, diag), 0);
	list_forward(zones);
	zone_set_configure(zones->set, &zones->settings);
	ck_assert_int_eq(zone_set_settle(zones->set), 0);
}
