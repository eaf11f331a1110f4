/* follow_parts.h - what the parts of a watch share.  Thread: control. */
#ifndef ROLLCALL_OPS_FOLLOW_PARTS_H
#define ROLLCALL_OPS_FOLLOW_PARTS_H
#include <stdint.h>
#include <sys/queue.h>

#include "base/strbuf.h"
#include "ops/follow.h"
#include "ops/name_set.h"

/* Namespace and name of what a walk passed last (RFC 1123 label, subdomain). */
#define FOLLOW_NS_SIZE 64
#define FOLLOW_NAME_SIZE 254

/* What the query asks for. */
struct follow_query {
	bool initial;                   /* ADDED for all there is */
	bool says_end;                  /* ... and a bookmark behind that */
	bool bookmarks;
	uint64_t from;                  /* not initial: what is known to the client */
	uint64_t timeout_ms;            /* 0: none asked for */
};

/* false: the visit was answered. */
bool follow_read_query(struct visit *visit, const struct ledger *ledger,
    struct follow_query *query);

/* ---- what an object looks like, shared by those who see it the same ---- */

#define FOLLOW_SHARED 256

struct follow_shared {
	uint64_t version;               /* of the change; 0: free */
	uint64_t entry_version;
	char object_key[FOLLOW_KEY_SIZE];
	char shape_key[FOLLOW_KEY_SIZE];
	json_t *object;
	char *text;                     /* shaped; NULL: not yet */
	size_t len;
};

/* The shared object of a change; NULL: no memory.  Good until the next call. */
struct follow_shared *follow_object(struct follow_shared table[FOLLOW_SHARED],
    const struct follow_settings *settings, const struct ledger_change *change);
/* Its text into `out` as an event; `first` as in shaped().  ERR_NOMEM. */
int follow_write(struct follow_shared *shared, const struct follow_settings *settings,
    const char *type, bool first, struct strbuf *out);
/* The same of an object that nobody shares, and that is taken. */
int follow_write_alone(const struct follow_settings *settings, json_t *object, const char *type,
    bool first, struct strbuf *out);
void follow_release_shared(struct follow_shared table[FOLLOW_SHARED]);
/* BOOKMARK at that version; `end`: of the initial events.  ERR_NOMEM. */
int follow_write_bookmark(const struct follow_settings *settings, uint64_t version, bool end,
    bool first, struct strbuf *out);
/* ERROR with a Status. */
int follow_write_error(int code, const char *message, struct strbuf *out);

/* ---- a follow and what it does ---- */

struct event;

enum follow_phase {
	FOLLOW_LEARNING,        /* walks to see what the client has by its own list */
	FOLLOW_FIRST,           /* walks and tells what is there */
	FOLLOW_LIVE,
};

/* What a piece of work came to; none below 0, where the codes of errors are. */
enum follow_outcome { FOLLOW_DONE, FOLLOW_LATER, FOLLOW_BLOCKED, FOLLOW_ENDED };

struct follow {
	TAILQ_ENTRY(follow) link;
	struct follows *follows;
	struct visit *visit;
	struct follow_settings settings;
	struct follow_query query;
	enum follow_phase phase;
	uint64_t cursor;                /* what changed up to here was told */
	bool walked;                    /* ... up to `ns` and `name` */
	bool blocked;                   /* the client's socket has enough */
	bool has_told;                  /* something; the next event is not the first */
	bool keeps_names;
	char wanted_ns[FOLLOW_NS_SIZE];
	char ns[FOLLOW_NS_SIZE];
	char name[FOLLOW_NAME_SIZE];
	struct name_set known;          /* what the client has */
	struct name_set unsure;         /* may have: changed between its list and its watch */
	uint64_t end_ms;
	uint64_t bookmark_ms;           /* the next one */
	uint64_t turn_end_us;
	unsigned steps;
};

TAILQ_HEAD(follow_list, follow);

struct follows {
	const struct clock *clock;
	struct ledger *ledger;
	struct event *turn;
	struct event *tick;
	struct follow_list list;
	size_t count;
	size_t names;                   /* in all sets together, as of their last look */
	uint64_t changed[API_KIND_COUNT];       /* the last change of each kind */
	struct strbuf text;
	struct follow_shared shared[FOLLOW_SHARED];
};

/* Behind, and able to be told? */
bool follow_is_behind(const struct follow *follow);
/*
 * Tell what there is to tell, until follow->turn_end_us.  FOLLOW_ENDED: the follow is no more.
 */
enum follow_outcome follow_run(struct follow *follow);
enum follow_outcome follow_catch_up(struct follow *follow);
enum follow_outcome follow_tell_bookmark(struct follow *follow, bool is_end);
/* The client sees that the answer is whole; frees the follow. */
enum follow_outcome follow_end(struct follow *follow);
void follow_free(struct follow *follow);
#endif
