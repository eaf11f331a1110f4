/*
 * allot_parts.h - what the allotter is made of; for the files allot*.c only.  Thread:
 * control.
 *
 * The life of a record: allot_restore(), or the first allot_reserve() of a Service, makes
 * it; allot_assign() gives it something; allot_remove() lays it aside with its addresses
 * held, from where the same Service may come back to them; allot_expire() forgets it.
 *
 * There is one for each Service, and most have one IPv4 address and state nothing: that lies in
 * the record, and all else behind a pointer.  Who wants to see what a record has gets it unfolded.
 */
#ifndef ROLLCALL_MODEL_ALLOT_PARTS_H
#define ROLLCALL_MODEL_ALLOT_PARTS_H
#include "base/keyset.h"
#include "model/allot.h"
#include "model/pool_addr.h"
#include "model/pool_port.h"

/* What a Service states and has got so far, whether or not it has been assigned. */
struct reserved {
	struct addr cluster_ips[2];
	size_t cluster_ip_count;
	struct addr load_balancer_ip;
	struct reserved_port {
		uint16_t node_port;
		enum protocol protocol;
	} *ports;
	size_t port_count;
};

/* What few have. */
struct allot_extra {
	struct addr cluster_ips[2];
	struct addr load_balancer_ip;
	struct allotted_port *node_ports;
	size_t node_port_count;
	struct reserved reserved;
	struct place place;             /* where addresses are stated; file is owned */
};

struct allot_record {
	struct allot_record *next;      /* in the list of what the disk does not know */
	struct allot_extra *extra;      /* NULL: nothing stated, at most one address, of IPv4 */
	uint64_t until_ms;
	uint32_t hash;
	uint8_t ip4[4];                 /* that one */
	unsigned live : 1;              /* else laid aside until until_ms */
	unsigned assigned : 1;          /* it has been given something, or nothing on purpose */
	unsigned saved : 1;             /* is on disk as it stands, or needs not be */
	unsigned visited : 1;           /* by allot_each_unsaved, as it stands */
	unsigned untold : 1;            /* removed, and to be told */
	unsigned listed : 1;
	unsigned ip_count : 2;
	unsigned family_count : 2;
	unsigned families : 6;          /* enum addr_family, three bits each, the first lowest */
	char key[];                     /* namespace and name, each with its NUL */
};

struct allot {
	struct pool_addr *services;
	struct pool_addr *balancers;
	struct pool_port *ports;
	uint16_t node_port_first;
	uint16_t node_port_last;
	uint64_t hold_ms;
	uint64_t now_ms;                /* as last heard */
	struct keyset records;
	struct allot_record *listed;    /* unsaved, or removed and untold, or no more of this */
	struct allot_record **listed_end;
	size_t held_count;              /* records laid aside */
	uint64_t held_until_ms;         /* no hold of theirs ends before */
	struct allotment *shown;        /* what was handed out last */
	void *told;                     /* names handed out by allot_take_removed */
};

/* allot.c: the record, made or brought back from being laid aside.  NULL: no memory. */
struct allot_record *allot_record_obtain(struct allot *allot, const char *ns, const char *name);
/* It is not on disk as it stands. */
void allot_record_changed(struct allot *allot, struct allot_record *record);

/* allot_record.c: new in the table, or ERR_EXISTS; NULL where there is none. */
struct allot_record *allot_record_new(struct allot *allot, const char *ns, const char *name);
struct allot_record *allot_record_find(const struct allot *allot, const char *ns, const char *name);
void allot_record_free(struct allot *allot, struct allot_record *record);
const char *allot_record_name(const struct allot_record *record);
/* "NS/NAME"; returns buf. */
#define ALLOT_KEY_SIZE 512
const char *allot_record_text(const struct allot_record *record, char buf[ALLOT_KEY_SIZE]);
/* What it has been given; the ports stay the record's. */
void allot_record_show(const struct allot_record *record, struct allotment *out);
/*
 * It has this now.  The ports become the record's, those of before are freed if they are others.
 * Needs no memory where allot_record_prepare() was called with the same.
 */
int allot_record_prepare(struct allot_record *record, const struct allotment *given);
void allot_record_give(struct allot_record *record, const struct allotment *given);
/* What it has reserved, to be read; to be written (NULL: no memory). */
const struct reserved *allot_record_reserved(const struct allot_record *record);
struct allot_extra *allot_record_extend(struct allot_record *record);
/* Let go of what is not needed any more. */
void allot_record_slim(struct allot_record *record);
/* Is there anything that a state file would keep? */
bool allot_has_something(const struct allotment *allotment);
/* The node port that was given for this port; 0: none. */
uint16_t allot_given_port(const struct allotment *given, uint16_t port, enum protocol protocol);

/* allot_reserve.c: give back what was reserved and is not given. */
void allot_unreserve(struct allot *allot, struct allot_record *record);

/*
 * allot_family.c: spec.ipFamilies as the API server would default them.  ERR_INVALID with
 * an error in diag.
 */
int allot_choose_families(const struct pool_addr *pool, const struct service *service,
    struct diag *diag, enum addr_family families[2], size_t *count);
#endif
