/* config_autopath.h - dns.autopath: for whom search lists are walked here.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_AUTOPATH_H
#define ROLLCALL_DAEMON_CONFIG_AUTOPATH_H
#include <stdbool.h>
#include <stddef.h>

#include "source/field.h"

struct autopath;
struct config;

#define CONFIG_RESOLV_CONF "/etc/resolv.conf"
/* What glibc before 2.26 and Kubernetes take of a search list, more than twice. */
#define CONFIG_SEARCH_MAX 32

struct config_tenant {
	const char *cidr;
	const char *ns;
};

struct config_autopath {
	bool on;
	bool pods;
	struct config_tenant *networks;
	size_t network_count;
	const char *resolv_conf;                /* whose search list hosts have */
	struct autopath *made;                  /* NULL: off */
};

/* What holds where the file says nothing. */
void config_autopath_default(struct config_autopath *autopath);
/* A hook; the target is a struct config_dns. */
void config_autopath_hook(struct field_context *context, const struct doc_node *node,
    void *target);
/* Make the settings of what was read.  ERR_NOMEM. */
int config_autopath_derive(struct config *config);
/* Do both need the same to be known of Pods? */
bool config_autopath_same(const struct config_autopath *a, const struct config_autopath *b);
#endif
