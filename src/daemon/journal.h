/*
 * journal.h - a file of checked records that survives kill, power cut and full disk.  Thread:
 * control.
 *
 * The file is a snapshot (header record, records, end record that counts them) and what was
 * appended since.  Each record carries a mark, its length and a CRC, so that damage costs the
 * records it hits and no others.  A snapshot is replaced as a whole: temporary file, fsync, rename,
 * fsync of the folder.
 */
#ifndef ROLLCALL_DAEMON_JOURNAL_H
#define ROLLCALL_DAEMON_JOURNAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

#define JOURNAL_RECORD_MAX 65536        /* octets of one record */

/* What reading a file found. */
struct journal_report {
	bool missing;           /* there is no such file */
	bool torn; /* its last record is incomplete: the process or machine stopped while writing */
	bool cut;               /* the end of the snapshot is missing */
	size_t lost_octets;     /* that belong to no intact record, a torn tail aside */
	size_t records;         /* intact ones handed over */
	bool copied;            /* a copy was kept as NAME.bad */
};

/* Called for each intact record in the order written; anything but 0 stops and is returned. */
typedef int journal_visit_fn(void *arg, const uint8_t *record, size_t len);

/*
 * Read NAME in the folder (a descriptor).  A damaged file is no error: see report.  0, ERR_SYSTEM
 * (errno), ERR_LIMIT (over 1 GiB), ERR_INVALID (no regular file), ERR_NOMEM.
 */
int journal_read(int folder, const char *name, journal_visit_fn *visit, void *arg,
    struct journal_report *report);

/* A writer for NAME; the folder's descriptor and the name are borrowed.  Writes nothing yet; the
 * first commit has to be a journal_rewrite().  NULL: no memory. */
struct journal *journal_new(int folder, const char *name);
/* Does not write what was appended and not committed. */
void journal_free(struct journal *journal);

/* Note a record, in memory only.  ERR_NOMEM, ERR_LIMIT. */
int journal_append(struct journal *journal, const uint8_t *record, size_t len);
/* Write what was appended; with `sync` it is on disk when this returns.  After a failure it is kept
 * for the next call.  ERR_SYSTEM with errno. */
int journal_commit(struct journal *journal, bool sync);

/*
 * Replace the file by what `dump` appends through journal_append; what was appended before is
 * dropped, for `dump` states everything.  On failure the old file stays as it was.  ERR_SYSTEM with
 * errno, ERR_NOMEM.
 */
typedef int journal_dump_fn(void *arg, struct journal *journal);
int journal_rewrite(struct journal *journal, journal_dump_fn *dump, void *arg);

/* Must be rewritten before it can be committed: never was, or a write went wrong half way. */
bool journal_needs_rewrite(const struct journal *journal);
/* Octets appended since the last rewrite; octets of that rewrite. */
size_t journal_appended(const struct journal *journal);
size_t journal_snapshot_size(const struct journal *journal);
#endif
