/* config_autopath.c - dns.autopath: for whom search lists are walked here. */
#include "daemon/config_autopath.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "dns/autopath.h"
#include "dns/name.h"
#include "source/doc.h"

#define RESOLV_LINE_MAX 4096
#define RESOLV_FILE_MAX 65536   /* as net/resolv_conf.c takes them */

void
config_autopath_default(struct config_autopath *autopath)
{
	*autopath = (struct config_autopath){ .pods = true, .resolv_conf = CONFIG_RESOLV_CONF };
}

/* ---- the file ---- */

static const char *
cidr_rule(const char *text)
{
	struct cidr network;

	return cidr_parse(text, &network) == 0 ? NULL : "must be a network, like 10.8.0.0/24";
}

static const char *
label_rule(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < AUTOPATH_NS_SIZE &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len ? NULL :
	    "must be a namespace";
}

static const char *
path_rule(const char *text)
{
	return text[0] == '/' ? NULL : "must be an absolute path";
}

static const struct field tenant_fields[] = {
	{ FIELD("cidr", FIELD_TEXT, config_tenant, cidr), .flags = FIELD_REQUIRED,
	    .rule = cidr_rule, .doc = "clients that are no Pods of ours" },
	{ FIELD("namespace", FIELD_TEXT, config_tenant, ns), .flags = FIELD_REQUIRED,
	    .rule = label_rule, .doc = "where they are taken to be" },
};
static const struct field_table tenant_table = { FIELD_TABLE(tenant_fields, config_tenant),
	.title = "networks" };

static const struct field autopath_fields[] = {
	{ FIELD("pods", FIELD_BOOL, config_autopath, pods),
	    .doc = "for Pods, known by their addresses" },
	{ FIELD_ITEMS("networks", FIELD_LIST, config_autopath, networks, network_count),
	    .sub = &tenant_table, .doc = "for these networks; the longest counts" },
	{ FIELD("resolvConf", FIELD_TEXT, config_autopath, resolv_conf), .rule = path_rule,
	    .doc = "whose search list follows the cluster's names" },
};
static const struct field_table autopath_table = { FIELD_TABLE(autopath_fields, config_autopath),
	.title = "autopath" };

void
config_autopath_hook(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_autopath *autopath = &((struct config_dns *)target)->autopath;

	if (node == NULL || node->type == DOC_NULL)
		return;
	if (node->type == DOC_BOOL) {
		autopath->on = node->truth;
	} else if (node->type == DOC_MAP) {
		autopath->on = true;
		field_decode(&autopath_table, node, autopath, context);
	} else {
		field_error(context, node, "", "must be true, false, or a mapping");
	}
}

/* ---- what is made of it ---- */

/* The words behind `search` or `domain`, NULL: the line says something else. */
static char *
find_list(char *line)
{
	static const char blanks[] = " \t\r\n";
	char *rest;
	char *word = strtok_r(line, blanks, &rest);

	return word != NULL && (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0) ?
	    rest : NULL;
}

/* A line's names; those that are none are passed over, as libc does. */
static int
take_names(struct autopath *autopath, const uint8_t **names, char *text, struct arena *arena)
{
	char *rest;

	autopath->search_count = 0;
	for (char *word = strtok_r(text, " \t\r\n", &rest); word != NULL;
	    word = strtok_r(NULL, " \t\r\n", &rest)) {
		uint8_t name[DNS_NAME_MAX];
		size_t len;

		if (autopath->search_count == CONFIG_SEARCH_MAX ||
		    name_from_text(word, name, &len) != 0 || len < 2)
			continue;
		uint8_t *copy = arena_alloc(arena, len);
		if (copy == NULL)
			return ERR_NOMEM;
		name_fold(name, len);
		memcpy(copy, name, len);
		names[autopath->search_count++] = copy;
	}
	return 0;
}

/* NULL: there is none, or what would never end: a FIFO without a writer, a device, a huge file. */
static FILE *
open_search(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	FILE *file = NULL;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size <= RESOLV_FILE_MAX)
		file = fdopen(fd, "r");
	if (file == NULL && fd >= 0)
		close(fd);
	return file;
}

/* The last of its lines counts (resolv.conf(5)); a file that is not there has none. */
static int
read_search(struct autopath *autopath, const char *path, struct arena *arena)
{
	const uint8_t **names = arena_array(arena, CONFIG_SEARCH_MAX, sizeof(*names));
	FILE *file = open_search(path);
	char line[RESOLV_LINE_MAX];
	int err = 0;

	if (names != NULL)
		autopath->search = names;
	while (names != NULL && file != NULL && err == 0 &&
	    fgets(line, sizeof(line), file) != NULL) {
		char *list = find_list(line);

		if (list != NULL)
			err = take_names(autopath, names, list, arena);
	}
	if (file != NULL)
		fclose(file);
	return names == NULL ? ERR_NOMEM : err;
}

static int
make_networks(struct autopath *autopath, const struct config_autopath *config, struct arena *arena)
{
	struct autopath_network *networks = arena_array(arena, config->network_count + 1,
	    sizeof(*networks));

	if (networks == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < config->network_count; i++) {
		size_t len = strlen(config->networks[i].ns);

		(void)cidr_parse(config->networks[i].cidr, &networks[i].network);
		networks[i].ns[0] = (uint8_t)len;
		memcpy(networks[i].ns + 1, config->networks[i].ns, len);
	}
	autopath->networks = networks;
	autopath->network_count = config->network_count;
	return 0;
}

int
config_autopath_derive(struct config *config)
{
	struct config_autopath *stated = &config->dns.autopath;
	struct autopath *autopath = arena_array(config->arena, 1, sizeof(*autopath));

	if (!stated->on)
		return 0;
	if (autopath == NULL)
		return ERR_NOMEM;
	*autopath = (struct autopath){ .pods = stated->pods };
	int err = make_networks(autopath, stated, config->arena);
	if (err == 0)
		err = read_search(autopath, stated->resolv_conf, config->arena);
	stated->made = autopath;
	return err;
}

bool
config_autopath_same(const struct config_autopath *a, const struct config_autopath *b)
{
	return (a->on && a->pods) == (b->on && b->pods);
}
