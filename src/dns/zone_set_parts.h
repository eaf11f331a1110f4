/* zone_set_parts.h - what a set of zones is made of; for zone_set*.c only.  Thread: control. */
#ifndef ROLLCALL_DNS_ZONE_SET_PARTS_H
#define ROLLCALL_DNS_ZONE_SET_PARTS_H
#include "base/keyset.h"
#include "dns/content.h"
#include "dns/stated.h"
#include "dns/zone_set.h"

#define ZONE_OURS_MAX 2         /* the cluster domain, the external zone */

/* A file and what was made of it. */
struct zone_file {
	enum zone_origin kind;
	unsigned rank;
	struct content *now;            /* what it states; its entries are the claims'; NULL: nothing */
	struct content *waiting;        /* what it would state, were nobody in the way; NULL: nothing */
	struct claim **claims;          /* by name */
	size_t claim_count;
	bool served;                    /* the zone is in the zone table, and the claims are made */
	/*
	 * Being taken up (zone_set_turn.c): `now` has its entries from `coming` on still, and claims
	 * are the ones made, `made` of them, a gap of NULLs, and from `old` on those of before.
	 */
	bool busy;
	size_t coming;
	size_t made;
	size_t old;
	bool dirty;                     /* which claims are to be made has to be looked at again */
	char path[];
};

struct zone_set {
	struct index *index;
	struct zone_set_settings settings;
	struct stated *stated;
	struct zone_file **files;
	size_t count;
	size_t room;
	struct keyset paths;            /* all files */
	struct keyset served;           /* files whose zone is served, by origin */
	uint8_t ours[ZONE_OURS_MAX][DNS_NAME_MAX];      /* names that no file may state anything of */
	size_t ours_count;
	size_t busy;                    /* files that are being taken up */
	bool unsettled;
	bool hosts_dirty;               /* which hosts are heard has to be looked at again */
};

/* zone_set_rules.c */
/* Whose zone this is, as the end of a sentence; NULL: the file's, for all that we know. */
const char *zone_set_owner(const struct zone_set *set, const struct content *content, char *buf,
    size_t size);
/* Is a local zone to be served? */
bool zone_set_wants_local(const struct zone_set *set, const struct zone_file *file);
/* May the file's claim of a name be made, or is the name another zone's? */
bool zone_set_allows(const struct zone_set *set, const struct zone_file *file,
    const uint8_t *name);
/* Read what the settings say once. */
void zone_set_read_settings(struct zone_set *set);

/* zone_set.c */
/* Tell the index of the file's zone; `coming`: not all of its names are there yet.  ERR_NOMEM. */
int zone_set_tell(struct zone_set *set, const struct zone_file *file, bool coming);
/* The file serves the zone that it has from now on.  ERR_NOMEM: it does not. */
int zone_set_enter(struct zone_set *set, struct zone_file *file, bool coming);
/* The file that serves the zone of this name; NULL: none. */
struct zone_file *zone_set_serves(const struct zone_set *set, const uint8_t *name, size_t len);

/* zone_set_turn.c */
/* The file states this content from now on, all of which zone_set_work() makes true.  ERR_NOMEM. */
int zone_set_turn_begin(struct zone_set *set, struct zone_file *file, struct content *content);
/* Nothing more comes: what is made of it stays, the rest is to be dropped. */
void zone_set_turn_stop(struct zone_set *set, struct zone_file *file);

/* zone_set_apply.c */
/* Steps of a merge: make a claim that is out, if it may be made now.  ERR_NOMEM. */
int zone_set_make(struct zone_set *set, const struct zone_file *file, struct claim *claim);
/* Its name is stated no more. */
void zone_set_drop(struct zone_set *set, struct claim *claim);
/* The same name as before: what it says is exchanged where it differs.  The entry is taken. */
int zone_set_change(struct zone_set *set, struct claim *claim, struct entry *entry);
/* Of the claims that the file makes by this content. */
uint32_t zone_set_rank(const struct zone_file *file, const struct content *content);
/* A name that is stated by the file under another rank is another claim. */
bool zone_set_same_rank(const struct zone_file *file, const struct content *content);
/* From what the file states to this content, which is its `now` then.  ERR_NOMEM. */
int zone_set_apply(struct zone_set *set, struct zone_file *file, struct content *content);
/* Make the claims that are allowed, and take back the others.  ERR_NOMEM. */
int zone_set_reconsider(struct zone_set *set, struct zone_file *file);
/* The second half of that only. */
int zone_set_retreat(struct zone_set *set, struct zone_file *file);
/* Take all claims back for good, or with `keep` so that they can be made again.  ERR_NOMEM. */
int zone_set_withdraw(struct zone_set *set, struct zone_file *file, bool keep);
#endif
