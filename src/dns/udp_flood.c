/* udp_flood.c - when a socket's queue overflows: thin out the few clients that fill it. */
#include "dns/udp_flood.h"

#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/log.h"
#include "dns/udp_batch.h"

#define FULL_MAX 16             /* full batches in a row before the queue is looked at */
#define SAMPLE 1024             /* datagrams */
#define SAMPLE_US 500000        /* what takes longer to come is no flood */
#define LOST (SAMPLE / 16)      /* while a sample is taken: more comes than can be answered */
#define LOST_SAMPLES 2          /* in a row: it is no burst */
#define TICK_US 5000            /* between looks at the queue while clients are thinned out */
#define FORGET_US 1000000       /* without a datagram: whatever it was is over */
#define WAIT_US 100000          /* for a datagram, while clients are thinned out */
#define LONG_TICKS 40           /* too long a queue for so long: somebody else fills it, too */
#define FAST 4                  /* ticks worth one while the queue is nearly empty */
#define CALM_TICKS 200          /* nothing held back for so long: the flood is over */
#define ALL UINT32_MAX
#define LEAST (ALL / 1024)      /* let through, so that the end of a flood is seen */
#define IP4_SOURCE 12           /* in the header of the packet */
#define IP6_SOURCE 8

enum flood_state { FLOOD_CALM, FLOOD_SAMPLING, FLOOD_THINNING };

struct udp_flood {
	int fd;
	enum flood_state state;
	unsigned full;                  /* batches in a row */
	uint32_t drops;                 /* when the queue was looked at last */
	uint32_t used;                  /* of the queue, the time before */
	struct heavy sample;
	uint64_t sample_end_us;
	unsigned lost_samples;          /* in a row */
	struct addr clients[HEAVY_MAX];
	size_t client_count;
	uint32_t keep;
	uint64_t tick_us;               /* the next one */
	unsigned long_ticks;            /* in a row, as the next */
	unsigned calm_ticks;
	struct log_gate gate;
};

struct udp_flood *
udp_flood_new(int fd)
{
	struct udp_flood *flood = calloc(1, sizeof(*flood));

	if (flood == NULL)
		return NULL;
	flood->fd = fd;
	return flood;
}

void
udp_flood_free(struct udp_flood *flood)
{
	free(flood);
}

size_t
udp_flood_thinned(const struct udp_flood *flood)
{
	return flood->client_count;
}

static struct sock_filter
load_at(int offset)
{
	return (struct sock_filter){ BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset };
}

static uint32_t
get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/*
 * For each client: its words one after the other, past its block where one differs, to the lot
 * where all are equal.  Behind the blocks: let through; the lot; drop; let through.
 */
size_t
udp_flood_filter(struct sock_filter code[UDP_FLOOD_CODE_MAX], const struct addr *clients,
    size_t count, uint32_t keep)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		bool ip6 = clients[i].family == ADDR_IP6;
		unsigned words = ip6 ? 4 : 1;

		for (unsigned word = 0; word < words; word++) {
			unsigned behind = 2 * (words - 1 - word) + 1;

			code[at++] = load_at(SKF_NET_OFF + (ip6 ? IP6_SOURCE : IP4_SOURCE) +
			    4 * (int)word);
			code[at++] = (struct sock_filter){ BPF_JMP | BPF_JEQ | BPF_K, 0,
				(uint8_t)behind, get_u32(clients[i].octets + 4 * word) };
		}
		size_t left = (count - 1 - i) * (2 * words + 1) + 1;
		code[at++] = (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0, (uint32_t)left };
	}
	code[at++] = (struct sock_filter){ BPF_RET | BPF_K, 0, 0, ALL };
	code[at++] = load_at(SKF_AD_OFF + SKF_AD_RANDOM);
	code[at++] = (struct sock_filter){ BPF_JMP | BPF_JGT | BPF_K, 0, 1, keep };
	code[at++] = (struct sock_filter){ BPF_RET | BPF_K, 0, 0, 0 };
	code[at++] = (struct sock_filter){ BPF_RET | BPF_K, 0, 0, ALL };
	return at;
}

/* *used of *size octets of the queue are taken.  false: the kernel does not say. */
static bool
look(struct udp_flood *flood, uint32_t *used, uint32_t *size, uint32_t *dropped)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(flood->fd, SOL_SOCKET, SO_MEMINFO, info, &len) != 0)
		return false;
	*used = info[SK_MEMINFO_RMEM_ALLOC];
	*size = info[SK_MEMINFO_RCVBUF];
	*dropped = info[SK_MEMINFO_DROPS] - flood->drops;
	flood->drops = info[SK_MEMINFO_DROPS];
	return true;
}

/* 0: for as long as it takes. */
static void
set_wait(const struct udp_flood *flood, unsigned wait_us)
{
	const struct timeval wait = { .tv_usec = (suseconds_t)wait_us };

	(void)setsockopt(flood->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

static void
end(struct udp_flood *flood)
{
	int none = 0;

	if (flood->client_count > 0) {
		(void)setsockopt(flood->fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
		set_wait(flood, 0);
	}
	flood->state = FLOOD_CALM;
	flood->client_count = 0;
	flood->full = 0;
}

/* Put the filter in place of the one before.  Without one nobody is thinned out. */
static void
thin(struct udp_flood *flood, uint32_t keep)
{
	struct sock_filter code[UDP_FLOOD_CODE_MAX];
	struct sock_fprog program = { .filter = code };

	program.len = (unsigned short)udp_flood_filter(code, flood->clients, flood->client_count,
	    keep);
	flood->keep = keep;
	if (setsockopt(flood->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
		end(flood);
}

static void
start_sample(struct udp_flood *flood, uint64_t now_us)
{
	flood->sample = (struct heavy){ .total = 0 };
	flood->sample_end_us = now_us + SAMPLE_US;
	flood->state = FLOOD_SAMPLING;
}

/* Full batches, and as much again waits: find out whose it is before anything is lost. */
static void
watch(struct udp_flood *flood, size_t count, uint64_t now_us)
{
	uint32_t used, size, dropped;

	flood->full = count == UDP_BATCH_MAX ? flood->full + 1 : 0;
	if (flood->full < FULL_MAX)
		return;
	flood->full = 0;
	if (!look(flood, &used, &size, &dropped) || used < size / 2)
		return;
	flood->lost_samples = 0;
	start_sample(flood, now_us);
}

static bool
is_thinned(const struct udp_flood *flood, const struct addr *addr)
{
	for (size_t i = 0; i < flood->client_count; i++)
		if (memcmp(&flood->clients[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

/* Who is thinned out already has its share: newcomers are added, or begin a list of their own. */
static void
add_clients(struct udp_flood *flood, const struct addr *addrs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[ADDR_TEXT_SIZE];

		if (is_thinned(flood, &addrs[i]))
			continue;
		if (flood->client_count == HEAVY_MAX)
			flood->client_count = 0;
		flood->clients[flood->client_count++] = addrs[i];
		log_gated(&flood->gate, 1, LOG_WARN,
		    "%s sends more than can be answered: some of its queries are dropped",
		    addr_text(&addrs[i], text));
	}
}

/* The share after so many looks at a short queue. */
static uint32_t
grown(uint32_t keep, uint64_t ticks)
{
	for (; ticks > 0 && keep < ALL; ticks--) {
		uint32_t more = keep / 32 + 1;

		keep = keep > ALL - more ? ALL : keep + more;
	}
	return keep;
}

/*
 * Let more or less through, as the queue shrinks or grows: never empty, so that nothing is lost of
 * what we can do, and short, so that others wait little.
 * We are called with datagrams, and where hardly any are let through they are seldom: the ticks
 * that passed without one were ticks of a short queue, too.  Behind a full batch it was we who were
 * late.
 */
static void
tick(struct udp_flood *flood, size_t count, uint64_t now_us)
{
	uint32_t used, size, dropped;
	uint64_t ticks;

	if (now_us < flood->tick_us)
		return;
	ticks = count < UDP_BATCH_MAX ? (now_us - flood->tick_us) / TICK_US + 1 : 1;
	if (now_us > flood->tick_us + FORGET_US || !look(flood, &used, &size, &dropped)) {
		end(flood);
		return;
	}
	/* One that gets shorter is on the way: to let less through would only overshoot. */
	bool shrinks = used < flood->used;
	flood->used = used;
	flood->tick_us = now_us + TICK_US;
	flood->long_ticks = used > size / 4 ? flood->long_ticks + 1 : 0;
	if (flood->long_ticks == LONG_TICKS) {
		start_sample(flood, now_us);
	} else if (used > size / 4 && flood->keep > LEAST) {
		if (!shrinks)
			thin(flood, flood->keep - flood->keep / 8);
	} else if (used < size / 8 && flood->keep < ALL) {
		thin(flood, grown(flood->keep, used < size / 32 ? FAST * ticks : ticks));
	}
	flood->calm_ticks = flood->keep == ALL ? flood->calm_ticks + (unsigned)ticks : 0;
	if (flood->calm_ticks >= CALM_TICKS)
		end(flood);
}

/* A sample that does not fill is of ordinary clients, whatever made us take it. */
static void
give_up_sample(struct udp_flood *flood, size_t count, uint64_t now_us)
{
	if (flood->client_count == 0) {
		end(flood);
		return;
	}
	flood->state = FLOOD_THINNING;
	flood->long_ticks = 0;
	tick(flood, count, now_us);
}

static void
judge(struct udp_flood *flood, uint64_t now_us)
{
	struct addr addrs[HEAVY_MAX];
	uint32_t used, size, dropped;
	bool first = flood->client_count == 0;

	if (!look(flood, &used, &size, &dropped)) {
		end(flood);
		return;
	}
	/* A filter's drops are counted with the others: beside one it was the queue that told. */
	bool overflows = used > size / 4 && dropped >= LOST;
	flood->lost_samples = overflows ? flood->lost_samples + 1 : 0;
	if (overflows && first && flood->lost_samples < LOST_SAMPLES) {
		start_sample(flood, now_us);
		return;
	}
	if (used > size / 4 && (overflows || !first))
		add_clients(flood, addrs, heavy_name(&flood->sample, addrs));
	if (flood->client_count == 0) {
		end(flood);
		return;
	}
	flood->used = used;
	flood->state = FLOOD_THINNING;
	flood->tick_us = now_us + TICK_US;
	flood->long_ticks = flood->calm_ticks = 0;
	if (first)
		set_wait(flood, WAIT_US);
	thin(flood, first ? ALL / 2 : flood->keep);
}

static void
sample(struct udp_flood *flood, const struct udp_batch *batch, size_t count, uint64_t now_us)
{
	if (now_us > flood->sample_end_us) {
		give_up_sample(flood, count, now_us);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct addr client;

		udp_batch_client(batch, i, &client);
		heavy_note(&flood->sample, &client);
	}
	if (flood->sample.total >= SAMPLE)
		judge(flood, now_us);
}

void
udp_flood_note(struct udp_flood *flood, const struct udp_batch *batch, size_t count,
    uint64_t now_us)
{
	switch (flood->state) {
	case FLOOD_CALM:
		watch(flood, count, now_us);
		break;
	case FLOOD_SAMPLING:
		sample(flood, batch, count, now_us);
		break;
	case FLOOD_THINNING:
		tick(flood, count, now_us);
		break;
	}
}
