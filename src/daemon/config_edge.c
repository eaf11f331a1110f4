/* config_edge.c - dns.cookies, dns.nsid, dns.version, dns.rrl: told and granted beside answers. */
#include <config.h>

#include "daemon/config_edge.h"

#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "daemon/secret_file.h"
#include "dns/dns_settings.h"
#include "source/doc.h"

#define HOST_NAME_MAX_LEN 64

void
config_edge_default(struct config_edge *edge)
{
	/* As BIND does: who sends no cookie pays nothing for it. */
	edge->cookies = true;
}

void
config_edge_settings(const struct config_edge *edge, struct dns_settings *settings)
{
	settings->cookies_required = edge->cookies_required;
	settings->nsid = edge->nsid;
	settings->version = edge->version;
}

static struct config_edge *
edge_of(void *target)
{
	return &((struct config_dns *)target)->edge;
}

/* ---- cookies ---- */

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_secret(const char *line, uint8_t secret[COOKIE_SECRET_LEN])
{
	for (size_t i = 0; i < COOKIE_SECRET_LEN; i++) {
		int high = digit_of(line[2 * i]);
		int low = high < 0 ? -1 : digit_of(line[2 * i + 1]);

		if (low < 0)
			return false;
		secret[i] = (uint8_t)(high << 4 | low);
	}
	return line[2 * COOKIE_SECRET_LEN] == '\0';
}

/* One secret a line; empty lines and those that begin with # say nothing.  What is wrong, or NULL. */
static const char *
read_secrets(struct config_edge *edge, char *text)
{
	char *rest;

	edge->secret_count = 0;
	for (char *line = strtok_r(text, "\r\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\r\n", &rest)) {
		if (line[0] == '#')
			continue;
		if (edge->secret_count == CONFIG_SECRETS_MAX)
			return "has more than two secrets";
		if (!read_secret(line, edge->secrets[edge->secret_count]))
			return "has a line that is not 32 hexadecimal digits";
		edge->secret_count++;
	}
	return edge->secret_count == 0 ? "has no secret" : NULL;
}

static void
check_cookies(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_edge *edge = target;
	char text[SECRET_FILE_MAX + 1];
	const char *wrong;

	if (edge->secret_file == NULL)
		return;
	wrong = secret_file_read(edge->secret_file, text);
	if (wrong == NULL)
		wrong = read_secrets(edge, text);
	explicit_bzero(text, sizeof(text));
	if (wrong != NULL)
		field_error(context, doc_find(node, "secretFile"), ".secretFile", "%s: %s",
		    edge->secret_file, wrong);
}

static const struct field cookies_fields[] = {
	{ FIELD("required", FIELD_BOOL, config_edge, cookies_required),
	    .doc = "who knows cookies is answered over UDP when it shows ours" },
	{ FIELD("secretFile", FIELD_TEXT, config_edge, secret_file),
	    .doc = "one or two lines of 32 hexadecimal digits, for instances to share" },
};
static const struct field_table cookies_table = { FIELD_TABLE(cookies_fields, config_edge),
	.title = "cookies", .check = check_cookies };

void
config_edge_cookies(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_edge *edge = edge_of(target);

	if (node == NULL || node->type == DOC_NULL)
		return;
	if (node->type == DOC_BOOL)
		edge->cookies = node->truth;
	else if (node->type == DOC_MAP)
		field_decode(&cookies_table, node, edge, context);
	else
		field_error(context, node, "", "must be true, false, or a mapping");
}

/* ---- texts ---- */

static const char *
wrong_text(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > EDNS_NSID_MAX)
		return "must have 1 to 128 octets";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return "must have no control characters";
	return NULL;
}

/* false: nothing is to be told. */
static bool
take_text(struct field_context *context, const struct doc_node *node, const char **text)
{
	const char *wrong;

	if (node == NULL || node->type == DOC_NULL ||
	    (node->type == DOC_STRING && node->text[0] == '\0'))
		return false;
	if (node->type == DOC_LIST || node->type == DOC_MAP) {
		field_error(context, node, "", "must be a text");
		return false;
	}
	wrong = wrong_text(node->text);
	if (wrong != NULL)
		field_error(context, node, "", "%s", wrong);
	*text = node->text;
	return wrong == NULL;
}

void
config_edge_nsid(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_edge *edge = edge_of(target);
	char name[HOST_NAME_MAX_LEN + 1] = "";

	if (!take_text(context, node, &edge->nsid) || strcmp(edge->nsid, "hostname") != 0)
		return;
	/* A name of the greatest length comes without its NUL. */
	edge->nsid = gethostname(name, HOST_NAME_MAX_LEN) != 0 ? NULL :
	    arena_text(context->arena, name);
	if (edge->nsid == NULL)
		field_error(context, node, "", "the host's name cannot be had");
}

void
config_edge_version(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_edge *edge = edge_of(target);

	if (node != NULL && node->type == DOC_BOOL)
		edge->version = node->truth ? PACKAGE_STRING : NULL;
	else
		(void)take_text(context, node, &edge->version);
}

/* ---- response rate limiting ---- */

static void
check_rrl(struct field_context *context, const struct doc_node *node, void *target)
{
	struct config_rrl *rrl = target;
	struct cidr *exempt = arena_array(context->arena,
	    rrl->exempt_text_count * CONFIG_NETWORKS_MAX + 1, sizeof(*exempt));

	(void)node;
	if (rrl->settings.errors_per_s == 0)
		rrl->settings.errors_per_s = rrl->settings.answers_per_s;
	if (exempt == NULL && context->err == 0)
		context->err = ERR_NOMEM;
	/* What is no network was said. */
	for (size_t i = 0; exempt != NULL && i < rrl->exempt_text_count; i++)
		if (rrl->exempt_texts[i] != NULL && config_network_rule(rrl->exempt_texts[i]) == NULL)
			rrl->settings.exempt_count += config_networks(rrl->exempt_texts[i],
			    exempt + rrl->settings.exempt_count);
	rrl->settings.exempt = exempt;
}

static const struct field rrl_fields[] = {
	{ FIELD("responsesPerSecond", FIELD_INT, config_rrl, settings.answers_per_s),
	    .flags = FIELD_REQUIRED, .min = 1, .max = RRL_RATE_MAX,
	    .doc = "answers to one network over UDP" },
	{ FIELD("errorsPerSecond", FIELD_INT, config_rrl, settings.errors_per_s), .min = 1,
	    .max = RRL_RATE_MAX, .doc = "the same for errors; default: responsesPerSecond" },
	{ FIELD("slip", FIELD_INT, config_rrl, settings.slip), .max = 10, .fallback = "2",
	    .doc = "each so many-th answer beyond goes out truncated; 0: none" },
	{ FIELD("window", FIELD_INT, config_rrl, settings.window_s), .min = 1, .max = 3600,
	    .fallback = "15", .doc = "seconds of quiet until a flood is forgotten" },
	{ FIELD("ipv4Prefix", FIELD_INT, config_rrl, settings.ip4_bits), .min = 1, .max = 32,
	    .fallback = "24", .doc = "bits of an IPv4 network" },
	{ FIELD("ipv6Prefix", FIELD_INT, config_rrl, settings.ip6_bits), .min = 1, .max = 128,
	    .fallback = "56", .doc = "bits of an IPv6 network" },
	{ FIELD("tableSize", FIELD_INT, config_rrl, settings.table_size), .min = 1024,
	    .max = 16777216, .fallback = "65536", .doc = "networks kept in mind, 8 octets each" },
	{ FIELD_ITEMS("exempt", FIELD_TEXTS, config_rrl, exempt_texts, exempt_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_network_rule,
	    .doc = "networks that are never held back" },
};
const struct field_table config_edge_rrl = { FIELD_TABLE(rrl_fields, config_rrl),
	.title = "rrl", .check = check_rrl };
