/* zone_world.c - zones out of texts, and what is answered of them, in words, for tests. */
#include "tests/dns/zone_world.h"

#include <check.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "dns/content.h"
#include "dns/index.h"
#include "dns/zone_build.h"

static const char *const reverse_zones[] = { "in-addr.arpa", "ip6.arpa" };
static const char *const fallthrough[] = { "in-addr.arpa", "ip6.arpa" };

void
zone_world_start(struct zone_world *world)
{
	*world = (struct zone_world){
		.dns = { .cluster_domain = "z", .ttl_s = 5, .ttl_negative_s = 5, .udp_size = 1232,
		    .reverse_zones = reverse_zones, .reverse_zone_count = 2,
		    .fallthrough = fallthrough, .fallthrough_count = 2 },
	};
	world->settings.dns = &world->dns;
	world->index = index_new();
	world->set = zone_set_new(&world->settings, world->index);
	world->diag = diag_new();
	ck_assert_ptr_nonnull(world->set);
	world->responder = (struct responder){ .index = world->index, .settings = &world->dns,
		.answering = true };
}

void
zone_world_end(struct zone_world *world)
{
	zone_set_free(world->set);
	index_free(world->index);
	diag_free(world->diag);
}

int
zone_world_state(struct zone_world *world, enum zone_origin origin, const char *path,
    const char *text)
{
	struct content *content = NULL;
	int err = 0;

	diag_clear(world->diag);
	if (text != NULL)
		err = zone_build(path, text, strlen(text), NULL, world->diag, &content);
	if (err == 0)
		err = zone_set_take(world->set, origin, path, 0, content, world->diag);
	ck_assert_int_eq(zone_set_settle(world->set), 0);
	return err;
}

char *
zone_world_said(const struct zone_world *world)
{
	struct strbuf text = STRBUF_INIT;
	char line[2048];

	strbuf_add(&text, "");
	for (size_t i = 0; diag_at(world->diag, i) != NULL; i++) {
		diag_format(diag_at(world->diag, i), line, sizeof(line));
		strbuf_addf(&text, "%s\n", line);
	}
	return strbuf_take(&text);
}

/* ---- asking -------------------------------------------------------------------------------- */

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_section(struct strbuf *out, const ldns_rr_list *list)
{
	size_t count = ldns_rr_list_rr_count(list);
	char **lines = calloc(count + 1, sizeof(*lines));

	strbuf_add(out, " |");
	for (size_t i = 0; i < count; i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(list, i));

		text[strcspn(text, "\n")] = '\0';
		for (char *at = text; *at != '\0'; at++)
			if (*at == '\t')
				*at = ' ';
		char *class = strstr(text, " IN ");
		if (class != NULL)
			memmove(class, class + 3, strlen(class + 3) + 1);
		lines[i] = text;
	}
	/* A chain has an order of its own. */
	ldns_rr_type first = count == 0 ? LDNS_RR_TYPE_A :
	    ldns_rr_get_type(ldns_rr_list_rr(list, 0));
	if (first != LDNS_RR_TYPE_CNAME && first != LDNS_RR_TYPE_DNAME)
		qsort(lines, count, sizeof(*lines), compare_texts);
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%s %s", i > 0 ? "," : "", lines[i]);
		free(lines[i]);
	}
	free(lines);
}

char *
zone_world_ask(struct zone_world *world, const char *question)
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	static uint8_t buf[65535];
	struct strbuf out = STRBUF_INIT;
	char name[512], type[32], flag[8] = "";
	ldns_pkt *query = NULL, *reply = NULL;
	uint8_t *wire = NULL;
	size_t len;

	ck_assert_int_ge(sscanf(question, "%511s %31s %7s", name, type, flag), 2);
	ck_assert_int_eq(ldns_pkt_query_new_frm_str(&query, name, ldns_get_rr_type_by_name(type),
	    LDNS_RR_CLASS_IN, LDNS_RD), LDNS_STATUS_OK);
	ldns_pkt_set_edns_udp_size(query, 4096);
	ldns_pkt_set_edns_do(query, strcmp(flag, "do") == 0);
	ck_assert_int_eq(ldns_pkt2wire(&wire, query, &len), LDNS_STATUS_OK);
	memcpy(buf, wire, len);
	free(wire);
	ldns_pkt_free(query);
	index_reader_begin();
	len = respond(&world->responder, TRANSPORT_TCP, &client, buf, len, sizeof(buf));
	index_reader_end();
	ck_assert_msg(ldns_wire2pkt(&reply, buf, len) == LDNS_STATUS_OK, "%s: a broken reply",
	    question);
	char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(reply));
	strbuf_addf(&out, "%s%s", rcode, ldns_pkt_aa(reply) ? " aa" : "");
	free(rcode);
	add_section(&out, ldns_pkt_answer(reply));
	add_section(&out, ldns_pkt_authority(reply));
	add_section(&out, ldns_pkt_additional(reply));
	ldns_pkt_free(reply);
	return strbuf_take(&out);
}

void
zone_world_expect(struct zone_world *world, const char *question, const char *expected)
{
	char *reply = zone_world_ask(world, question);

	ck_assert_msg(strcmp(reply, expected) == 0, "%s\n  is       %s\n  expected %s", question,
	    reply, expected);
	free(reply);
}
