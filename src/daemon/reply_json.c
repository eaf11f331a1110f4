/* reply_json.c - a DNS message for people and programs. */
#include "daemon/reply_json.h"

#include <ldns/ldns.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "dns/wire.h"

#define OPTION_ERROR 15         /* RFC 8914 */
/* rdata as text: an octet is at most four */
#define SHOWN_MAX 1024

struct showing {
	json_t *root;
	struct strbuf *text;
	bool failed;
};

static void
set(struct showing *showing, const char *key, json_t *value)
{
	showing->failed |= json_object_set_new(showing->root, key, value) != 0;
}

/* What ldns gave, without the tab or line end at its end. */
static char *
trimmed(char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
	return text;
}

static char *
data_text(const ldns_rr *rr)
{
	ldns_buffer *buffer = ldns_buffer_new(256);
	char *text = NULL;

	for (size_t i = 0; buffer != NULL && i < ldns_rr_rd_count(rr); i++) {
		if (i > 0)
			ldns_buffer_printf(buffer, " ");
		(void)ldns_rdf2buffer_str(buffer, ldns_rr_rdf(rr, i));
	}
	if (buffer != NULL)
		text = ldns_buffer_export2str(buffer);
	ldns_buffer_free(buffer);
	return text;
}

static void
show_record(struct showing *showing, const ldns_rr *rr, json_t *list)
{
	char *name = trimmed(ldns_rdf2str(ldns_rr_owner(rr)));
	char *type = trimmed(ldns_rr_type2str(ldns_rr_get_type(rr)));
	char *data = trimmed(data_text(rr));
	char shown[SHOWN_MAX];

	if (name == NULL || type == NULL || data == NULL) {
		showing->failed = true;
	} else {
		text_escape(shown, sizeof(shown), data, strlen(data));
		strbuf_addf(showing->text, "%-40s %6u %-6s %s\n", name, ldns_rr_ttl(rr), type, shown);
		showing->failed |= json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "name",
		    name, "ttl", (json_int_t)ldns_rr_ttl(rr), "type", type, "data", shown)) != 0;
	}
	LDNS_FREE(name);
	LDNS_FREE(type);
	LDNS_FREE(data);
}

static void
show_section(struct showing *showing, const char *key, const ldns_rr_list *records)
{
	json_t *list = json_array();
	bool begun = false;

	for (size_t i = 0; list != NULL && i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(records, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_OPT)
			continue;
		if (!begun)
			strbuf_addf(showing->text, ";; %s:\n", key);
		begun = true;
		show_record(showing, rr, list);
	}
	set(showing, key, list);
}

static void
show_flags(struct showing *showing, const uint8_t *octets)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} flags[] = { { 0x0400, "aa" }, { 0x0200, "tc" }, { 0x0100, "rd" }, { 0x0080, "ra" },
		{ 0x0020, "ad" }, { 0x0010, "cd" } };
	json_t *list = json_array();

	strbuf_add(showing->text, "; flags:");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if ((wire_get_u16(octets + 2) & flags[i].bit) == 0)
			continue;
		strbuf_addf(showing->text, " %s", flags[i].name);
		showing->failed |= json_array_append_new(list, json_string(flags[i].name)) != 0;
	}
	strbuf_add(showing->text, "\n");
	set(showing, "flags", list);
}

static void
show_error(struct showing *showing, json_t *list, const uint8_t *option, size_t len)
{
	char text[512];
	unsigned code = wire_get_u16(option);

	text_escape(text, sizeof(text), (const char *)option + 2, len - 2);
	strbuf_addf(showing->text, "; extended error %u: %s\n", code, text);
	showing->failed |= json_array_append_new(list, json_pack("{s:i, s:s}", "code", (int)code,
	    "text", text)) != 0;
}

/* Extended DNS Errors, out of the OPT record's options. */
static void
show_errors(struct showing *showing, const ldns_pkt *packet)
{
	const ldns_rdf *edns = ldns_pkt_edns_data(packet);
	const uint8_t *octets = edns != NULL ? ldns_rdf_data(edns) : NULL;
	size_t size = edns != NULL ? ldns_rdf_size(edns) : 0;
	json_t *list = json_array();

	for (size_t at = 0; at + 4 <= size;) {
		size_t len = wire_get_u16(octets + at + 2);

		if (len > size - at - 4)
			break;
		if (wire_get_u16(octets + at) == OPTION_ERROR && len >= 2)
			show_error(showing, list, octets + at + 4, len);
		at += 4 + len;
	}
	set(showing, "errors", list);
}

static void
show(struct showing *showing, const ldns_pkt *packet, const uint8_t *octets)
{
	unsigned code = ldns_pkt_get_rcode(packet);
	char *rcode = ldns_pkt_rcode2str((ldns_pkt_rcode)code);

	strbuf_addf(showing->text, "; %s\n", rcode != NULL ? rcode : "?");
	set(showing, "rcode", json_string(rcode != NULL ? rcode : "?"));
	LDNS_FREE(rcode);
	show_flags(showing, octets);
	show_errors(showing, packet);
	show_section(showing, "answer", ldns_pkt_answer(packet));
	show_section(showing, "authority", ldns_pkt_authority(packet));
	show_section(showing, "additional", ldns_pkt_additional(packet));
}

json_t *
reply_json(const uint8_t *octets, size_t len, struct strbuf *text)
{
	struct showing showing = { .text = text };
	ldns_pkt *packet = NULL;

	if (len < DNS_HEADER_LEN || ldns_wire2pkt(&packet, octets, len) != LDNS_STATUS_OK)
		return NULL;
	showing.root = json_object();
	show(&showing, packet, octets);
	ldns_pkt_free(packet);
	if (!showing.failed && showing.root != NULL)
		return showing.root;
	json_decref(showing.root);
	return NULL;
}

uint16_t
reply_json_type(const char *text)
{
	return (uint16_t)ldns_get_rr_type_by_name(text);
}
