/* script.c - for scenarios: what each upstream says to which question, in words and in octets. */
#include "tests/scenario/script.h"

#include <check.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RULES_MAX 128
#define HOW_SIZE 900

struct rule {
	char upstream[16], name[256], type[16];
	unsigned delay_ms;
	char how[HOW_SIZE];
};

struct script {
	struct rule *rules[RULES_MAX];
	size_t count;
};

struct script *
script_new(void)
{
	return calloc(1, sizeof(struct script));
}

void
script_free(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		free(script->rules[i]);
	free(script);
}

bool
script_add(struct script *script, const char *text)
{
	struct rule *rule = calloc(1, sizeof(*rule));
	int used = 0, more = 0;

	ck_assert_uint_lt(script->count, RULES_MAX);
	if (sscanf(text, "%15s %255s %15s %n", rule->upstream, rule->name, rule->type, &used) != 3 ||
	    text[used] == '\0') {
		free(rule);
		return false;
	}
	if (sscanf(text + used, "after %ums %n", &rule->delay_ms, &more) == 1)
		used += more;
	snprintf(rule->how, sizeof(rule->how), "%s", text + used);
	script->rules[script->count++] = rule;
	return true;
}

static char *
name_text(const struct asked *asked)
{
	ldns_rdf *name = ldns_dname_new_frm_data(asked->name_len, asked->name);
	char *text = ldns_rdf2str(name);
	size_t len = strlen(text);

	if (len > 1)
		text[len - 1] = '\0';
	ldns_rdf_deep_free(name);
	return text;
}

/* "*", "*.example" with all below it, or the name itself. */
static bool
fits_name(const char *pattern, const char *name)
{
	size_t len = strlen(name), tail = strlen(pattern);

	if (strcmp(pattern, "*") == 0)
		return true;
	if (strncmp(pattern, "*.", 2) == 0)
		return len >= tail && strcasecmp(name + len - (tail - 1), pattern + 1) == 0;
	return strcasecmp(pattern, name) == 0;
}

const char *
script_find(const struct script *script, const char *upstream,
    const struct script_question *question, unsigned *delay_ms)
{
	char *name = name_text(&question->asked);
	char *type = ldns_rr_type2str(question->asked.type);
	const char *how = "silent";

	*delay_ms = 0;
	for (size_t i = 0; i < script->count; i++) {
		const struct rule *rule = script->rules[i];

		if ((strcmp(rule->upstream, "*") != 0 && strcmp(rule->upstream, upstream) != 0) ||
		    !fits_name(rule->name, name) ||
		    (strcmp(rule->type, "*") != 0 && strcasecmp(rule->type, type) != 0))
			continue;
		how = rule->how;
		*delay_ms = rule->delay_ms;
	}
	free(name);
	free(type);
	return how;
}

const char *
script_question_text(const struct script_question *question)
{
	static char text[600];
	char *name = name_text(&question->asked);
	char *type = ldns_rr_type2str(question->asked.type);

	snprintf(text, sizeof(text), "%s %s%s%s%s%s", name, type,
	    question->asked.dnssec_ok ? " do" : "", question->asked.checking_disabled ? " cd" : "",
	    question->plain ? " plain" : "", question->tcp ? " tcp" : "");
	free(name);
	free(type);
	return text;
}

/* ---- octets -------------------------------------------------------------------------------- */

/* "@ 300 A 192.0.2.1": @ is the asked name. */
static void
add_record(ldns_pkt *reply, const char *text, const char *asked, bool authority)
{
	char line[HOW_SIZE + 256];
	ldns_rr *record;

	snprintf(line, sizeof(line), "%s%s", text[0] == '@' ? asked : "", text[0] == '@' ? text + 1 :
	    text);
	ck_assert_msg(ldns_rr_new_frm_str(&record, line, 300, NULL, NULL) == LDNS_STATUS_OK,
	    "no record: %s", line);
	ldns_pkt_push_rr(reply, authority ? LDNS_SECTION_AUTHORITY : LDNS_SECTION_ANSWER, record);
}

static void
add_records(ldns_pkt *reply, char *text, const char *asked)
{
	char *at = NULL, *authority = strchr(text, '~');

	if (authority != NULL)
		*authority++ = '\0';
	for (char *one = strtok_r(text, ",", &at); one != NULL; one = strtok_r(NULL, ",", &at)) {
		one += strspn(one, " ");
		if (*one != '\0')
			add_record(reply, one, asked, false);
	}
	at = NULL;
	for (char *one = authority == NULL ? NULL : strtok_r(authority, ",", &at); one != NULL;
	    one = strtok_r(NULL, ",", &at))
		add_record(reply, one + strspn(one, " "), asked, true);
}

/* Words before the rcode. */
struct manner {
	bool truncated;                 /* over UDP */
	bool ad, no_edns, wrong_id, wrong_case;
};

static char *
read_manner(char *text, struct manner *manner)
{
	const struct {
		const char *word;
		bool *flag;
	} words[] = {
		{ "tc ", &manner->truncated }, { "ad ", &manner->ad }, { "noedns ", &manner->no_edns },
		{ "wrongid ", &manner->wrong_id }, { "wrongcase ", &manner->wrong_case },
	};

	*manner = (struct manner){ false };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(text, words[i].word, strlen(words[i].word)) == 0) {
			*words[i].flag = true;
			text += strlen(words[i].word);
			i = (size_t)-1;         /* from the first word again */
		}
	return text;
}

static ldns_pkt *
begin_reply(const struct script_question *question, const char *asked, const struct manner *manner)
{
	ldns_pkt *reply = ldns_pkt_new();
	ldns_rr *record = ldns_rr_new();

	ldns_rr_set_owner(record, ldns_dname_new_frm_str(asked));
	ldns_rr_set_type(record, question->asked.type);
	ldns_rr_set_class(record, LDNS_RR_CLASS_IN);
	ldns_rr_set_question(record, true);
	ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION, record);
	ldns_pkt_set_id(reply, manner->wrong_id ? SCRIPT_ID + 1 : SCRIPT_ID);
	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_rd(reply, true);
	ldns_pkt_set_ra(reply, true);
	ldns_pkt_set_ad(reply, manner->ad);
	if (!question->plain && !manner->no_edns) {
		ldns_pkt_set_edns_udp_size(reply, 1232);
		ldns_pkt_set_edns_do(reply, question->asked.dnssec_ok);
	}
	return reply;
}

static size_t
write_reply(const ldns_pkt *reply, const struct manner *manner, bool tcp, uint8_t *octets,
    size_t size)
{
	uint8_t *wire;
	size_t len;

	ck_assert_int_eq(ldns_pkt2wire(&wire, reply, &len), LDNS_STATUS_OK);
	ck_assert_uint_le(len, size);
	memcpy(octets, wire, len);
	free(wire);
	for (size_t i = 13; manner->wrong_case && !tcp && i < len && octets[i] != 0; i++)
		if (octets[i] >= 'a' && octets[i] <= 'z')
			octets[i] = (uint8_t)(octets[i] - 32);
	return len;
}

size_t
script_reply(const char *how, const struct script_question *question, uint8_t *octets, size_t size)
{
	char text[HOW_SIZE], *rest, *asked = name_text(&question->asked);
	struct manner manner;
	int used = 0;

	snprintf(text, sizeof(text), "%s", how);
	rest = read_manner(text, &manner);
	ldns_pkt *reply = begin_reply(question, asked, &manner);
	bool garbage = strcmp(rest, "garbage") == 0;
	char word[32] = "NOERROR";
	if (!garbage)
		ck_assert_msg(sscanf(rest, "%31s%n", word, &used) == 1, "no rcode: %s", how);
	const ldns_lookup_table *code = ldns_lookup_by_name(ldns_rcodes, word);
	ck_assert_msg(code != NULL, "no rcode: %s", how);
	ldns_pkt_set_rcode(reply, (uint8_t)code->id);
	ldns_pkt_set_tc(reply, manner.truncated && !question->tcp);
	if (!garbage && !ldns_pkt_tc(reply))
		add_records(reply, rest + used, asked);
	size_t len = write_reply(reply, &manner, question->tcp, octets, size);
	if (garbage)
		octets[7] = 9;          /* nine answers, of which there is none */
	ldns_pkt_free(reply);
	free(asked);
	return len;
}
