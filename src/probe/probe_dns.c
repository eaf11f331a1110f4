/* probe_dns.c - a probe that passes when a name server gives a useful answer. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "net/sock.h"
#include "probe/dial.h"
#include "probe/dns_check.h"
#include "probe/engine.h"

/* Without EDNS nobody sends more over UDP (RFC 1035, section 4.2.1); some do. */
#define DATAGRAM_SIZE 4096
/* Datagrams that are not ours are read away, but not for ever. */
#define DATAGRAMS_A_TURN 16
#define LENGTH_SIZE 2

enum dns_step { DNS_UDP, DNS_CONNECTING, DNS_SENDING, DNS_READING };

struct dns_attempt {
	struct probe probe;
	struct addr_port to;
	enum dns_step step;
	struct dns_question question;
	size_t sent;                    /* TCP: of the length and the question */
	/* TCP: the reply's length, then the reply */
	uint8_t length[LENGTH_SIZE];
	size_t received;
	uint8_t *reply;
};

/* The reply that an attempt waits for; true after an ending. */
static bool
judge(struct dns_attempt *dns, const uint8_t *reply, size_t len, bool *truncated)
{
	struct dns_verdict verdict;
	enum dns_check check = dns_check_reply(&dns->question, reply, len, &verdict);

	*truncated = check == DNS_CHECK_TRUNCATED;
	if (check == DNS_CHECK_JUDGED)
		probe_end_value(&dns->probe, verdict.code, verdict.value, verdict.detail);
	return check == DNS_CHECK_JUDGED;
}

static void
failed(struct dns_attempt *dns, int error)
{
	probe_end(&dns->probe, dial_outcome(error), dial_detail(error));
}

/* ---- over TCP, where UDP was cut short ---- */

static void
judge_whole(struct dns_attempt *dns, size_t len)
{
	struct probe *probe = &dns->probe;
	bool truncated;

	if (judge(dns, dns->reply, len, &truncated))
		return;
	probe_end(probe, OUTCOME_DNS_MALFORMED, truncated ? "truncated over TCP" :
	    "the answer to another question over TCP");
}

/* Read what is there; true while there may be more. */
static bool
read_piece(struct dns_attempt *dns)
{
	struct probe *probe = &dns->probe;
	bool whole_length = dns->received >= LENGTH_SIZE;
	size_t len = (size_t)dns->length[0] << 8 | dns->length[1];
	uint8_t *into = whole_length ? dns->reply + dns->received - LENGTH_SIZE :
	    dns->length + dns->received;
	ssize_t n = recv(probe->fd, into, whole_length ? len + LENGTH_SIZE - dns->received :
	    LENGTH_SIZE - dns->received, 0);

	if (n < 0 && errno != EAGAIN)
		probe_end(probe, errno == ECONNRESET ? OUTCOME_RESET : OUTCOME_CLOSED, NULL);
	else if (n == 0)
		probe_end(probe, OUTCOME_CLOSED, NULL);
	if (n <= 0)
		return false;
	dns->received += (size_t)n;
	if (dns->received < LENGTH_SIZE)
		return true;
	len = (size_t)dns->length[0] << 8 | dns->length[1];
	if (dns->reply == NULL) {
		/* 64 KiB is the most that two octets can promise. */
		dns->reply = malloc(len + 1);
		if (dns->reply == NULL) {
			probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
			return false;
		}
	}
	if (dns->received < LENGTH_SIZE + len)
		return true;
	judge_whole(dns, len);
	return false;
}

static void
read_tcp(struct dns_attempt *dns)
{
	dns->step = DNS_READING;
	while (read_piece(dns))
		;
	if (!dns->probe.ended)
		probe_wait(&dns->probe, EV_READ);
}

/* Length and question in one write (RFC 7766, section 8); the socket's buffer has room. */
static void
send_tcp(struct dns_attempt *dns)
{
	uint8_t framed[LENGTH_SIZE + DNS_CHECK_SIZE];
	size_t len = LENGTH_SIZE + dns->question.len;

	dns->step = DNS_SENDING;
	framed[0] = (uint8_t)(dns->question.len >> 8);
	framed[1] = (uint8_t)dns->question.len;
	memcpy(framed + LENGTH_SIZE, dns->question.octets, dns->question.len);
	ssize_t n = send(dns->probe.fd, framed + dns->sent, len - dns->sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN) {
		failed(dns, errno);
		return;
	}
	dns->sent += n > 0 ? (size_t)n : 0;
	if (dns->sent < len)
		probe_wait(&dns->probe, EV_WRITE);
	else
		read_tcp(dns);
}

static void
connected(struct dns_attempt *dns, int error)
{
	dns->step = DNS_CONNECTING;
	if (error == 0)
		send_tcp(dns);
	else if (error == EINPROGRESS)
		probe_wait(&dns->probe, EV_WRITE);
	else
		failed(dns, error);
}

static void
go_on_by_tcp(struct dns_attempt *dns)
{
	int fd = dial_open(&dns->to);

	if (fd < 0) {
		failed(dns, -fd);
		return;
	}
	probe_set_fd(&dns->probe, fd);
	connected(dns, dial_poll(fd, &dns->to));
}

/* ---- over UDP ---- */

static void
read_udp(struct dns_attempt *dns)
{
	uint8_t datagram[DATAGRAM_SIZE];
	bool truncated = false;

	for (unsigned i = 0; i < DATAGRAMS_A_TURN; i++) {
		ssize_t n = recv(dns->probe.fd, datagram, sizeof(datagram), 0);

		if (n < 0) {
			if (errno != EAGAIN)
				failed(dns, errno);
			return;
		}
		if (judge(dns, datagram, (size_t)n, &truncated))
			return;
		if (truncated) {
			probe_step(&dns->probe, "reply cut short; over TCP");
			go_on_by_tcp(dns);
			return;
		}
	}
}

/* Connected, so that only the target is heard, and its ICMP errors, too. */
static int
open_udp(const struct addr_port *to)
{
	struct sockaddr_storage address;
	socklen_t len = sock_from_addr(to, &address);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, len) != 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd >= 0 ? fd : -errno;
}

static void
ask_udp(struct dns_attempt *dns)
{
	int fd = open_udp(&dns->to);

	if (fd < 0) {
		failed(dns, -fd);
		return;
	}
	probe_set_fd(&dns->probe, fd);
	if (send(fd, dns->question.octets, dns->question.len, 0) < 0) {
		failed(dns, errno);
		return;
	}
	probe_step(&dns->probe, "question sent");
	probe_wait(&dns->probe, EV_READ);
}

/* ---- the engine ---- */

static void
start(struct probe *probe)
{
	struct dns_attempt *dns = (struct dns_attempt *)probe;
	const struct probe_spec *spec = probe->target.spec;
	uint16_t id;

	dns->to = (struct addr_port){ .addr = probe->target.addr, .port = probe->target.port };
	/* An id that cannot be guessed; without one there is no telling whose answer it is. */
	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id)) {
		probe_end(probe, OUTCOME_FAULT_MEMORY, "no random numbers");
		return;
	}
	int err = dns_check_ask(&dns->question, spec->dns_name, spec->dns_type, id);

	if (err == ERR_NOMEM)
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
	else if (err != 0)
		probe_end(probe, OUTCOME_DNS_MALFORMED, "the name to ask for is no domain name");
	else
		ask_udp(dns);
}

static void
io(struct probe *probe)
{
	struct dns_attempt *dns = (struct dns_attempt *)probe;

	switch (dns->step) {
	case DNS_UDP:
		read_udp(dns);
		break;
	case DNS_CONNECTING:
		connected(dns, dial_poll(probe->fd, &dns->to));
		break;
	case DNS_SENDING:
		send_tcp(dns);
		break;
	case DNS_READING:
		read_tcp(dns);
		break;
	}
}

static enum outcome_code
timeout(const struct probe *probe)
{
	return ((const struct dns_attempt *)probe)->step == DNS_CONNECTING ?
	    OUTCOME_CONNECT_TIMEOUT : OUTCOME_DNS_TIMEOUT;
}

static void
clear(struct probe *probe)
{
	free(((struct dns_attempt *)probe)->reply);
}

const struct engine engine_dns = {
	.size = sizeof(struct dns_attempt),
	.needs_port = true,
	.start = start,
	.io = io,
	.timeout = timeout,
	.clear = clear,
};
