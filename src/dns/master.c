/* master.c - a master file's text to records. */
#include "dns/master.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/wire.h"

#define ARENA_FIRST 65536
#define SHOWN_MAX 60            /* octets of a bad line that are shown */
#define TTL_MAX 0x7fffffffU     /* RFC 2181, 8 */
/* ldns takes a default of 0 for none, and puts an hour in its place. */
#define TTL_ZERO UINT32_MAX

/* A reading under way. */
struct reading {
	const char *path;
	const char *text;
	size_t len;
	const char *at;                 /* where the line `line` begins */
	unsigned line;
	struct diag *diag;
	struct master *master;
	uint32_t ttl_s;                 /* the default */
	bool ttl_stated;                /* by $TTL */
	ldns_rdf *origin;
	ldns_rdf *owner;                /* of the record before */
};

/* ---- lines --------------------------------------------------------------------------------- */

static const char *
line_end(const struct reading *reading)
{
	size_t left = reading->len - (size_t)(reading->at - reading->text);
	const char *end = memchr(reading->at, '\n', left);

	return end != NULL ? end : reading->at + left;
}

static void
next_line(struct reading *reading)
{
	const char *end = line_end(reading);

	reading->at = end < reading->text + reading->len ? end + 1 : end;
	reading->line++;
}

/* Nothing but blanks and a comment. */
static bool
line_is_empty(const struct reading *reading)
{
	const char *at = reading->at, *end = line_end(reading);

	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	return at == end || *at == ';';
}

/* ldns tells the line at which it goes on: what it reads begins there, behind empty lines. */
static void
seek_line(struct reading *reading, int line)
{
	while (reading->line < (unsigned)line || (reading->at < reading->text + reading->len &&
	    line_is_empty(reading)))
		next_line(reading);
}

static void
fail(struct reading *reading, const char *what)
{
	const struct place place = { reading->path, reading->line, 0 };
	char shown[4 * SHOWN_MAX + 1];
	size_t len = (size_t)(line_end(reading) - reading->at);

	text_escape(shown, sizeof(shown), reading->at, len < SHOWN_MAX ? len : SHOWN_MAX);
	diag_add(reading->diag, SEVERITY_ERROR, &place, "%s: %s%s", what, shown,
	    len < SHOWN_MAX ? "" : "...");
}

/* ---- records ------------------------------------------------------------------------------- */

/* Where the names in the rdata of this type begin, and how many there are one after the other. */
static unsigned
names_in(uint16_t type, size_t *at)
{
	int offset = entry_name_offset(type);

	*at = offset < 0 ? 0 : (size_t)offset;
	if (type == DNS_TYPE_SOA)
		return 2;
	return offset >= 0 || type == DNS_TYPE_DNAME ? 1 : 0;
}

/* The names that we compress or compare are folded; false: they are no names. */
static bool
fold_rdata(uint16_t type, uint8_t *rdata, size_t len)
{
	size_t at;
	unsigned names = names_in(type, &at);

	for (unsigned i = 0; i < names; i++) {
		struct wire_reader reader;

		if (at > len)
			return false;
		wire_reader_init(&reader, rdata + at, len - at);
		size_t name = wire_read_name(&reader);
		if (reader.err != 0)
			return false;
		name_fold(rdata + at, name);
		at += name;
	}
	return names == 0 || at == len || (type == DNS_TYPE_SOA && at + 20 == len);
}

static size_t
rdata_len(const ldns_rr *rr)
{
	size_t len = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		len += ldns_rdf_size(ldns_rr_rdf(rr, i));
	return len;
}

/* The record before has most often the same owner. */
static const uint8_t *
copy_owner(struct master *master, const ldns_rdf *rdf)
{
	const struct master_record *last = master->count == 0 ? NULL :
	    &master->records[master->count - 1];
	uint8_t owner[DNS_NAME_MAX];
	size_t len = ldns_rdf_size(rdf);

	memcpy(owner, ldns_rdf_data(rdf), len);
	name_fold(owner, len);
	if (last != NULL && last->owner_len == len && memcmp(last->owner, owner, len) == 0)
		return last->owner;
	return arena_copy(master->arena, owner, len);
}

static int
add_record(struct reading *reading, const ldns_rr *rr)
{
	struct master *master = reading->master;
	const ldns_rdf *owner = ldns_rr_owner(rr);
	uint32_t ttl_s = ldns_rr_ttl(rr) > TTL_MAX ? 0 : ldns_rr_ttl(rr);
	size_t len = rdata_len(rr), at = 0;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) {
		fail(reading, "only class IN is served");
		return 0;
	}
	if (len > UINT16_MAX || !name_is_valid(ldns_rdf_data(owner), ldns_rdf_size(owner))) {
		fail(reading, "is too long");
		return 0;
	}
	if (array_reserve(&master->records, &master->room, master->count + 1,
	    sizeof(*master->records)) != 0)
		return ERR_NOMEM;
	uint8_t *rdata = arena_alloc(master->arena, len + 1);
	struct master_record record = { .owner = copy_owner(master, owner), .rdata = rdata,
		.ttl_s = ttl_s, .line = reading->line, .rdata_len = (uint16_t)len,
		.type = (uint16_t)ldns_rr_get_type(rr), .owner_len = (uint8_t)ldns_rdf_size(owner) };
	if (rdata == NULL || record.owner == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		memcpy(rdata + at, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		at += ldns_rdf_size(rdf);
	}
	if (!fold_rdata(record.type, rdata, len)) {
		fail(reading, "its data is no domain name");
		return 0;
	}
	master->records[master->count++] = record;
	return 0;
}

/* What holds from the SOA on where the file has not said it. */
static void
take_defaults(struct reading *reading, const ldns_rr *rr)
{
	if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(rr) != 7)
		return;
	if (!reading->ttl_stated)
		reading->ttl_s = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
	if (reading->origin == NULL)
		reading->origin = ldns_rdf_clone(ldns_rr_owner(rr));
}

/* ---- the file ------------------------------------------------------------------------------ */

static void
fail_status(struct reading *reading, ldns_status status)
{
	size_t len = (size_t)(line_end(reading) - reading->at);

	if (status == LDNS_STATUS_SYNTAX_INCLUDE)
		fail(reading, "$INCLUDE is not followed: a zone is one file");
	else if (len > 9 && memcmp(reading->at, "$GENERATE", 9) == 0)
		fail(reading, "$GENERATE is not understood");
	else if (len > 0 && *reading->at == '$')
		fail(reading, "is no directive, or not a whole one");
	else
		fail(reading, ldns_get_errorstr_by_id(status));
}

/* The name of a line that makes it the origin and has no dot at its end; 0: the line does not. */
static size_t
find_origin(const struct reading *reading, const char **name)
{
	const char *at = reading->at, *end = line_end(reading);

	if (end - at < 8 || memcmp(at, "$ORIGIN", 7) != 0)
		return 0;
	for (at += 7; at < end && (*at == ' ' || *at == '\t'); at++)
		;
	*name = at;
	while (at < end && strchr(" \t\r;", *at) == NULL)
		at++;
	size_t len = (size_t)(at - *name);
	bool whole = len > 0 && at[-1] == '.' && (len < 2 || at[-2] != '\\');
	return whole ? 0 : len;
}

/* Such a name is relative to the origin before (RFC 1035, 5.1); ldns takes it as a whole one. */
static int
take_origin(struct reading *reading, const char *name, size_t len, const ldns_rdf *before)
{
	bool same = len == 1 && *name == '@';
	ldns_rdf *whole = same ? ldns_rdf_clone(before) :
	    ldns_dname_cat_clone(reading->origin, before);

	if (whole == NULL)
		return ERR_NOMEM;
	if (ldns_rdf_size(whole) > DNS_NAME_MAX)
		fail(reading, "is too long");
	ldns_rdf_deep_free(reading->origin);
	reading->origin = whole;
	return 0;
}

/* One record or directive; ERR_NOMEM. */
static int
read_next(struct reading *reading, FILE *file, int *line)
{
	ldns_rr *rr = NULL;
	uint32_t ttl_s = reading->ttl_s == 0 ? TTL_ZERO : reading->ttl_s;
	int err = 0;

	seek_line(reading, *line);
	const char *name = NULL;
	size_t name_len = find_origin(reading, &name);
	ldns_rdf *before = name_len == 0 || reading->origin == NULL ? NULL :
	    ldns_rdf_clone(reading->origin);
	ldns_status status = ldns_rr_new_frm_fp_l(&rr, file, &ttl_s, &reading->origin,
	    &reading->owner, line);
	switch ((int)status) {
	case LDNS_STATUS_OK:
		if (ldns_rr_ttl(rr) == TTL_ZERO)
			ldns_rr_set_ttl(rr, 0);
		err = add_record(reading, rr);
		take_defaults(reading, rr);
		break;
	case LDNS_STATUS_SYNTAX_TTL:
		reading->ttl_s = ttl_s;
		reading->ttl_stated = true;
		break;
	case LDNS_STATUS_SYNTAX_ORIGIN:
		if (before != NULL)
			err = take_origin(reading, name, name_len, before);
		break;
	case LDNS_STATUS_SYNTAX_EMPTY:
		break;
	case LDNS_STATUS_MEM_ERR:
		err = ERR_NOMEM;
		break;
	default:
		/* What ends within its last line is the end of the file. */
		if (reading->at < reading->text + reading->len)
			fail_status(reading, status);
	}
	ldns_rr_free(rr);
	ldns_rdf_deep_free(before);
	return err;
}

static int
read_all(struct reading *reading, FILE *file, const atomic_bool *stop)
{
	int line = 1, err = 0;

	while (err == 0 && !feof(file)) {
		if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
			return ERR_CLOSED;
		err = read_next(reading, file, &line);
	}
	return err;
}

/* Octets that no master file has, and that would end a C string in the middle of one. */
static bool
has_nul(struct reading *reading)
{
	const char *nul = memchr(reading->text, '\0', reading->len);

	if (nul == NULL)
		return false;
	while (line_end(reading) < nul)
		next_line(reading);
	fail(reading, "has a NUL octet");
	return true;
}

int
master_read(const char *path, const char *text, size_t len, const atomic_bool *stop,
    struct diag *diag, struct master *master)
{
	struct reading reading = { .path = path, .text = text, .len = len, .at = text, .line = 1,
		.diag = diag, .master = master };
	size_t errors = diag_count(diag, SEVERITY_ERROR);

	*master = (struct master){ .arena = arena_new(ARENA_FIRST) };
	if (master->arena == NULL)
		return ERR_NOMEM;
	if (len == 0)
		return 0;
	if (has_nul(&reading))
		return ERR_INVALID;
	FILE *file = fmemopen((void *)(uintptr_t)text, len, "r");
	if (file == NULL)
		return ERR_NOMEM;
	int err = read_all(&reading, file, stop);
	(void)fclose(file);
	ldns_rdf_deep_free(reading.origin);
	ldns_rdf_deep_free(reading.owner);
	return err != 0 ? err : diag_count(diag, SEVERITY_ERROR) > errors ? ERR_INVALID : 0;
}

void
master_release(struct master *master)
{
	free(master->records);
	arena_free(master->arena);
	*master = (struct master){ 0 };
}
