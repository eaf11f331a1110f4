/* fuzz_zone.c - any octets as a zone file or a hosts file: no crash, no leak, no half zone. */
#include <stdint.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/err.h"
#include "dns/content.h"
#include "dns/dns_settings.h"
#include "dns/hosts.h"
#include "dns/index.h"
#include "dns/zone_build.h"
#include "dns/zone_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be put into an index, changed into nothing, and freed. */
static void
put(enum zone_origin origin, struct content *content)
{
	const struct dns_settings dns = { .cluster_domain = "cluster.local" };
	const struct zone_set_settings settings = { .dns = &dns };
	struct index *index = index_new();
	struct zone_set *set = index == NULL ? NULL : zone_set_new(&settings, index);

	if (set == NULL) {
		content_free(content);
	} else {
		(void)zone_set_take(set, origin, "fuzz", 0, content, NULL);
		(void)zone_set_settle(set);
	}
	zone_set_free(set);
	index_free(index);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag *diag = diag_new();
	struct content *content = NULL;
	int err;

	if (diag == NULL)
		return 0;
	err = zone_build("fuzz", (const char *)data, size, NULL, diag, &content);
	if (err != 0 && err != ERR_NOMEM && diag_count(diag, SEVERITY_ERROR) == 0)
		abort();        /* refused without a word */
	if (err == 0 && diag_count(diag, SEVERITY_ERROR) != 0)
		abort();        /* accepted in spite of an error */
	if (err == 0)
		put(ZONE_OF_FILE, content);
	content = NULL;
	if (hosts_build("fuzz", (const char *)data, size, NULL, diag, &content) == 0)
		put(ZONE_OF_HOSTS, content);
	diag_free(diag);
	return 0;
}
