/* flood_load.c - the loop of the load generator: when to send a query, what to think of a reply. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "dns/wire.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_flood.h"

#define SECOND_NS 1000000000U
#define SWEEP_NS 50000000U      /* how late it may be seen that a query is lost */
#define NAP_NS 1000000U         /* asleep at most this long, where nothing is due */
#define TELL_MAX 5              /* faults that are printed */

void
flood_open(struct flood *flood, const struct flood_transport *transport, unsigned links,
    unsigned outstanding)
{
	flood->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (flood->epoll < 0)
		bench_die("epoll_create1");
	flood->link_count = links;
	flood->links = bench_alloc(links, sizeof(*flood->links));
	for (unsigned i = 0; i < links; i++) {
		struct flood_link *link = &flood->links[i];
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };

		bench_slots_init(&link->slots, outstanding);
		transport->open(flood, link);
		if (epoll_ctl(flood->epoll, EPOLL_CTL_ADD, link->fd, &event) != 0)
			bench_die("epoll_ctl");
	}
}

void
flood_close(struct flood *flood)
{
	for (unsigned i = 0; i < flood->link_count; i++) {
		(void)close(flood->links[i].fd);
		bench_slots_release(&flood->links[i].slots);
		free(flood->links[i].stream);
	}
	free(flood->links);
	(void)close(flood->epoll);
	bench_steps_free(&flood->steps);
}

const struct bench_step *
flood_next(struct flood *flood, struct flood_link *link, uint64_t since_ns)
{
	uint32_t i = flood->next_step;
	const struct bench_step *step = &flood->steps.steps[i];
	const struct bench_slot *slot = bench_slots_take(&link->slots, i, since_ns);

	flood->next_step = i + 1 == flood->steps.count ? 0 : i + 1;
	wire_set_u16(flood->steps.octets + step->at, slot->id);
	flood->tally.sent++;
	return step;
}

/* The name, and what is wrong with the reply. */
static void
tell(struct flood *flood, uint32_t step, const uint8_t *reply, enum query_fault fault)
{
	const uint8_t *name = flood->steps.octets + flood->steps.steps[step].at + DNS_HEADER_LEN;

	if (flood->told++ >= TELL_MAX)
		return;
	fputs("wrong reply for ", stderr);
	for (; *name != 0; name += *name + 1)
		fprintf(stderr, "%.*s.", *name, (const char *)name + 1);
	fprintf(stderr, " type %u: %s (flags %02x%02x, %u answers)\n", wire_get_u16(name + 1),
	    query_fault_text(fault), reply[2], reply[3], wire_get_u16(reply + 6));
}

void
flood_judge(struct flood *flood, struct flood_link *link, const uint8_t *reply, size_t len,
    uint64_t now_ns)
{
	struct bench_slot *slot = len < DNS_HEADER_LEN ? NULL :
	    bench_slots_find(&link->slots, wire_get_u16(reply));

	if (slot == NULL) {
		flood->tally.stray++;
		return;
	}
	enum query_fault fault = flood->ids_only ? QUERY_RIGHT :
	    bench_steps_check(&flood->steps, slot->step, reply, len);
	if (fault != QUERY_RIGHT) {
		flood->tally.wrong++;
		tell(flood, slot->step, reply, fault);
	}
	flood->tally.answered++;
	latency_note(&flood->latency,
	    now_ns > slot->since_ns ? (now_ns - slot->since_ns) / 1000 : 0);
	bench_slots_give(&link->slots, slot);
}

/*
 * A lost query counts with the time that was waited for it: a server that stalls is not
 * forgiven.  True when it was time to look.
 */
static bool
sweep(struct flood *flood, uint64_t now_ns)
{
	if (now_ns < flood->sweep_ns)
		return false;
	flood->sweep_ns = now_ns + SWEEP_NS;
	for (unsigned i = 0; i < flood->link_count; i++) {
		unsigned lost = bench_slots_expire(&flood->links[i].slots,
		    now_ns - flood->timeout_ns);

		flood->tally.lost += lost;
		while (lost-- > 0)
			latency_note(&flood->latency, flood->timeout_ns / 1000);
	}
	return true;
}

static void
fill(struct flood *flood, const struct flood_transport *transport, struct flood_link *link,
    uint64_t now_ns)
{
	if (link->slots.free_count >= flood->burst)
		transport->send(flood, link, link->slots.free_count, now_ns, 0);
}

static void
receive(struct flood *flood, const struct flood_transport *transport, uint64_t wait_ns,
    bool refill)
{
	struct epoll_event events[FLOOD_BATCH];
	struct timespec wait = { .tv_nsec = flood->spin ? 0 : (long)wait_ns };
	int count = epoll_pwait2(flood->epoll, events, FLOOD_BATCH, &wait, NULL);

	if (count < 0 && errno != EINTR)
		bench_die("epoll_pwait2");
	for (int i = 0; i < count; i++) {
		struct flood_link *link = events[i].data.ptr;
		uint64_t now_ns = bench_now_ns();

		transport->receive(flood, link, now_ns);
		if (refill)
			fill(flood, transport, link, now_ns);
	}
}

/* The link whose turn it is, or the next one with room; NULL: the server is too far behind. */
static struct flood_link *
link_with_room(struct flood *flood)
{
	for (unsigned i = 0; i < flood->link_count; i++) {
		struct flood_link *link = &flood->links[flood->turn];

		flood->turn = flood->turn + 1 == flood->link_count ? 0 : flood->turn + 1;
		if (!bench_slots_full(&link->slots))
			return link;
	}
	return NULL;
}

static uint64_t
due_ns(const struct flood *flood, uint64_t i)
{
	return flood->begin_ns + i / flood->rate * SECOND_NS +
	    i % flood->rate * SECOND_NS / flood->rate;
}

/* All that are due, spread over the links; returns how long until the next one. */
static uint64_t
pace(struct flood *flood, const struct flood_transport *transport)
{
	uint64_t now_ns = bench_now_ns();

	while (due_ns(flood, flood->paced) <= now_ns) {
		uint64_t late_ns = now_ns - due_ns(flood, flood->paced);
		uint64_t more = late_ns / (SECOND_NS / flood->rate + 1);
		unsigned count = (unsigned)(more / flood->link_count + 1);
		struct flood_link *link = link_with_room(flood);

		if (link == NULL)
			return NAP_NS;
		if (count > link->slots.free_count)
			count = link->slots.free_count;
		transport->send(flood, link, count, due_ns(flood, flood->paced),
		    SECOND_NS / flood->rate);
		latency_note_many(&flood->lateness, late_ns / 1000, count);
		flood->paced += count;
	}
	return due_ns(flood, flood->paced) - now_ns;
}

/* A reply is followed by the next query; where none comes, by one for each that was lost. */
static void
run_saturated(struct flood *flood, const struct flood_transport *transport, uint64_t end_ns)
{
	for (uint64_t now_ns = bench_now_ns(); now_ns < end_ns; now_ns = bench_now_ns()) {
		if (sweep(flood, now_ns))
			for (unsigned i = 0; i < flood->link_count; i++)
				fill(flood, transport, &flood->links[i], now_ns);
		receive(flood, transport, NAP_NS, true);
	}
}

static void
run_paced(struct flood *flood, const struct flood_transport *transport, uint64_t end_ns)
{
	flood->begin_ns = bench_now_ns();
	flood->paced = 0;
	for (uint64_t now_ns = flood->begin_ns; now_ns < end_ns; now_ns = bench_now_ns()) {
		uint64_t wait_ns = pace(flood, transport);

		receive(flood, transport, wait_ns < NAP_NS ? wait_ns : NAP_NS, false);
		(void)sweep(flood, now_ns);
	}
}

void
flood_run(struct flood *flood, const struct flood_transport *transport, uint64_t end_ns)
{
	if (flood->rate == 0)
		run_saturated(flood, transport, end_ns);
	else
		run_paced(flood, transport, end_ns);
}

static bool
is_waiting(const struct flood *flood)
{
	for (unsigned i = 0; i < flood->link_count; i++)
		if (flood->links[i].slots.free_count < flood->links[i].slots.count)
			return true;
	return false;
}

void
flood_drain(struct flood *flood, const struct flood_transport *transport)
{
	while (is_waiting(flood)) {
		receive(flood, transport, NAP_NS, false);
		(void)sweep(flood, bench_now_ns());
	}
}
