/* dns_ask.c - one question to one name server, over UDP. */
#include "cli/dns_ask.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "net/sock.h"

#define REPLY_MAX 4096

static const char *
rcode_text(unsigned rcode)
{
	static const char *const texts[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED" };

	return rcode < sizeof(texts) / sizeof(texts[0]) ? texts[rcode] : "an error";
}

static int
send_question(int fd, const char *name, enum addr_family family, uint16_t *id)
{
	ldns_pkt *packet = NULL;
	uint8_t *octets = NULL;
	size_t len = 0;
	int err = ERR_INVALID;

	if (ldns_pkt_query_new_frm_str(&packet, name, family == ADDR_IP4 ? LDNS_RR_TYPE_A :
	    LDNS_RR_TYPE_AAAA, LDNS_RR_CLASS_IN, LDNS_RD) != LDNS_STATUS_OK)
		return err;
	ldns_pkt_set_random_id(packet);
	*id = ldns_pkt_id(packet);
	if (ldns_pkt2wire(&octets, packet, &len) == LDNS_STATUS_OK)
		err = send(fd, octets, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : ERR_SYSTEM;
	LDNS_FREE(octets);
	ldns_pkt_free(packet);
	return err;
}

static void
take_addrs(const ldns_rr_list *records, struct dns_said *said)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(records, i);
		bool four = ldns_rr_get_type(rr) == LDNS_RR_TYPE_A;
		struct addr addr = { .family = four ? ADDR_IP4 : ADDR_IP6 };

		if ((!four && ldns_rr_get_type(rr) != LDNS_RR_TYPE_AAAA) ||
		    said->count == DNS_ASK_ADDRS_MAX || ldns_rr_rd_count(rr) == 0)
			continue;
		memcpy(addr.octets, ldns_rdf_data(ldns_rr_rdf(rr, 0)), four ? 4 : 16);
		said->addrs[said->count++] = addr;
	}
}

/* 0 when it is the answer; ERR_SYNTAX: something else. */
static int
read_reply(int fd, uint16_t id, struct dns_said *said)
{
	uint8_t octets[REPLY_MAX];
	ldns_pkt *packet = NULL;
	ssize_t len = recv(fd, octets, sizeof(octets), 0);
	int err = ERR_SYNTAX;

	if (len < 0)
		return ERR_SYSTEM;
	if (ldns_wire2pkt(&packet, octets, (size_t)len) != LDNS_STATUS_OK)
		return err;
	if (ldns_pkt_id(packet) == id && ldns_pkt_qr(packet)) {
		said->rcode = ldns_pkt_get_rcode(packet);
		said->rcode_text = rcode_text(said->rcode);
		take_addrs(ldns_pkt_answer(packet), said);
		err = 0;
	}
	ldns_pkt_free(packet);
	return err;
}

static int
exchange(int fd, const char *name, enum addr_family family, unsigned timeout_ms,
    const struct clock *clock, struct dns_said *said)
{
	uint64_t began_us = clock_now_us(clock);
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	uint16_t id = 0;
	int err = send_question(fd, name, family, &id);

	while (err == 0) {
		uint64_t spent_ms = (clock_now_us(clock) - began_us) / 1000;

		if (spent_ms >= timeout_ms || poll(&polled, 1, (int)(timeout_ms - spent_ms)) == 0)
			return ERR_TIMEOUT;
		err = read_reply(fd, id, said);
		if (err == 0)
			break;
		err = err == ERR_SYNTAX ? 0 : err;
	}
	said->took_us = (unsigned)(clock_now_us(clock) - began_us);
	return err;
}

int
dns_ask(const struct addr_port *at, const char *name, enum addr_family family,
    unsigned timeout_ms, struct dns_said *said)
{
	struct sockaddr_storage address;
	socklen_t len = sock_from_addr(at, &address);
	struct clock *clock = clock_new_system();
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = clock == NULL ? ERR_NOMEM : ERR_SYSTEM;

	memset(said, 0, sizeof(*said));
	if (clock != NULL && fd >= 0 && connect(fd, (struct sockaddr *)&address, len) == 0)
		err = exchange(fd, name, family, timeout_ms, clock, said);
	clock_free(clock);
	if (fd >= 0) {
		int error = errno;

		close(fd);
		errno = error;
	}
	return err;
}
