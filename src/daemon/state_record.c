/* state_record.c - the records of the state files: allotments, removals, serials, verdicts. */
#include "daemon/state_record.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/pack.h"
#include "model/allot.h"

void
state_record_put_key(struct pack_writer *writer, const char *ns, const char *name)
{
	pack_number(writer, STATE_RECORD_ALLOTMENT, 1);
	pack_text(writer, ns);
	pack_text(writer, name);
}

void
state_record_put_allotment(struct pack_writer *writer, const struct allotment *allotment)
{
	state_record_put_key(writer, allotment->ns, allotment->name);
	pack_number(writer, allotment->family_count, 1);
	for (size_t i = 0; i < allotment->family_count; i++)
		pack_number(writer, allotment->families[i], 1);
	pack_number(writer, allotment->cluster_ip_count, 1);
	for (size_t i = 0; i < allotment->cluster_ip_count; i++)
		pack_addr(writer, &allotment->cluster_ips[i]);
	pack_addr(writer, &allotment->load_balancer_ip);
	pack_number(writer, allotment->node_port_count, 2);
	for (size_t i = 0; i < allotment->node_port_count; i++) {
		pack_number(writer, allotment->node_ports[i].port, 2);
		pack_number(writer, allotment->node_ports[i].protocol, 1);
		pack_number(writer, allotment->node_ports[i].node_port, 2);
	}
}

void
state_record_put_removed(
    struct pack_writer *writer, const char *ns, const char *name, uint64_t unix_s)
{
	pack_number(writer, STATE_RECORD_REMOVED, 1);
	pack_text(writer, ns);
	pack_text(writer, name);
	pack_number(writer, unix_s, 8);
}

void
state_record_put_removal_of(
    struct pack_writer *writer, const uint8_t *record, size_t len, uint64_t unix_s)
{
	struct pack_reader reader = { .data = record, .len = len };

	unpack_number(&reader, 1);
	unpack_skip_text(&reader);
	unpack_skip_text(&reader);
	pack_number(writer, STATE_RECORD_REMOVED, 1);
	pack_octets(writer, record + 1, reader.at - 1);
	pack_number(writer, unix_s, 8);
}

void
state_record_put_serial(struct pack_writer *writer, uint32_t serial)
{
	pack_number(writer, STATE_RECORD_SERIAL, 1);
	pack_number(writer, serial, 4);
}

void
state_record_put_verdict(
    struct pack_writer *writer, const char *target_id, const struct verdict_state *verdict)
{
	pack_number(writer, STATE_RECORD_VERDICT, 1);
	pack_text(writer, target_id);
	pack_number(writer, verdict->verdict, 1);
	pack_number(writer, verdict->since_unix_ms, 8);
	pack_number(writer, verdict->mark, 8);
	pack_text(writer, verdict->reason);
}

static int
read_node_ports(struct pack_reader *reader, struct arena *arena, struct allotment *allotment)
{
	size_t count = (size_t)unpack_number(reader, 2);

	/* Five octets each: a count that the record cannot hold allocates nothing. */
	if (reader->err == 0 && count > (reader->len - reader->at) / 5)
		reader->err = ERR_SYNTAX;
	if (reader->err != 0)
		return reader->err;
	allotment->node_ports = arena_array(arena, count, sizeof(*allotment->node_ports));
	if (count > 0 && allotment->node_ports == NULL)
		return ERR_NOMEM;
	allotment->node_port_count = count;
	for (size_t i = 0; i < count; i++) {
		struct allotted_port *port = &allotment->node_ports[i];
		uint64_t protocol;

		port->port = (uint16_t)unpack_number(reader, 2);
		protocol = unpack_number(reader, 1);
		port->node_port = (uint16_t)unpack_number(reader, 2);
		if (protocol > PROTOCOL_SCTP)
			return ERR_SYNTAX;
		port->protocol = (enum protocol)protocol;
	}
	return 0;
}

static int
read_allotment(struct pack_reader *reader, struct arena *arena, struct state_record *record)
{
	struct allotment *allotment = arena_alloc(arena, sizeof(*allotment));

	if (allotment == NULL)
		return ERR_NOMEM;
	allotment->ns = unpack_text(reader, arena);
	allotment->name = unpack_text(reader, arena);
	allotment->family_count = (size_t)unpack_number(reader, 1);
	if (allotment->family_count > 2)
		return ERR_SYNTAX;
	for (size_t i = 0; i < allotment->family_count; i++)
		allotment->families[i] = (enum addr_family)unpack_number(reader, 1);
	allotment->cluster_ip_count = (size_t)unpack_number(reader, 1);
	if (allotment->cluster_ip_count > 2)
		return ERR_SYNTAX;
	for (size_t i = 0; i < allotment->cluster_ip_count; i++)
		unpack_addr(reader, &allotment->cluster_ips[i]);
	unpack_addr(reader, &allotment->load_balancer_ip);
	allotment->saved = true;
	record->allotment = allotment;
	return read_node_ports(reader, arena, allotment);
}

static int
read_verdict(struct pack_reader *reader, struct arena *arena, struct state_record *record)
{
	uint64_t verdict;

	record->target_id = unpack_text(reader, arena);
	verdict = unpack_number(reader, 1);
	if (verdict > VERDICT_FAIL)
		return ERR_SYNTAX;
	record->verdict.verdict = (enum verdict)verdict;
	record->verdict.restored = true;
	record->verdict.since_unix_ms = unpack_number(reader, 8);
	record->verdict.mark = unpack_number(reader, 8);
	record->verdict.reason = unpack_text(reader, arena);
	return 0;
}

int
state_record_read(
    const uint8_t *octets, size_t len, struct arena *arena, struct state_record *record)
{
	struct pack_reader reader = { .data = octets, .len = len };
	int err = 0;

	memset(record, 0, sizeof(*record));
	record->kind = (enum state_record_kind)unpack_number(&reader, 1);
	switch (record->kind) {
	case STATE_RECORD_ALLOTMENT:
		err = read_allotment(&reader, arena, record);
		break;
	case STATE_RECORD_REMOVED:
		record->ns = unpack_text(&reader, arena);
		record->name = unpack_text(&reader, arena);
		record->removed_unix_s = unpack_number(&reader, 8);
		break;
	case STATE_RECORD_SERIAL:
		record->serial = (uint32_t)unpack_number(&reader, 4);
		break;
	case STATE_RECORD_VERDICT:
		err = read_verdict(&reader, arena, record);
		break;
	default:
		err = ERR_SYNTAX;
	}
	return err != 0 ? err : unpack_end(&reader);
}
