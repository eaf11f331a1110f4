/* stage.c - the daemon's inside with a clock turned by hand and probes that end as told. */
#include "tests/scenario/stage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "daemon/world.h"
#include "dns/autopath.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "dns/respond.h"
#include "model/probe_spec.h"
#include "source/decode.h"
#include "tests/scenario/zones.h"
#include "tests/scenario/elsewhere.h"

#define LIST_MAX 16
#define RULES_MAX 64
#define ROUNDS_MAX 10000
#define UNIX_S 1700000000

/* An attempt in flight. */
struct attempt {
	probe_done_fn *done;
	void *done_arg;
	uint64_t due_ms;
	struct outcome outcome;
};

struct rule {
	char who[128];
	bool hangs;
	enum outcome_code code;
};

/* The words of a setting, borrowed from its text. */
struct words {
	char text[256];
	const char *items[LIST_MAX];
	size_t count;
};

struct stage {
	struct dns_settings dns;
	struct words namespaces, reverse, fallthrough;
	struct addr own[LIST_MAX], servers[LIST_MAX], ways[LIST_MAX];
	struct cidr cidrs[LIST_MAX], balancers[LIST_MAX];
	size_t cidr_count, balancer_count;
	struct cidr allow[LIST_MAX], allow_forward[LIST_MAX];
	char external_zone[256];
	struct clock *clock;
	struct elsewhere *elsewhere;
	struct index *index;
	struct world *world;            /* NULL until the first file */
	struct zones *zones;            /* the same */
	struct responder responder;
	struct rule rules[RULES_MAX];
	size_t rule_count;
	struct attempt **attempts;
	size_t attempt_count;
	size_t attempt_room;
	uint64_t attempt_total;
	char *diagnostics;
};

static const char *const all_reverse[] = { "in-addr.arpa", "ip6.arpa" };
static const struct addr ns_addresses[] = { { ADDR_IP4, { 192, 0, 2, 53 } } };

/* ---- settings ------------------------------------------------------------------------------ */

static void
split(struct words *words, const char *value)
{
	char *at = NULL;

	snprintf(words->text, sizeof(words->text), "%s", value);
	words->count = 0;
	for (char *word = strtok_r(words->text, ", ", &at); word != NULL; word = strtok_r(NULL,
	    ", ", &at)) {
		ck_assert_uint_lt(words->count, LIST_MAX);
		words->items[words->count++] = word;
	}
}

static size_t
read_networks(const struct words *words, struct cidr *networks)
{
	for (size_t i = 0; i < words->count; i++)
		ck_assert_int_eq(cidr_parse(words->items[i], &networks[i]), 0);
	return words->count;
}

static bool
set_lists(struct stage *stage, const char *key, const char *value)
{
	struct words words;

	split(&words, value);
	if (strcmp(key, "own") == 0) {
		for (size_t i = 0; i < words.count; i++)
			ck_assert_int_eq(addr_parse(words.items[i], &stage->own[i]), 0);
		stage->dns.own_addresses = stage->own;
		stage->dns.own_address_count = words.count;
	} else if (strcmp(key, "serviceCIDRs") == 0) {
		for (size_t i = 0; i < words.count; i++)
			ck_assert_int_eq(cidr_parse(words.items[i], &stage->cidrs[i]), 0);
		stage->cidr_count = words.count;
	} else if (strcmp(key, "allowFrom") == 0) {
		stage->dns.allow_from = stage->allow;
		stage->dns.allow_from_count = read_networks(&words, stage->allow);
	} else if (strcmp(key, "allowForwardFrom") == 0) {
		stage->dns.allow_forward_from = stage->allow_forward;
		stage->dns.allow_forward_from_count = read_networks(&words, stage->allow_forward);
	} else if (strcmp(key, "loadBalancerCIDRs") == 0) {
		for (size_t i = 0; i < words.count; i++)
			ck_assert_int_eq(cidr_parse(words.items[i], &stage->balancers[i]), 0);
		stage->balancer_count = words.count;
	} else if (strcmp(key, "externalZone") == 0) {
		snprintf(stage->external_zone, sizeof(stage->external_zone), "%s", value);
		stage->dns.external_zone = stage->external_zone;
	} else if (strcmp(key, "namespaces") == 0) {
		split(&stage->namespaces, value);
		stage->dns.namespaces = stage->namespaces.items;
		stage->dns.namespace_count = stage->namespaces.count;
	} else if (strcmp(key, "reverseZones") == 0) {
		split(&stage->reverse, value);
		stage->dns.reverse_zones = stage->reverse.items;
		stage->dns.reverse_zone_count = stage->reverse.count;
	} else if (strcmp(key, "fallthrough") == 0) {
		split(&stage->fallthrough, value);
		stage->dns.fallthrough = stage->fallthrough.items;
		stage->dns.fallthrough_count = stage->fallthrough.count;
	} else if (strcmp(key, "ingressAddresses") == 0) {
		for (size_t i = 0; i < words.count; i++)
			ck_assert_int_eq(addr_parse(words.items[i], &stage->ways[i]), 0);
		stage->dns.ingress_addresses = stage->ways;
		stage->dns.ingress_address_count = words.count;
	} else if (strcmp(key, "nsAddresses") == 0) {
		for (size_t i = 0; i < words.count; i++)
			ck_assert_int_eq(addr_parse(words.items[i], &stage->servers[i]), 0);
		stage->dns.ns_addresses = stage->servers;
		stage->dns.ns_address_count = words.count;
	} else {
		return false;
	}
	return true;
}

static bool
set_ttl(struct dns_settings *dns, const char *key, const char *value)
{
	const struct {
		const char *key;
		uint32_t *ttl_s;
	} ttls[] = {
		{ "ttl", &dns->ttl_s },
		{ "ttlClusterIP", &dns->ttl_cluster_ip_s },
		{ "ttlHeadless", &dns->ttl_headless_s },
		{ "ttlNegative", &dns->ttl_negative_s },
		{ "externalTTL", &dns->external_ttl_s },
	};

	for (size_t i = 0; i < sizeof(ttls) / sizeof(ttls[0]); i++)
		if (strcmp(key, ttls[i].key) == 0) {
			*ttls[i].ttl_s = (uint32_t)atoi(value);
			return true;
		}
	return false;
}

/* Without a list of a host's own. */
static const struct autopath for_pods = { .pods = true };

bool
stage_set(struct stage *stage, const char *key, const char *value)
{
	struct dns_settings *dns = &stage->dns;
	bool on = strcmp(value, "true") == 0;

	ck_assert_msg(stage->world == NULL, "settings come before the first file");
	if (strcmp(key, "pods") == 0)
		dns->pods = strcmp(value, "verified") == 0 ? POD_NAMES_VERIFIED :
		    strcmp(value, "insecure") == 0 ? POD_NAMES_INSECURE : POD_NAMES_DISABLED;
	else if (strcmp(key, "endpointPodNames") == 0)
		dns->endpoint_pod_names = on;
	else if (strcmp(key, "ignoreEmptyService") == 0)
		dns->ignore_empty_service = on;
	else if (strcmp(key, "zonal") == 0)
		dns->zonal = on;
	else if (strcmp(key, "autopath") == 0)
		dns->autopath = on ? &for_pods : NULL;
	else if (strcmp(key, "externalHeadless") == 0)
		dns->external_headless = on;
	else if (set_ttl(dns, key, value))
		return true;
	else
		return set_lists(stage, key, value);
	return true;
}

/* ---- the engine ---------------------------------------------------------------------------- */

static bool
is_meant(const struct rule *rule, const struct probe_target *target)
{
	char addr[ADDR_TEXT_SIZE], text[512];
	struct addr_port where = { target->addr, target->port };

	if (strcmp(rule->who, "*") == 0 || strcmp(rule->who, addr_text(&target->addr, addr)) == 0)
		return true;
	snprintf(text, sizeof(text), "%s/%s", target->ns != NULL ? target->ns : "",
	    target->pod_name != NULL ? target->pod_name : "");
	if (strcmp(rule->who, text) == 0)
		return true;
	addr_port_text(&where, text);
	if (strcmp(rule->who, text) == 0)
		return true;
	if (target->spec->path == NULL)
		return false;
	strncat(text, target->spec->path, sizeof(text) - strlen(text) - 1);
	return strcmp(rule->who, text) == 0;
}

static struct probe *
start_attempt(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct stage *stage = arg;
	struct attempt *attempt = calloc(1, sizeof(*attempt));

	ck_assert_int_eq(array_reserve(&stage->attempts, &stage->attempt_room,
	    stage->attempt_count + 1,
	    sizeof(struct attempt *)), 0);
	*attempt = (struct attempt){ .done = done, .done_arg = done_arg };
	attempt->due_ms = clock_now_ms(stage->clock);
	attempt->outcome.code = OUTCOME_PASS;
	for (size_t i = 0; i < stage->rule_count; i++)
		if (is_meant(&stage->rules[i], target)) {
			attempt->outcome.code = stage->rules[i].code;
			attempt->due_ms = clock_now_ms(stage->clock) +
			    (stage->rules[i].hangs ? target->spec->timeout_ms : 0);
		}
	stage->attempts[stage->attempt_count++] = attempt;
	stage->attempt_total++;
	return (struct probe *)attempt;
}

static void
take_out(struct stage *stage, const struct attempt *attempt)
{
	for (size_t i = 0; i < stage->attempt_count; i++)
		if (stage->attempts[i] == attempt) {
			stage->attempts[i] = stage->attempts[--stage->attempt_count];
			return;
		}
	ck_abort_msg("an attempt that is not in flight");
}

static void
cancel_attempt(void *arg, struct probe *probe)
{
	take_out(arg, (struct attempt *)probe);
	free(probe);
}

/* End one attempt that is due; false: there is none. */
static bool
end_one(struct stage *stage)
{
	for (size_t i = 0; i < stage->attempt_count; i++) {
		struct attempt *attempt = stage->attempts[i];

		if (attempt->due_ms > clock_now_ms(stage->clock))
			continue;
		take_out(stage, attempt);
		attempt->done(attempt->done_arg, &attempt->outcome);
		free(attempt);
		return true;
	}
	return false;
}

bool
stage_probe(struct stage *stage, const char *who, const char *how)
{
	struct rule rule = { .code = OUTCOME_PASS };

	snprintf(rule.who, sizeof(rule.who), "%s", who);
	if (strcmp(how, "hangs") == 0) {
		rule.hangs = true;
		rule.code = OUTCOME_CONNECT_TIMEOUT;
	} else if (strncmp(how, "fails ", 6) == 0) {
		int code = OUTCOME_PASS;

		while (code <= OUTCOME_FAULT_BUSY && strcmp(outcome_word((enum outcome_code)code),
		    how + 6) != 0)
			code++;
		if (code > OUTCOME_FAULT_BUSY)
			return false;
		rule.code = (enum outcome_code)code;
	} else if (strcmp(how, "passes") != 0) {
		return false;
	}
	ck_assert_uint_lt(stage->rule_count, RULES_MAX);
	stage->rules[stage->rule_count++] = rule;
	return true;
}

/* ---- time ---------------------------------------------------------------------------------- */

/* Do all that is due now; returns when something is due next. */
static uint64_t
settle(struct stage *stage)
{
	uint64_t next_ms = UINT64_MAX, other_ms;

	for (unsigned round = 0;; round++) {
		ck_assert_msg(round < ROUNDS_MAX, "the world does not come to rest");
		next_ms = world_run(stage->world);
		if (!end_one(stage) && next_ms > clock_now_ms(stage->clock))
			break;
	}
	other_ms = elsewhere_run(stage->elsewhere);
	if (other_ms < next_ms)
		next_ms = other_ms;
	for (size_t i = 0; i < stage->attempt_count; i++)
		if (stage->attempts[i]->due_ms < next_ms)
			next_ms = stage->attempts[i]->due_ms;
	return next_ms;
}

static void begin(struct stage *stage);

void
stage_turn(struct stage *stage, uint64_t ms)
{
	uint64_t end_ms = clock_now_ms(stage->clock) + ms;

	if (stage->world == NULL)
		begin(stage);
	for (uint64_t next_ms = settle(stage); next_ms <= end_ms; next_ms = settle(stage))
		clock_turn_ms(stage->clock, next_ms - clock_now_ms(stage->clock));
	clock_turn_ms(stage->clock, end_ms - clock_now_ms(stage->clock));
	settle(stage);
}

/* ---- files --------------------------------------------------------------------------------- */

static uint64_t
no_chance(void *arg)
{
	(void)arg;
	return 0;
}

static const struct world_ops ops = { .start = start_attempt, .cancel = cancel_attempt,
    .random = no_chance };

static void
begin(struct stage *stage)
{
	struct world_settings settings = {
		.clock = stage->clock, .dns = &stage->dns, .index = stage->index,
		.allot = { .service_cidrs = stage->cidrs, .service_cidr_count = stage->cidr_count,
		    .load_balancer_cidrs = stage->balancers,
		    .load_balancer_cidr_count = stage->balancer_count,
		    .node_port_first = 30000, .node_port_last = 32767, .hold_ms = 3600000 },
		.schedule = { .max_concurrent = 1024 },
	};

	stage->world = world_new(&settings, &ops, stage);
	ck_assert_ptr_nonnull(stage->world);
	stage->zones = zones_new(&stage->dns, stage->index, stage->cidrs, stage->cidr_count);
	stage->responder = (struct responder){ .index = stage->index, .settings = &stage->dns,
	    .answering = true };
}

static void
keep_diagnostics(struct stage *stage, const struct diag *diag)
{
	struct strbuf text = STRBUF_INIT;
	char line[2048];

	for (size_t i = 0; diag_at(diag, i) != NULL; i++) {
		diag_format(diag_at(diag, i), line, sizeof(line));
		strbuf_addf(&text, "%s\n", line);
	}
	free(stage->diagnostics);
	stage->diagnostics = text.len > 0 ? strbuf_take(&text) : NULL;
}

void
stage_file(struct stage *stage, const char *name, const char *text)
{
	struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	struct object_list list = { NULL, 0, 0 };
	struct diag *diag = diag_new();

	if (stage->world == NULL)
		begin(stage);
	bool ours = zones_is_ours(name);
	if (ours)
		zones_file(stage->zones, name, text, diag);
	int err = ours || text == NULL ? 0 : decode_text(name, text, strlen(text), &settings, &list,
	    diag);
	if (err == 0 && !ours) {         /* a file with an error keeps its last good objects */
		ck_assert_int_eq(world_replace_file(stage->world, name,
		    clock_now_us(stage->clock), list.items, list.count, diag), 0);
		list.count = 0;
	}
	settle(stage);
	keep_diagnostics(stage, diag);
	object_list_release(&list);
	diag_free(diag);
}

const char *
stage_diagnostics(const struct stage *stage)
{
	return stage->diagnostics != NULL ? stage->diagnostics : "";
}

bool
stage_said(const struct stage *stage, const char *text)
{
	return strstr(stage_diagnostics(stage), text) != NULL;
}

/* ---- what is not ours ---------------------------------------------------------------------- */

struct elsewhere *
stage_elsewhere(struct stage *stage)
{
	return stage->elsewhere;
}

bool
stage_forwards(const struct stage *stage)
{
	return stage->dns.forward != NULL;
}

void
stage_send(struct stage *stage, const char *label, const char *question)
{
	if (stage->world == NULL)
		begin(stage);
	elsewhere_send(stage->elsewhere, &stage->responder, label, question);
	settle(stage);
}

char *
stage_ask(struct stage *stage, const char *question)
{
	stage_send(stage, "?", question);
	const char *reply = elsewhere_reply(stage->elsewhere, "?");

	return strdup(reply != NULL ? reply : "waits");
}

/* ---- life ---------------------------------------------------------------------------------- */

struct stage *
stage_new(void)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	stage->dns = (struct dns_settings){
		.cluster_domain = "cluster.local", .ttl_s = 5, .ttl_cluster_ip_s = 5,
		    .ttl_headless_s = 5,
		.ttl_negative_s = 5, .external_ttl_s = 5, .udp_size = 1232, .reverse_zones = all_reverse,
		    .reverse_zone_count = 2,
		.ns_addresses = ns_addresses, .ns_address_count = 1,
	};
	ck_assert_int_eq(cidr_parse("10.96.0.0/16", &stage->cidrs[0]), 0);
	ck_assert_int_eq(cidr_parse("fd00:10:96::/112", &stage->cidrs[1]), 0);
	stage->cidr_count = 2;
	stage->clock = clock_new_manual(1000, UNIX_S);
	stage->index = index_new();
	stage->elsewhere = elsewhere_new(stage->clock, &stage->dns, stage->index);
	return stage;
}

void
stage_free(struct stage *stage)
{
	elsewhere_free(stage->elsewhere);
	world_free(stage->world);
	zones_free(stage->zones);
	index_free(stage->index);
	clock_free(stage->clock);
	free(stage->attempts);
	free(stage->diagnostics);
	free(stage);
}

struct responder *
stage_responder(struct stage *stage)
{
	return &stage->responder;
}

uint32_t
stage_serial(struct stage *stage)
{
	struct world_counts counts;

	stage_turn(stage, 200);         /* what is owed is paid */
	world_counts(stage->world, &counts);
	return counts.serial;
}

uint64_t
stage_attempts(const struct stage *stage)
{
	return stage->attempt_total;
}
