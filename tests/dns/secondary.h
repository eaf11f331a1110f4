/* secondary.h - a secondary that takes transfers strictly and keeps what it was sent, for tests. */
#ifndef ROLLCALL_TESTS_DNS_SECONDARY_H
#define ROLLCALL_TESTS_DNS_SECONDARY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct outgoing;
struct shipment;

/* Records in presentation form, sorted, each once; without the SOA. */
struct secondary {
	uint8_t zone[255];
	uint32_t serial;
	char *soa;
	char **records;
	size_t count;
	size_t room;
	size_t messages;                /* of the last transfer */
};

void secondary_start(struct secondary *secondary, const char *zone);
void secondary_stop(struct secondary *secondary);

/* Ask for the zone, or for what is newer than the serial. */
struct shipment *secondary_ask(const struct secondary *secondary, struct outgoing *outgoing,
    bool incremental);
enum secondary_kind { SECONDARY_CURRENT, SECONDARY_STEPS, SECONDARY_WHOLE };
/*
 * Take it all and close it, letting zones be copied for as long as that takes.  What goes must have
 * been there, what comes must not.
 */
enum secondary_kind secondary_take(struct secondary *secondary, struct shipment *shipment,
    struct outgoing *outgoing, const struct clock *clock);
/*
 * The same by hand: messages one after the other, until that was all (true); then the end, which
 * takes the serial over and tells the kind.
 */
struct secondary_reading {
	struct secondary *secondary;
	enum secondary_kind kind;
	size_t seen;                    /* records */
	char *last;                     /* SOA: where the transfer leads to */
	unsigned soas;                  /* after the first */
	uint32_t serial;
	bool ended;
};
void secondary_begin(struct secondary *secondary, struct secondary_reading *reading);
bool secondary_read(struct secondary_reading *reading, const uint8_t *buf, size_t len);
enum secondary_kind secondary_end(struct secondary_reading *reading);
/* Both in one. */
enum secondary_kind secondary_refresh(struct secondary *secondary, struct outgoing *outgoing,
    const struct clock *clock, bool incremental);

bool secondary_has(const struct secondary *secondary, const char *record);
void secondary_expect_same(const struct secondary *a, const struct secondary *b);

/* Ops that do nothing when they are told of work or changes. */
extern const struct outgoing_ops secondary_ops;
#endif
