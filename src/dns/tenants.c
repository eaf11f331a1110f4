/* tenants.c - which namespace an address belongs to: that of the one Pod that has it. */
#include "dns/tenants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->lost = true)
#include <uthash.h>

#include "base/addr.h"
#include "base/err.h"
#include "dns/entry.h"
#include "dns/entry_layout.h"
#include "dns/index.h"
#include "dns/member.h"
#include "dns/wire.h"

#define LABEL_SIZE 64
#define KEY_SIZE 320                    /* namespace 63, name 253 */

/* Names below it are in no zone: whoever asks for one is REFUSED. */
static const uint8_t suffix[] = "\10\0tenants";

struct pod {
	size_t count;
	struct addr *addrs;
	bool lost;
	UT_hash_handle hh;
	uint8_t ns[LABEL_SIZE];         /* as a label */
	char key[];                     /* NS/NAME */
};

struct claim {
	const struct pod *pod;
	struct claim *next;
};

struct place {
	struct addr addr;
	struct claim *claims;
	bool lost;
	UT_hash_handle hh;
};

struct tenants {
	struct index *index;
	struct pod *pods;
	struct place *places;
};

struct tenants *
tenants_new(struct index *index)
{
	struct tenants *tenants = calloc(1, sizeof(*tenants));

	if (tenants != NULL)
		tenants->index = index;
	return tenants;
}

static void
free_place(struct tenants *tenants, struct place *place)
{
	while (place->claims != NULL) {
		struct claim *claim = place->claims;

		place->claims = claim->next;
		free(claim);
	}
	HASH_DEL(tenants->places, place);
	free(place);
}

static void
free_pod(struct tenants *tenants, struct pod *pod)
{
	HASH_DEL(tenants->pods, pod);
	free(pod->addrs);
	free(pod);
}

void
tenants_free(struct tenants *tenants)
{
	struct place *place, *next_place;
	struct pod *pod, *next_pod;

	if (tenants == NULL)
		return;
	HASH_ITER(hh, tenants->places, place, next_place)
		free_place(tenants, place);
	HASH_ITER(hh, tenants->pods, pod, next_pod)
		free_pod(tenants, pod);
	free(tenants);
}

/* ---- in the index ---- */

/* 10-0-0-1 below the suffix; returns the length. */
static size_t
name_of(const struct addr *addr, uint8_t name[DNS_NAME_MAX])
{
	char label[MEMBER_LABEL_SIZE];
	size_t len = strlen(member_dashed(addr, label));

	name[0] = (uint8_t)len;
	memcpy(name + 1, label, len);
	memcpy(name + 1 + len, suffix, sizeof(suffix));
	return 1 + len + sizeof(suffix);
}

static int
put(struct tenants *tenants, const struct addr *addr, const uint8_t *ns)
{
	uint8_t name[DNS_NAME_MAX];
	struct entry_record record = { .type = DNS_TYPE_TXT, .rdata = ns,
		.rdata_len = (uint16_t)(1 + ns[0]) };
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = suffix,
		.records = &record, .record_count = 1 };
	struct entry *entry;

	(void)name_of(addr, name);
	int err = entry_build(&spec, &entry);
	return err != 0 ? err : index_put(tenants->index, entry);
}

/* What all claims to an address come to. */
static int
settle(struct tenants *tenants, struct place *place)
{
	uint8_t name[DNS_NAME_MAX];
	const struct claim *claim = place->claims;
	const uint8_t *ns = claim == NULL ? NULL : claim->pod->ns;

	for (; claim != NULL && ns != NULL; claim = claim->next)
		if (memcmp(claim->pod->ns, ns, 1u + ns[0]) != 0)
			ns = NULL;
	(void)name_of(&place->addr, name);
	int err = ns == NULL ? 0 : put(tenants, &place->addr, ns);
	/* Better nobody's than somebody else's. */
	if (ns == NULL || err != 0)
		index_remove(tenants->index, name);
	return err;
}

const uint8_t *
tenants_find(const struct index *index, const struct addr *client)
{
	uint8_t name[DNS_NAME_MAX];
	const uint8_t *records;
	bool mixed;
	size_t len = name_of(client, name);
	const struct entry *entry = index_find(index, index_hash(index, name, len, &mixed), name,
	    len);

	if (entry == NULL || entry_find_set(entry, DNS_TYPE_TXT, &records) == NULL)
		return NULL;
	return records + ENTRY_RECORD_HEAD;
}

/* ---- who claims what ---- */

static struct place *
find_place(struct tenants *tenants, const struct addr *addr)
{
	struct place *place;

	HASH_FIND(hh, tenants->places, addr, sizeof(*addr), place);
	return place;
}

static int
claim_one(struct tenants *tenants, const struct pod *pod, const struct addr *addr)
{
	struct place *place = find_place(tenants, addr);
	struct claim *claim = calloc(1, sizeof(*claim));

	if (place == NULL && claim != NULL) {
		place = calloc(1, sizeof(*place));
		if (place != NULL) {
			place->addr = *addr;
			HASH_ADD(hh, tenants->places, addr, sizeof(place->addr), place);
		}
		if (place != NULL && place->lost) {
			free(place);
			place = NULL;
		}
	}
	if (place == NULL || claim == NULL) {
		free(claim);
		return ERR_NOMEM;
	}
	claim->pod = pod;
	claim->next = place->claims;
	place->claims = claim;
	return settle(tenants, place);
}

static int
release_one(struct tenants *tenants, const struct pod *pod, const struct addr *addr)
{
	struct place *place = find_place(tenants, addr);

	if (place == NULL)
		return 0;
	struct claim **at = &place->claims;
	while (*at != NULL && (*at)->pod != pod)
		at = &(*at)->next;
	if (*at != NULL) {
		struct claim *claim = *at;

		*at = claim->next;
		free(claim);
	}
	int err = settle(tenants, place);
	if (place->claims == NULL)
		free_place(tenants, place);
	return err;
}

static struct pod *
find_or_add(struct tenants *tenants, const char *ns, const char *name, bool may_add)
{
	char key[KEY_SIZE];
	size_t len = (size_t)snprintf(key, sizeof(key), "%.63s/%.253s", ns, name);
	struct pod *pod;

	HASH_FIND_STR(tenants->pods, key, pod);
	if (pod != NULL || !may_add)
		return pod;
	pod = calloc(1, sizeof(*pod) + len + 1);
	if (pod == NULL)
		return NULL;
	memcpy(pod->key, key, len + 1);
	pod->ns[0] = (uint8_t)strnlen(ns, LABEL_SIZE - 1);
	memcpy(pod->ns + 1, ns, pod->ns[0]);
	HASH_ADD_STR(tenants->pods, key, pod);
	if (pod->lost) {
		free(pod);
		return NULL;
	}
	return pod;
}

int
tenants_set(struct tenants *tenants, const char *ns, const char *name, const struct addr *addrs,
    size_t count)
{
	struct pod *pod = find_or_add(tenants, ns, name, count > 0);
	struct addr *copy = count > 0 ? malloc(count * sizeof(*copy)) : NULL;
	int err = 0;

	if (pod == NULL || (count > 0 && copy == NULL)) {
		free(copy);
		return count > 0 ? ERR_NOMEM : 0;
	}
	for (size_t i = 0; i < pod->count; i++)
		err = release_one(tenants, pod, &pod->addrs[i]) != 0 ? ERR_NOMEM : err;
	free(pod->addrs);
	pod->addrs = copy;
	pod->count = 0;
	/* What could not be claimed is not held to be. */
	for (size_t i = 0; i < count; i++) {
		copy[pod->count] = addrs[i];
		if (claim_one(tenants, pod, &addrs[i]) != 0)
			err = ERR_NOMEM;
		pod->count++;
	}
	if (count == 0)
		free_pod(tenants, pod);
	return err;
}
