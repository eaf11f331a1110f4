/* zone_set_rules.c - whose a name is: the cluster's, another zone's, or somebody else's altogether. */
#include <stdio.h>
#include <string.h>

#include "dns/dns_settings.h"
#include "dns/name.h"
#include "dns/reverse.h"
#include "dns/zone_set_parts.h"

/* ---- the settings -------------------------------------------------------------------------- */

static void
add_ours(struct zone_set *set, const char *text)
{
	size_t len;

	if (text == NULL || name_from_text(text, set->ours[set->ours_count], &len) != 0)
		return;
	name_fold(set->ours[set->ours_count++], len);
}

void
zone_set_read_settings(struct zone_set *set)
{
	set->ours_count = 0;
	add_ours(set, set->settings.dns->cluster_domain);
	add_ours(set, set->settings.dns->external_zone);
}

static bool
is_ours(const struct zone_set *set, const uint8_t *name)
{
	for (size_t i = 0; i < set->ours_count; i++)
		if (name_is_under(name, set->ours[i]))
			return true;
	return false;
}

/* ---- reverse zones ------------------------------------------------------------------------- */

static bool
contains(const struct cidr *network, const struct cidr *part)
{
	return network->bits <= part->bits && cidr_contains(network, &part->base);
}

static int
find_equal(void *arg, const struct cidr *zone)
{
	const struct cidr *origin = arg;

	/* in-addr.arpa as a whole is ours only by default: whoever has a zone in it knows better. */
	return zone->base.family == origin->base.family &&
	    (zone->bits == 0 ? origin->bits == 0 : contains(zone, origin));
}

/* Which setting makes this reverse zone the cluster's; NULL: none does. */
static const char *
reverse_owner(const struct zone_set *set, const uint8_t *origin)
{
	const struct dns_settings *dns = set->settings.dns;
	char text[NAME_TEXT_SIZE];
	struct cidr network;

	if (reverse_parse(name_to_text(origin, text), &network) != 0)
		return NULL;
	for (size_t i = 0; i < dns->reverse_zone_count; i++)
		if (reverse_expand(dns->reverse_zones[i], find_equal, &network) > 0)
			return "dns.reverseZones";
	for (size_t i = 0; i < set->settings.network_count; i++)
		if (contains(&set->settings.networks[i], &network))
			return "serviceCIDRs";
	return NULL;
}

/* ---- zones --------------------------------------------------------------------------------- */

const char *
zone_set_owner(const struct zone_set *set, const struct content *content, char *buf, size_t size)
{
	const struct zone_file *other = zone_set_serves(set, content->origin, content->origin_len);
	const char *setting = reverse_owner(set, content->origin);
	char text[NAME_TEXT_SIZE];

	for (size_t i = 0; i < set->ours_count; i++)
		if (name_is_under(content->origin, set->ours[i])) {
			(void)snprintf(buf, size, "lies in %s, which is the cluster's",
			    name_to_text(set->ours[i], text));
			return buf;
		}
	if (setting != NULL)
		(void)snprintf(buf, size, "is a reverse zone of the cluster's, by %s", setting);
	else if (other != NULL && other->now != content && other->kind == ZONE_OF_FILE)
		(void)snprintf(buf, size, "is the zone of %s:%u already", other->path,
		    other->now->soa_line);
	else
		return NULL;
	return buf;
}

/* Does a forward entry speak of this zone, or one above or below it?  "." speaks of none. */
static bool
is_forwarded(const struct zone_set *set, const uint8_t *origin)
{
	const struct zone_set_settings *settings = &set->settings;
	uint8_t zone[DNS_NAME_MAX];
	size_t len;

	for (size_t i = 0; i < settings->forward_zone_count; i++)
		if (name_from_text(settings->forward_zones[i], zone, &len) == 0 && len > 1 &&
		    (name_is_under(origin, zone) || name_is_under(zone, origin)))
			return true;
	return false;
}

bool
zone_set_wants_local(const struct zone_set *set, const struct zone_file *file)
{
	const struct content *content = file->now;
	const uint8_t *name = content->origin;
	size_t len = content->origin_len;

	if (is_ours(set, name) || reverse_owner(set, name) != NULL || is_forwarded(set, name))
		return false;
	for (;; len -= 1u + *name, name += 1 + *name) {
		const struct zone_file *other = zone_set_serves(set, name, len);

		if (other != NULL && other != file &&
		    (other->kind == ZONE_OF_FILE || len == content->origin_len))
			return false;
		if (*name == 0)
			return true;
	}
}

/* ---- names --------------------------------------------------------------------------------- */

static bool
falls_through(const struct zone_set *set, const uint8_t *name, size_t len)
{
	const struct dns_settings *dns = set->settings.dns;

	for (size_t i = 0; i < dns->fallthrough_count; i++)
		if (strcmp(dns->fallthrough[i], "*") == 0 ||
		    name_is_under_text(name, len, dns->fallthrough[i]))
			return true;
	return false;
}

bool
zone_set_allows(const struct zone_set *set, const struct zone_file *file, const uint8_t *name)
{
	const uint8_t *at = name;
	size_t whole = name_len(name), len = whole;
	/* Hosts have no zone of their own: up to the root. */
	size_t end = file->kind == ZONE_OF_HOSTS || file->now == NULL ? 0 : file->now->origin_len;

	if (is_ours(set, name))
		return false;
	for (; len > end; len -= 1u + *at, at += 1 + *at) {
		const struct zone_file *other = zone_set_serves(set, at, len);

		if (other != NULL && other != file) {
			if (file->kind != ZONE_OF_HOSTS)
				return false;
			if (other->kind == ZONE_OF_FILE)
				return falls_through(set, name, whole);
		}
		if (*at == 0)
			break;
	}
	return true;
}
