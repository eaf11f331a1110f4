/* chaos.c - what is said about the server itself, in class CH. */
#include "dns/chaos.h"

#include <string.h>

#include "dns/dns_settings.h"
#include "dns/name.h"
#include "dns/query.h"
#include "dns/reply.h"

/* The text told at a name, NULL: none. */
static const char *
find_text(const struct dns_settings *settings, const uint8_t *name)
{
	if (name_equal(name, (const uint8_t *)"\7version\4bind") ||
	    name_equal(name, (const uint8_t *)"\7version\6server"))
		return settings->version;
	if (name_equal(name, (const uint8_t *)"\10hostname\4bind") ||
	    name_equal(name, (const uint8_t *)"\2id\6server"))
		return settings->nsid;
	return NULL;
}

void
chaos_answer(struct reply *reply)
{
	struct wire_writer *writer = &reply->writer;
	uint16_t type = reply->query->type;
	const char *text = find_text(reply->responder->settings, reply_asked(reply));

	if (text == NULL || (type != DNS_TYPE_TXT && type != DNS_TYPE_ANY))
		return;
	/* Both texts are short enough for a label of rdata, and for any reply. */
	uint8_t len = (uint8_t)strnlen(text, EDNS_NSID_MAX);
	wire_write_u16(writer, REPLY_OWN_NAME);
	wire_write_u16(writer, DNS_TYPE_TXT);
	wire_write_u16(writer, DNS_CLASS_CH);
	wire_write_u32(writer, 0);
	wire_write_u16(writer, (uint16_t)(1 + len));
	wire_write_u8(writer, len);
	wire_write_octets(writer, text, len);
	reply->answers++;
	reply->rcode = DNS_NOERROR;
	reply->authoritative = true;
}
