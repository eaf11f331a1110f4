/* played.c - a world whose clock, disk and probes are played by the test. */
#include "tests/daemon/played.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/world.h"
#include "dns/index.h"
#include "dns/respond.h"
#include "source/decode.h"
#include "tests/suite.h"

static struct cidr service_cidr;

static int
save(void *arg, const struct allotment *allotment)
{
	struct played *played = arg;
	char text[ADDR_TEXT_SIZE];

	played->saves++;
	snprintf(played->last_saved, sizeof(played->last_saved), "%s/%s %s", allotment->ns,
	    allotment->name,
	    allotment->cluster_ip_count > 0 ? addr_text(&allotment->cluster_ips[0], text) : "-");
	return 0;
}

static int
drop(void *arg, const char *ns, const char *name)
{
	(void)ns, (void)name;
	((struct played *)arg)->drops++;
	return 0;
}

static int
sync_disk(void *arg)
{
	struct played *played = arg;

	if (played->disk_full)
		played->failed_syncs++;
	else
		played->syncs++;
	return played->disk_full ? ERR_SYSTEM : 0;
}

static int
save_serial(void *arg, uint32_t serial)
{
	((struct played *)arg)->serial_saved = serial;
	return 0;
}

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct played *played = arg;

	for (size_t i = 0; i < PLAYED_ATTEMPTS; i++) {
		if (played->attempts[i].used)
			continue;
		played->attempts[i] = (struct probe){ .used = true, .addr = target->addr,
			.done = done, .arg = done_arg };
		return &played->attempts[i];
	}
	ck_abort_msg("too many attempts");
	return NULL;
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg;
	probe->used = false;
}

static void
wake(void *arg)
{
	((struct played *)arg)->wakes++;
}

static uint64_t
next_random(void *arg)
{
	struct played *played = arg;

	clock_turn_ms(played->clock, played->slow_ms);
	return played->random += 0x9e3779b97f4a7c15ULL;
}

static const struct world_ops ops = { .save = save, .drop = drop, .sync = sync_disk,
	.save_serial = save_serial, .start = start, .cancel = cancel, .wake = wake,
	.random = next_random };

static void
make_world(struct played *played)
{
	struct world_settings settings = { .clock = played->clock, .dns = &played->dns,
		.schedule = { .max_concurrent = 100 }, .serial = played->serial_saved };

	settings.allot = (struct allot_settings){ .service_cidrs = &service_cidr,
		.service_cidr_count = 1, .node_port_first = 30000, .node_port_last = 32767,
		.hold_ms = 3600000 };
	played->index = settings.index = index_new();
	played->world = world_new(&settings, &ops, played);
	ck_assert_ptr_nonnull(played->world);
}

struct played *
played_new(const char *cidr)
{
	struct played *played = calloc(1, sizeof(*played));

	ck_assert_ptr_nonnull(played);
	log_set_level(LOG_ERROR);
	ck_assert_int_eq(cidr_parse(cidr, &service_cidr), 0);
	played->clock = clock_new_manual(1000, 1700000000);
	played->dns = (struct dns_settings){ .cluster_domain = "cluster.local", .ttl_s = 5,
		.ttl_cluster_ip_s = 5, .ttl_headless_s = 5, .ttl_negative_s = 5, .udp_size = 1232 };
	make_world(played);
	return played;
}

void
played_restart(struct played *played)
{
	world_free(played->world);
	index_free(played->index);
	memset(played->attempts, 0, sizeof(played->attempts));
	make_world(played);
}

void
played_free(struct played *played)
{
	world_free(played->world);
	index_free(played->index);
	clock_free(played->clock);
	free(played);
}

static void
run(struct played *played)
{
	played->next_ms = world_run(played->world);
}

size_t
played_state(struct played *played, const char *file, const char *yaml)
{
	struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	struct object_list list = { .items = NULL };
	struct diag *diag = diag_new();
	size_t errors;

	ck_assert_int_eq(decode_text(file, yaml, strlen(yaml), &settings, &list, diag), 0);
	ck_assert_int_eq(world_replace_file(played->world, file, clock_now_us(played->clock),
	    list.items, list.count, diag), 0);
	list.count = 0;
	object_list_release(&list);
	errors = diag_count(diag, SEVERITY_ERROR);
	diag_free(diag);
	return errors;
}

size_t
played_file(struct played *played, const char *file, const char *yaml)
{
	size_t errors = played_state(played, file, yaml);

	run(played);
	return errors;
}

void
played_turn(struct played *played, uint64_t ms)
{
	clock_turn_ms(played->clock, ms);
	run(played);
}

unsigned
played_end(struct played *played, const char *addr, enum outcome_code code)
{
	struct outcome outcome = { .code = code, .took_us = 700, .timeout_ms = 1000 };
	struct addr wanted;
	unsigned count = 0;

	ck_assert_int_eq(addr_parse(addr, &wanted), 0);
	for (size_t i = 0; i < PLAYED_ATTEMPTS; i++) {
		struct probe *probe = &played->attempts[i];

		if (!probe->used || addr_compare(&probe->addr, &wanted) != 0)
			continue;
		probe->used = false;
		probe->done(probe->arg, &outcome);
		count++;
	}
	run(played);
	return count;
}

static ldns_pkt *
ask(struct played *played, const char *name)
{
	struct responder responder = { .index = played->index, .settings = &played->dns,
		.answering = true };
	ldns_pkt *query = NULL, *reply = NULL;
	struct addr client;
	uint8_t buf[65536], *wire;
	size_t len;
	ldns_rr_type type = strstr(name, "arpa") != NULL ? LDNS_RR_TYPE_PTR : LDNS_RR_TYPE_A;

	ck_assert_int_eq(ldns_pkt_query_new_frm_str(&query, name, type, LDNS_RR_CLASS_IN, 0),
	    LDNS_STATUS_OK);
	ck_assert_int_eq(ldns_pkt2wire(&wire, query, &len), LDNS_STATUS_OK);
	memcpy(buf, wire, len);
	free(wire);
	ldns_pkt_free(query);
	addr_parse("127.0.0.1", &client);
	len = respond(&responder, TRANSPORT_TCP, &client, buf, len, sizeof(buf));
	ck_assert_int_eq(ldns_wire2pkt(&reply, buf, len), LDNS_STATUS_OK);
	return reply;
}

const char *
played_ask(struct played *played, const char *name)
{
	static char text[8192];
	ldns_pkt *reply = ask(played, name);
	ldns_rr_list *answer = ldns_pkt_answer(reply);
	size_t len = 0;

	text[0] = '\0';
	ldns_rr_list_sort(answer);
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		char *value = ldns_rdf2str(ldns_rr_rdf(ldns_rr_list_rr(answer, i), 0));

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "",
		    value);
		free(value);
	}
	if (ldns_pkt_get_rcode(reply) == LDNS_RCODE_NXDOMAIN)
		snprintf(text, sizeof(text), "NXDOMAIN");
	else if (len == 0)
		snprintf(text, sizeof(text), "NODATA");
	ldns_pkt_free(reply);
	return text;
}

uint32_t
played_ttl(struct played *played, const char *name)
{
	ldns_pkt *reply = ask(played, name);
	uint32_t ttl = 0;

	if (ldns_rr_list_rr_count(ldns_pkt_answer(reply)) > 0)
		ttl = ldns_rr_ttl(ldns_rr_list_rr(ldns_pkt_answer(reply), 0));
	ldns_pkt_free(reply);
	return ttl;
}
