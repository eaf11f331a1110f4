/* secondary.c - a secondary that takes transfers strictly and keeps what it was sent, for tests. */
#include "tests/dns/secondary.h"

#include <check.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "dns/name.h"
#include "dns/outgoing.h"
#include "dns/shipment.h"
#include "dns/wire.h"

static void
no_work(void *arg)
{
	(void)arg;
}

const struct outgoing_ops secondary_ops = { .work = no_work };

void
secondary_start(struct secondary *secondary, const char *zone)
{
	size_t len;

	memset(secondary, 0, sizeof(*secondary));
	ck_assert_int_eq(name_from_text(zone, secondary->zone, &len), 0);
}

static void
clear(struct secondary *secondary)
{
	for (size_t i = 0; i < secondary->count; i++)
		free(secondary->records[i]);
	secondary->count = 0;
}

void
secondary_stop(struct secondary *secondary)
{
	clear(secondary);
	free(secondary->records);
	free(secondary->soa);
}

static size_t
place(const struct secondary *secondary, const char *record, bool *found)
{
	size_t low = 0, high = secondary->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(secondary->records[middle], record);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
secondary_has(const struct secondary *secondary, const char *record)
{
	bool found;

	(void)place(secondary, record, &found);
	return found;
}

/* Takes the text over. */
static void
come(struct secondary *secondary, char *record)
{
	bool found;
	size_t at = place(secondary, record, &found);

	ck_assert_msg(!found, "comes, and is there: %s", record);
	ck_assert_int_eq(array_reserve(&secondary->records, &secondary->room,
	    secondary->count + 1, sizeof(char *)), 0);
	memmove(&secondary->records[at + 1], &secondary->records[at],
	    (secondary->count - at) * sizeof(char *));
	secondary->records[at] = record;
	secondary->count++;
}

static void
go(struct secondary *secondary, char *record)
{
	bool found;
	size_t at = place(secondary, record, &found);

	ck_assert_msg(found, "goes, and is not there: %s", record);
	free(secondary->records[at]);
	secondary->count--;
	memmove(&secondary->records[at], &secondary->records[at + 1],
	    (secondary->count - at) * sizeof(char *));
	free(record);
}

static uint32_t
serial_of(const ldns_rr *soa)
{
	return ldns_rdf2native_int32(ldns_rr_rdf(soa, 2));
}

static void
read_soa(struct secondary_reading *reading, const ldns_rr *rr, char *text)
{
	struct secondary *secondary = reading->secondary;

	ck_assert(!reading->ended);
	if (reading->seen == 0) {
		reading->last = text;
		reading->serial = serial_of(rr);
		return;
	}
	if (reading->seen == 1 && strcmp(text, reading->last) != 0) {
		reading->kind = SECONDARY_STEPS;
		ck_assert_uint_eq(serial_of(rr), secondary->serial);
	}
	if (reading->seen == 1 && reading->kind == SECONDARY_WHOLE)
		clear(secondary);       /* an empty zone */
	/* In differences old and new SOAs take turns; the last one stands where an old one would. */
	bool old = reading->kind == SECONDARY_STEPS && reading->soas % 2 == 0;
	if (strcmp(text, reading->last) == 0 && (reading->kind == SECONDARY_WHOLE || old))
		reading->ended = true;
	else
		ck_assert_int_eq(reading->kind, SECONDARY_STEPS);
	if (old && !reading->ended)
		ck_assert_uint_eq(serial_of(rr), secondary->serial);
	if (!old)
		secondary->serial = serial_of(rr);
	reading->soas++;
	free(text);
}

static void
read_record(struct secondary_reading *reading, const ldns_rr *rr)
{
	char *text = ldns_rr2str(rr);

	text[strcspn(text, "\n")] = '\0';
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA) {
		read_soa(reading, rr, text);
		reading->seen++;
		return;
	}
	ck_assert(!reading->ended);
	if (reading->seen++ == 1) {
		reading->kind = SECONDARY_WHOLE;
		clear(reading->secondary);
	}
	if (reading->kind == SECONDARY_STEPS && reading->soas % 2 == 1)
		go(reading->secondary, text);
	else
		come(reading->secondary, text);
}

void
secondary_begin(struct secondary *secondary, struct secondary_reading *reading)
{
	*reading = (struct secondary_reading){ .secondary = secondary, .kind = SECONDARY_WHOLE };
	secondary->messages = 0;
}

bool
secondary_read(struct secondary_reading *reading, const uint8_t *buf, size_t len)
{
	ldns_pkt *pkt;

	ck_assert_int_eq(ldns_wire2pkt(&pkt, buf, len), LDNS_STATUS_OK);
	ck_assert(ldns_pkt_aa(pkt) && ldns_pkt_qr(pkt));
	const ldns_rr_list *answer = ldns_pkt_answer(pkt);
	ck_assert_uint_gt(ldns_rr_list_rr_count(answer), 0);
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++)
		read_record(reading, ldns_rr_list_rr(answer, i));
	ldns_pkt_free(pkt);
	reading->secondary->messages++;
	return reading->ended;
}

enum secondary_kind
secondary_end(struct secondary_reading *reading)
{
	struct secondary *secondary = reading->secondary;

	if (reading->seen == 1) {
		free(reading->last);
		return SECONDARY_CURRENT;
	}
	ck_assert(reading->ended);
	secondary->serial = reading->serial;
	free(secondary->soa);
	secondary->soa = reading->last;
	return reading->kind;
}

struct shipment *
secondary_ask(const struct secondary *secondary, struct outgoing *outgoing, bool incremental)
{
	const struct shipment_wish wish = { .zone = secondary->zone,
	    .zone_len = name_len(secondary->zone), .incremental = incremental,
	    .serial = secondary->serial, .ready = no_work };
	struct shipment *shipment;

	ck_assert_int_eq(shipment_open(outgoing, &wish, &shipment), 0);
	return shipment;
}

enum secondary_kind
secondary_take(struct secondary *secondary, struct shipment *shipment, struct outgoing *outgoing,
    const struct clock *clock)
{
	static uint8_t buf[DNS_MESSAGE_MAX];
	struct secondary_reading reading;
	enum shipment_state state;
	size_t len;

	secondary_begin(secondary, &reading);
	while ((state = shipment_next(shipment, buf, &len)) != SHIPMENT_END) {
		ck_assert_int_ne(state, SHIPMENT_FAILED);
		if (state == SHIPMENT_LATER)
			ck_assert(outgoing_run(outgoing, clock, 1000));
		else
			(void)secondary_read(&reading, buf, len);
	}
	shipment_close(shipment);
	return secondary_end(&reading);
}

enum secondary_kind
secondary_refresh(struct secondary *secondary, struct outgoing *outgoing,
    const struct clock *clock, bool incremental)
{
	return secondary_take(secondary, secondary_ask(secondary, outgoing, incremental), outgoing,
	    clock);
}

void
secondary_expect_same(const struct secondary *a, const struct secondary *b)
{
	size_t count = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(a->records[i], b->records[i]);
	ck_assert_uint_eq(a->count, b->count);
	ck_assert_str_eq(a->soa, b->soa);
}
