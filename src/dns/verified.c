/* verified.c - 10-0-0-1.n.pod.Z for each address of a Pod, with pods: verified. */
#include "dns/verified.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->lost = true)
#include <uthash.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/member.h"
#include "dns/owner.h"
#include "dns/rrset.h"
#include "dns/spaces.h"
#include "dns/domain.h"

/* Pods of one namespace that share an address (hostNetwork) share its name. */
struct name {
	size_t pods;
	bool lost;
	UT_hash_handle hh;
	char key[];             /* NS/ADDRESS */
};

struct pod {
	size_t count;
	struct addr *addrs;     /* each once */
	bool lost;
	UT_hash_handle hh;
	char key[];             /* NS/NAME */
};

struct verified {
	const struct domain *domain;
	struct spaces *spaces;
	struct ledger *ledger;
	struct name *names;
	struct pod *pods;
};

#define KEY_SIZE 320            /* namespace 63, name 253 */

struct verified *
verified_new(const struct domain *domain, struct spaces *spaces, struct ledger *ledger)
{
	struct verified *verified = calloc(1, sizeof(*verified));

	if (verified != NULL)
		*verified = (struct verified){
			.domain = domain, .spaces = spaces, .ledger = ledger,
		};
	return verified;
}

static void
drop_pod(struct verified *verified, struct pod *pod)
{
	HASH_DEL(verified->pods, pod);
	free(pod->addrs);
	free(pod);
}

void
verified_free(struct verified *verified)
{
	struct name *name, *next_name;
	struct pod *pod, *next_pod;

	if (verified == NULL)
		return;
	HASH_ITER(hh, verified->names, name, next_name) {
		HASH_DEL(verified->names, name);
		free(name);
	}
	HASH_ITER(hh, verified->pods, pod, next_pod)
		drop_pod(verified, pod);
	free(verified);
}

/*
 * The spellings of an address: dashes for dots and colons; where that begins or ends with a dash,
 * also the one that host names allow.
 */
static int
spell(const struct addr *addr, char spelled[2][MEMBER_LABEL_SIZE])
{
	char *plain = member_dashed(addr, spelled[0]);

	member_address_label(addr, spelled[1]);
	return strcmp(plain, spelled[1]) == 0 ? 1 : 2;
}

static int
put_name(struct verified *verified, const char *ns, const struct addr *addr)
{
	struct arena *arena = arena_new(1024);
	struct changes changes = CHANGES_INIT(verified->ledger);
	struct rrset_list records = { 0 };
	struct entry_spec spec = { .kind = ENTRY_NAME, .zone = verified->domain->zone };
	char spelled[2][MEMBER_LABEL_SIZE];
	const uint8_t *parent = NULL;
	int err = arena == NULL ? ERR_NOMEM : owner_under(arena, ns, verified->domain->pod,
	    &parent);

	if (err == 0)
		err = rrset_list_init(&records, arena, 1);
	if (err == 0)
		rrset_add_addr(&records, NULL, addr, verified->domain->settings->ttl_s);
	spec.records = records.items;
	spec.record_count = records.count;
	for (int i = 0; err == 0 && i < spell(addr, spelled); i++) {
		err = owner_under(arena, spelled[i], parent, &spec.name);
		if (err == 0)
			err = changes_put(&changes, &spec, false);
	}
	if (err == 0)
		err = changes_apply(&changes, NULL);
	changes_drop(&changes);
	arena_free(arena);
	return err == ERR_LIMIT ? 0 : err;
}

static void
remove_name(struct verified *verified, const char *ns, const struct addr *addr)
{
	char spelled[2][MEMBER_LABEL_SIZE];
	size_t ns_len = strlen(ns), parent_len = owner_len(verified->domain->pod);

	for (int i = 0; i < spell(addr, spelled); i++) {
		uint8_t name[DNS_NAME_MAX];
		size_t len = strlen(spelled[i]);

		if (ns_len > 63 || 2 + len + ns_len + parent_len > sizeof(name))
			continue;
		name[0] = (uint8_t)len;
		memcpy(name + 1, spelled[i], len);
		name[1 + len] = (uint8_t)ns_len;
		memcpy(name + 2 + len, ns, ns_len);
		memcpy(name + 2 + len + ns_len, verified->domain->pod, parent_len);
		changes_remove_now(verified->ledger, name);
	}
}

static size_t
name_key(const char *ns, const struct addr *addr, char key[KEY_SIZE])
{
	char text[ADDR_TEXT_SIZE];

	return (size_t)snprintf(key, KEY_SIZE, "%.63s/%s", ns, addr_text(addr, text));
}

static int
hold(struct verified *verified, const char *ns, const struct addr *addr)
{
	char key[KEY_SIZE];
	size_t len = name_key(ns, addr, key);
	struct name *name;

	HASH_FIND_STR(verified->names, key, name);
	if (name != NULL) {
		name->pods++;
		return 0;
	}
	name = calloc(1, sizeof(*name) + len + 1);
	if (name == NULL)
		return ERR_NOMEM;
	memcpy(name->key, key, len + 1);
	name->pods = 1;
	HASH_ADD_STR(verified->names, key, name);
	if (name->lost) {
		free(name);
		return ERR_NOMEM;
	}
	if (!domain_exposes(verified->domain, ns) || put_name(verified, ns, addr) == 0)
		return 0;
	HASH_DEL(verified->names, name);
	free(name);
	return ERR_NOMEM;
}

static void
release(struct verified *verified, const char *ns, const struct addr *addrs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char key[KEY_SIZE];
		struct name *name;

		name_key(ns, &addrs[i], key);
		HASH_FIND_STR(verified->names, key, name);
		if (name == NULL || --name->pods > 0)
			continue;
		remove_name(verified, ns, &addrs[i]);
		HASH_DEL(verified->names, name);
		free(name);
	}
}

/* The Pod's record, with nothing in it if it is new. */
static struct pod *
find_or_add(struct verified *verified, const char *ns, const char *name, bool may_add)
{
	char key[KEY_SIZE];
	size_t len = (size_t)snprintf(key, sizeof(key), "%.63s/%.253s", ns, name);
	struct pod *pod;

	HASH_FIND_STR(verified->pods, key, pod);
	if (pod != NULL || !may_add)
		return pod;
	pod = calloc(1, sizeof(*pod) + len + 1);
	if (pod == NULL)
		return NULL;
	memcpy(pod->key, key, len + 1);
	HASH_ADD_STR(verified->pods, key, pod);
	if (pod->lost) {
		free(pod);
		return NULL;
	}
	if (spaces_hold(verified->spaces, ns) != 0) {
		drop_pod(verified, pod);
		return NULL;
	}
	return pod;
}

static int
hold_all(struct verified *verified, const char *ns, const struct addr *addrs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (hold(verified, ns, &addrs[i]) != 0) {
			release(verified, ns, addrs, i);
			return ERR_NOMEM;
		}
	return 0;
}

int
verified_set(struct verified *verified, const char *ns, const char *name, const struct addr *addrs,
    size_t count)
{
	struct pod *pod = find_or_add(verified, ns, name, count > 0);

	if (pod == NULL)
		return count > 0 ? ERR_NOMEM : 0;
	struct addr *copy = count > 0 ? malloc(count * sizeof(*copy)) : NULL;
	int err = count > 0 && copy == NULL ? ERR_NOMEM : 0;
	if (count > 0 && err == 0)
		memcpy(copy, addrs, count * sizeof(*copy));
	if (err == 0)
		err = hold_all(verified, ns, addrs, count);
	if (err == 0) {
		release(verified, ns, pod->addrs, pod->count);
		free(pod->addrs);
		pod->addrs = copy;
		pod->count = count;
		copy = NULL;
	}
	free(copy);
	if (pod->count == 0) {
		drop_pod(verified, pod);
		spaces_release(verified->spaces, ns);
	}
	return err;
}
