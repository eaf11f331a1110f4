/*
 * index.h - the dense table from folded wire name to its entry; written by one, read by all.
 *
 * Names of endpoints, ports and addresses are not in it: entries above hold them (below.h, page.h).
 *
 * Open addressing; a slot's pointer is published with one C11 release store.  Readers are
 * registered QSBR threads (liburcu): they pass a quiescent point once a batch, after which nothing
 * they looked up may be used.  Replaced entries and outgrown tables are freed after a grace period.
 */
#ifndef ROLLCALL_DNS_INDEX_H
#define ROLLCALL_DNS_INDEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct entry;
struct index;
struct index_observer;
struct page_root;
struct zone_table;

/* An empty table.  Thread: control. */
struct index *index_new(void);
/* After all readers are gone. */
void index_free(struct index *index);

/* Room for one more entry: putting it will not want memory.  ERR_NOMEM. */
int index_reserve(struct index *index);

/*
 * Control thread.  Put an entry in place of the one with its name, if any; the index owns it from
 * here on, also on failure.  ERR_NOMEM leaves what was there.  Remove: a missing name is no error.
 */
int index_put(struct index *index, struct entry *entry);
void index_remove(struct index *index, const uint8_t *name);
/*
 * The same for an entry that is also found through a cell (page.h): the cell is set before what was
 * there before is given up.  NULL: there is no cell.
 */
int index_put_cell(struct index *index, struct entry *entry, struct cell *cell);
void index_remove_cell(struct index *index, const uint8_t *name, struct cell *cell);
/* What the writer has put under a wire name; NULL: nothing. */
const struct entry *index_get(const struct index *index, const uint8_t *name);

/*
 * The same once more below what is above: a second entry of a name, that only index_find_under()
 * finds.  For names that lie in no zone of ours, or that files state below arpa, where the catalog
 * has networks and empty non-terminals of its own.
 */
int index_put_under(struct index *index, struct entry *entry);
void index_remove_under(struct index *index, const uint8_t *name);
const struct entry *index_get_under(const struct index *index, const uint8_t *name);

/*
 * A zone we answer for: its apex must be put as an entry too.  The SOA (serial, TTL min(negative,
 * 300)) for negative answers and SOA queries of this zone.  Replaces the one of before with one
 * store.
 */
int index_set_zone(struct index *index, const uint8_t *zone, const uint8_t *soa_rdata,
    uint16_t soa_len,
    uint32_t soa_ttl_s);
/* The same for a zone with flags (enum zone_flag); of its SOA the caller knows that it is one. */
int index_set_stated_zone(struct index *index, const uint8_t *zone, const uint8_t *soa_rdata,
    uint16_t soa_len, uint32_t soa_ttl_s, unsigned flags);
void index_remove_zone(struct index *index, const uint8_t *zone);

/*
 * Other memory that readers come to from entries, `size` octets: it is counted from here on; or it
 * was unlinked, and is freed once no reader can see it any more.
 */
void index_note(struct index *index, size_t size);
void index_retire(struct index *index, void *piece, size_t size);

/* The first member of such a piece whose owner may go before the index does. */
struct index_piece {
	struct index_piece *next;
};
/* Readers still come to it: it lives as long as the index and is freed with it. */
void index_keep(struct index *index, struct index_piece *piece);

/*
 * Tell this one, who is borrowed, of each change from now on (observer.h); NULL: nobody.  A page
 * tells of its own changes through the second.
 */
void index_observe(struct index *index, const struct index_observer *observer);
void index_tell_pointer(struct index *index, struct page_root *root, unsigned place,
    const struct cell *old, const struct cell *new);

/*
 * Control thread: entries that there are now, into a list to be freed; *count.  From here on until
 * index_let_go() nothing that is replaced is freed, so that all of them can be read.  NULL: no
 * memory, nothing is held.  Only for an observer, who may be told that it is lost.
 */
const struct entry **index_hold(struct index *index, size_t *count);
void index_let_go(struct index *index);
/* Octets that wait to be freed. */
size_t index_waiting(const struct index *index);

/*
 * Free what readers can no longer see; waits for a grace period off the query path.  Called
 * every few ms.
 */
void index_reclaim(struct index *index);

/*
 * Control thread: wait until no reader uses anything it looked up before this call.  At most a
 * batch; for what is borrowed by readers elsewhere, such as settings that were replaced.
 */
void index_wait_readers(void);

/* Entries. */
size_t index_count(const struct index *index);
/* Octets held: table, entries, and what waits to be freed. */
size_t index_size(const struct index *index);

/* A reader thread says hello before its first look-up and goodbye after its last. */
void index_reader_begin(void);
void index_reader_end(void);
/* Nothing looked up before is in use any more; call once a batch. */
void index_reader_quiet(void);
/*
 * Around a call that may block for long (recvmmsg): the writer need not wait for this thread
 * meanwhile.
 */
void index_reader_offline(void);
void index_reader_online(void);

/*
 * Readers.  The hash of a name in any case (*mixed: it had capitals); fetch its slot early; once
 * that is here, fetch its entry early; look it up.  What is found is valid until the reader's next
 * quiescent point.
 */
uint64_t index_hash(const struct index *index, const uint8_t *name, size_t len, bool *mixed);
void index_prefetch(const struct index *index, uint64_t hash);
void index_prefetch_entry(const struct index *index, uint64_t hash);
const struct entry *index_find(const struct index *index, uint64_t hash, const uint8_t *name,
    size_t len);
/* The second entry of a name, by its own hash. */
const struct entry *index_find_under(const struct index *index, uint64_t hash, const uint8_t *name,
    size_t len);
/* Are there any that are not below arpa?  If not, nobody need look for them. */
bool index_has_under(const struct index *index);
/* Are there entries that speak for names below them (pods, zones)?  If not, a miss is a miss. */
bool index_has_specials(const struct index *index);
/*
 * Are there entries with a name of so many labels that hold names below them (endpoints, ports,
 * addresses)?  All Services' names have as many: most misses end here.
 */
bool index_has_below(const struct index *index, unsigned labels);
/* The zones; NULL before the first. */
const struct zone_table *index_zones(const struct index *index);
#endif
