/*
 * expand.h - the records that an entry stands for, one after the other.  Thread: any; pure.
 *
 * What queries are answered from and what a zone transfer carries is one and the same: the stored
 * form of entries (entry_layout.h, below.h, page.h).
 */
#ifndef ROLLCALL_DNS_EXPAND_H
#define ROLLCALL_DNS_EXPAND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct below_member;
struct below_port;
struct entry;
struct page_root;
struct zone_record;

/* The record is borrowed until this returns.  What is not 0 stops the walk and is returned. */
typedef int expand_fn(void *arg, const struct zone_record *record);

/*
 * All records at the entry's name and at those below that it holds; of a delegation with the glue,
 * which has no entries of its own (RFC 5936, 3.2).
 */
int expand_entry(const struct entry *entry, expand_fn *visit, void *arg);

/* Stored records (entry_layout.h) of this many, at the entry's name, or `label_len` octets below. */
int expand_stored(const struct entry *entry, const uint8_t *labels, size_t label_len,
    const uint8_t *at, unsigned count, expand_fn *visit, void *arg);
/* Addresses below a delegation that only referrals tell of. */
int expand_glue(const struct entry *entry, expand_fn *visit, void *arg);
/* Octets of the stored record there. */
size_t expand_stored_len(const uint8_t *at);

/* The addresses of an endpoint's name, the SRV records of a port's. */
int expand_member(const struct entry *entry, const struct below_member *member, expand_fn *visit,
    void *arg);
int expand_port(const struct entry *entry, const struct below_port *port, expand_fn *visit,
    void *arg);

/* The PTR record of an address that leads to this entry (page.h); none: nothing is visited. */
int expand_pointer(const struct entry *entry, const struct addr *addr, expand_fn *visit, void *arg);
/* Those of all addresses in a network. */
int expand_page(const struct page_root *root, expand_fn *visit, void *arg);
#endif
