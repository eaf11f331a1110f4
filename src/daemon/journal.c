/* journal.c - a file of checked records that survives kill, power cut and full disk. */
#include "daemon/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/err.h"

/* A record: mark, length, CRC of length and octets, octets.  The mark lets reading find its feet
 * again. */
static const uint8_t mark[4] = { 0xd5, 'r', 'c', '\n' };
#define FRAME_SIZE 12
/* First and last record of a snapshot; the first octet tells them from the records of our
 * callers. */
#define HEADER "\001rollcall journal 1"
#define END_KIND 2
#define PENDING_MAX ((size_t)16 << 20)
/* Room for a busy second is kept; that for a whole world is not needed again soon. */
#define PENDING_KEPT ((size_t)64 << 10)

struct journal {
	int folder;
	const char *name;
	int fd;                 /* -1: must be rewritten */
	uint8_t *pending;
	size_t pending_len;
	size_t pending_room;
	size_t pending_records;
	size_t snapshot_size;
	size_t size;            /* of what is known to be good in the file */
};

static void
put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static int
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_SYSTEM;
		if (n == 0) {
			errno = ENOSPC;
			return ERR_SYSTEM;
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Close without losing the errno of what went wrong. */
static void
close_quietly(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

struct journal *
journal_new(int folder, const char *name)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL)
		return NULL;
	journal->folder = folder;
	journal->name = name;
	journal->fd = -1;
	return journal;
}

void
journal_free(struct journal *journal)
{
	if (journal == NULL)
		return;
	close_quietly(journal->fd);
	free(journal->pending);
	free(journal);
}

int
journal_append(struct journal *journal, const uint8_t *record, size_t len)
{
	uint8_t *at;
	int err;

	if (len == 0 || len > JOURNAL_RECORD_MAX)
		return ERR_LIMIT;
	err = array_reserve(&journal->pending, &journal->pending_room,
	    journal->pending_len + FRAME_SIZE + len, 1);
	if (err != 0)
		return err;
	at = journal->pending + journal->pending_len;
	memcpy(at, mark, sizeof(mark));
	put32(at + 4, (uint32_t)len);
	memcpy(at + FRAME_SIZE, record, len);
	put32(at + 8, (uint32_t)crc32(crc32(0, at + 4, 4), record, (uInt)len));
	journal->pending_len += FRAME_SIZE + len;
	journal->pending_records++;
	return 0;
}

static void
forget_pending(struct journal *journal)
{
	journal->pending_len = 0;
	journal->pending_records = 0;
	if (journal->pending_room <= PENDING_KEPT)
		return;
	free(journal->pending);
	journal->pending = NULL;
	journal->pending_room = 0;
}

/* The file is in doubt: nothing is written to it any more until it has been replaced. */
static void
give_up(struct journal *journal)
{
	close_quietly(journal->fd);
	journal->fd = -1;
}

int
journal_commit(struct journal *journal, bool sync)
{
	if (journal->fd < 0) {
		errno = EBADF;
		return ERR_SYSTEM;
	}
	if (write_all(journal->fd, journal->pending, journal->pending_len) != 0) {
		int saved = errno;

		/* Half a record would be taken for damage: back to the last whole one. */
		if (ftruncate(journal->fd, (off_t)journal->size) != 0 ||
		    journal->pending_len > PENDING_MAX)
			give_up(journal);
		errno = saved;
		return ERR_SYSTEM;
	}
	journal->size += journal->pending_len;
	forget_pending(journal);
	/* After a failed fsync the kernel may have dropped the pages: only a new file can be
	 * trusted. */
	if (sync && fdatasync(journal->fd) != 0) {
		give_up(journal);
		return ERR_SYSTEM;
	}
	return 0;
}

/* The dump lies in `pending` behind its header; close it with the record that counts. */
static int
append_snapshot(struct journal *journal, journal_dump_fn *dump, void *arg)
{
	uint8_t end[5] = { END_KIND };
	int err;

	forget_pending(journal);
	err = journal_append(journal, (const uint8_t *)HEADER, sizeof(HEADER) - 1);
	if (err == 0)
		err = dump(arg, journal);
	if (err != 0)
		return err;
	put32(end + 1, (uint32_t)(journal->pending_records - 1));
	return journal_append(journal, end, sizeof(end));
}

static int
replace_file(struct journal *journal, const char *temp, int *out)
{
	int fd;

	if (unlinkat(journal->folder, temp, 0) != 0 && errno != ENOENT)
		return ERR_SYSTEM;
	fd = openat(journal->folder, temp,
	    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_SYSTEM;
	if (write_all(fd, journal->pending, journal->pending_len) != 0 || fsync(fd) != 0 ||
	    renameat(journal->folder, temp, journal->folder, journal->name) != 0) {
		close_quietly(fd);
		return ERR_SYSTEM;
	}
	if (fsync(journal->folder) != 0) {
		close_quietly(fd);
		return ERR_SYSTEM;
	}
	*out = fd;
	return 0;
}

int
journal_rewrite(struct journal *journal, journal_dump_fn *dump, void *arg)
{
	char temp[64];
	int fd = -1;
	int err = append_snapshot(journal, dump, arg);

	snprintf(temp, sizeof(temp), "%s.new", journal->name);
	if (err == 0)
		err = replace_file(journal, temp, &fd);
	if (err == 0) {
		close_quietly(journal->fd);
		journal->fd = fd;
		journal->snapshot_size = journal->size = journal->pending_len;
	} else {
		int saved = errno;

		/* What was pending is gone, so the file as it lies is not up to date: rewrite or
		 * nothing. */
		give_up(journal);
		unlinkat(journal->folder, temp, 0);
		errno = saved;
	}
	forget_pending(journal);
	return err;
}

bool
journal_needs_rewrite(const struct journal *journal)
{
	return journal->fd < 0;
}

size_t
journal_appended(const struct journal *journal)
{
	return journal->size - journal->snapshot_size;
}

size_t
journal_snapshot_size(const struct journal *journal)
{
	return journal->snapshot_size;
}

/* ---- reading ---- */

struct reading {
	const uint8_t *data;
	size_t len;
	size_t at;
	journal_visit_fn *visit;
	void *arg;
	struct journal_report *report;
	bool header_seen;
	bool end_seen;
};

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Is there an intact record here?  Its length, or 0. */
static size_t
intact_record(const struct reading *reading, size_t at)
{
	size_t left = reading->len - at;
	const uint8_t *frame = reading->data + at;
	size_t len;

	if (left < FRAME_SIZE || memcmp(frame, mark, sizeof(mark)) != 0)
		return 0;
	len = get32(frame + 4);
	if (len == 0 || len > JOURNAL_RECORD_MAX || len > left - FRAME_SIZE)
		return 0;
	if (crc32(crc32(0, frame + 4, 4), frame + FRAME_SIZE, (uInt)len) != get32(frame + 8))
		return 0;
	return len;
}

/* The next place with an intact record, or the end. */
static size_t
find_record(const struct reading *reading, size_t at)
{
	while (at < reading->len) {
		const uint8_t *next = memchr(reading->data + at, mark[0], reading->len - at);

		if (next == NULL)
			return reading->len;
		at = (size_t)(next - reading->data);
		if (intact_record(reading, at) != 0)
			return at;
		at++;
	}
	return reading->len;
}

/* Does what is left look like the beginning of one record whose rest was never written? */
static bool
tail_is_torn(const struct reading *reading)
{
	size_t left = reading->len - reading->at;
	const uint8_t *frame = reading->data + reading->at;
	size_t len;

	if (memcmp(frame, mark, left < sizeof(mark) ? left : sizeof(mark)) != 0)
		return false;
	if (left < FRAME_SIZE)
		return true;
	len = get32(frame + 4);
	return len <= JOURNAL_RECORD_MAX && len > left - FRAME_SIZE;
}

static int
hand_over(struct reading *reading, const uint8_t *record, size_t len)
{
	if (len == sizeof(HEADER) - 1 && memcmp(record, HEADER, len) == 0) {
		reading->header_seen = true;
		return 0;
	}
	if (len == 5 && record[0] == END_KIND) {
		reading->end_seen = true;
		if (get32(record + 1) != reading->report->records)
			reading->report->cut = true;
		return 0;
	}
	reading->report->records++;
	return reading->visit(reading->arg, record, len);
}

static int
read_records(struct reading *reading)
{
	struct journal_report *report = reading->report;

	while (reading->at < reading->len) {
		size_t len = intact_record(reading, reading->at);
		size_t next;
		int err;

		if (len > 0) {
			err = hand_over(reading, reading->data + reading->at + FRAME_SIZE, len);
			if (err != 0)
				return err;
			reading->at += FRAME_SIZE + len;
			continue;
		}
		next = find_record(reading, reading->at + 1);
		if (next == reading->len && tail_is_torn(reading))
			report->torn = true;
		else
			report->lost_octets += next - reading->at;
		reading->at = next;
	}
	if (!reading->header_seen || !reading->end_seen)
		report->cut = true;
	return 0;
}

static int
read_whole(int fd, uint8_t **data, size_t *len)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;
		int err = array_reserve(data, &room, *len + 65536, 1);

		if (err != 0)
			return err;
		if (*len > (size_t)1 << 30)
			return ERR_LIMIT;
		n = read(fd, *data + *len, room - *len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_SYSTEM;
		if (n == 0)
			return 0;
		*len += (size_t)n;
	}
}

/* For people to look at: as found, beside the file. */
static bool
keep_copy(int folder, const char *name, const uint8_t *data, size_t len)
{
	char copy[64];
	bool kept;
	int fd;

	snprintf(copy, sizeof(copy), "%s.bad", name);
	fd = openat(folder, copy, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	kept = write_all(fd, data, len) == 0 && fsync(fd) == 0;
	close(fd);
	return kept;
}

static int
open_for_reading(int folder, const char *name, struct journal_report *report, int *fd)
{
	struct stat status;

	*fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT) {
		report->missing = true;
		return 0;
	}
	if (*fd < 0 || fstat(*fd, &status) != 0)
		return ERR_SYSTEM;
	return S_ISREG(status.st_mode) ? 0 : ERR_INVALID;
}

int
journal_read(
    int folder, const char *name, journal_visit_fn *visit, void *arg, struct journal_report *report)
{
	struct reading reading = { .visit = visit, .arg = arg, .report = report };
	uint8_t *data = NULL;
	int fd = -1;
	int err;

	memset(report, 0, sizeof(*report));
	err = open_for_reading(folder, name, report, &fd);
	if (err != 0 || report->missing)
		goto out;
	err = read_whole(fd, &data, &reading.len);
	if (err != 0)
		goto out;
	reading.data = data;
	err = read_records(&reading);
	if (err == 0 && (report->lost_octets > 0 || report->cut))
		report->copied = keep_copy(folder, name, data, reading.len);
out:
	close_quietly(fd);
	free(data);
	return err;
}
