/* doctor_service.c - the Service's ports and address, and straight to each endpoint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "cli/doctor_parts.h"
#include "cli/proc_sockets.h"
#include "cli/small_file.h"
#include "model/probe_spec.h"
#include "net/sock.h"
#include "probe/probe.h"

/* Endpoints that are connected to. */
#define ENDPOINTS_MAX 20

static bool
connects(struct doctor *doctor, const struct addr *addr, uint16_t port, struct outcome *outcome)
{
	struct probe_spec spec = { .engine = ENGINE_TCP, .period_ms = 1000,
		.timeout_ms = doctor->settings->timeout_ms, .success_threshold = 1,
		.failure_threshold = 1, .port = { .number = port } };
	struct probe_target target = { .spec = &spec, .addr = *addr, .port = port, .trusted = true,
		.pod_name = "", .ns = "" };

	return attempts_run(doctor->attempts, &target, true, outcome) == 0 &&
	    outcome_class(outcome->code) == OUTCOME_CLASS_PASS;
}

static bool
is_tcp(const json_t *port)
{
	return strcmp(doctor_text(port, "protocol"), "TCP") == 0;
}

/* ---- L07: the Service's port, not the target's ---- */

void
doctor_check_port(struct doctor *doctor)
{
	const json_t *ports = json_object_get(doctor->service, "ports");
	unsigned wanted = doctor->settings->port;
	const json_t *as_target = NULL;

	if (json_array_size(ports) == 0 && !json_is_true(json_object_get(doctor->service, "headless")) &&
	    strcmp(doctor_text(doctor->service, "type"), "ExternalName") != 0)
		doctor_say(doctor, FINDING_FAIL, "it has no ports");
	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = json_array_get(ports, i);

		if (doctor_number(port, "port") == wanted && wanted != 0) {
			doctor_say(doctor, FINDING_OK, "%u is a port of the Service", wanted);
			return;
		}
		if (doctor_number(port, "targetPort") == wanted)
			as_target = port;
	}
	if (wanted == 0)
		return;
	if (as_target != NULL) {
		doctor_say(doctor, FINDING_FAIL, "%u is the target port: the Service's is %u", wanted,
		    doctor_number(as_target, "port"));
		doctor_advise(doctor, "connect to %s:%u", doctor->name,
		    doctor_number(as_target, "port"));
	} else {
		doctor_say(doctor, FINDING_FAIL, "%u is no port of the Service", wanted);
	}
}

/* ---- L02: the cluster IP connects ---- */

static void
try_address(struct doctor *doctor, const char *text, const json_t *port)
{
	unsigned number = doctor_number(port, "port");
	struct outcome outcome;
	struct addr addr;
	char sentence[256];

	if (addr_parse(text, &addr) != 0 || !is_tcp(port))
		return;
	if (connects(doctor, &addr, (uint16_t)number, &outcome)) {
		doctor_say(doctor, FINDING_OK, "%s port %u connects in %u.%u ms", text, number,
		    outcome.took_us / 1000, outcome.took_us / 100 % 10);
		return;
	}
	doctor_say(doctor, FINDING_WARN, "%s port %u: %s: the address is virtual, and nothing on this "
	    "host forwards it", text, number, outcome_text(&outcome, sentence, sizeof(sentence)));
	doctor_advise(doctor, "let a data plane forward cluster IPs, or use a headless Service");
}

void
doctor_check_address(struct doctor *doctor)
{
	const json_t *addrs = json_object_get(doctor->service, "clusterIPs");
	const json_t *ports = json_object_get(doctor->service, "ports");

	if (!doctor->settings->connect)
		return;
	for (size_t i = 0; i < json_array_size(addrs); i++)
		for (size_t j = 0; j < json_array_size(ports); j++)
			try_address(doctor, json_string_value(json_array_get(addrs, i)),
			    json_array_get(ports, j));
}

/* ---- L04, L05, L08, L09: the endpoints ---- */

static bool
is_of_this_host(const struct addr *addr)
{
	struct addr *addrs = NULL;
	size_t count = 0;
	bool found = addr_is_loopback(addr);

	if (sock_host_addrs(&addrs, &count) != 0)
		return found;
	for (size_t i = 0; i < count; i++)
		found |= addr_compare(&addrs[i], addr) == 0;
	free(addrs);
	return found;
}

static void
read_sockets(const struct doctor *doctor, uint16_t port, struct proc_sockets *sockets)
{
	static const char *const files[] = { "net/tcp", "net/tcp6" };

	sockets->count = 0;
	for (size_t i = 0; i < 2; i++) {
		struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;

		strbuf_addf(&path, "%s/%s", doctor->settings->proc, files[i]);
		/* Of a file that is too long the beginning does: who listens comes first. */
		if (path.err == 0)
			(void)small_file_read(path.text, &text);
		proc_sockets_read(text.text, port, sockets);
		strbuf_release(&path);
		strbuf_release(&text);
	}
}

/* Refused on an address of this host: is somebody there, at another address? */
static void
explain_refusal(struct doctor *doctor, const struct addr *addr, uint16_t port)
{
	struct proc_sockets sockets;
	char at[ADDR_TEXT_SIZE], text[ADDR_TEXT_SIZE];

	if (!is_of_this_host(addr)) {
		doctor_advise(doctor, "see on its host whether anybody listens at port %u of %s", port,
		    addr_text(addr, text));
		return;
	}
	read_sockets(doctor, port, &sockets);
	if (sockets.count == 0) {
		doctor_advise(doctor, "nobody listens at port %u of this host: start it, or mend "
		    "targetPort", port);
	} else if (!proc_sockets_reach(&sockets, addr)) {
		doctor_say(doctor, FINDING_FAIL, "bound to %s%s: whoever listens at port %u is not "
		    "reached at %s", addr_text(&sockets.addrs[0], at),
		    sockets.count == 1 ? " only" : " and others", port, addr_text(addr, text));
		doctor_advise(doctor, "let it listen at 0.0.0.0 or at %s", text);
	}
}

static void
try_port(struct doctor *doctor, const json_t *endpoint, const json_t *port)
{
	unsigned number = doctor_number(port, "port");
	const char *text = doctor_text(endpoint, "address");
	struct outcome outcome;
	struct addr addr;
	char sentence[256];

	if (number == 0 || !is_tcp(port) || addr_parse(text, &addr) != 0)
		return;
	if (connects(doctor, &addr, (uint16_t)number, &outcome)) {
		doctor_say(doctor, FINDING_OK, "%s port %u connects in %u.%u ms", text, number,
		    outcome.took_us / 1000, outcome.took_us / 100 % 10);
		return;
	}
	doctor_say(doctor, FINDING_FAIL, "%s port %u: %s", text, number,
	    outcome_text(&outcome, sentence, sizeof(sentence)));
	if (outcome.code == OUTCOME_CONNECT_REFUSED)
		explain_refusal(doctor, &addr, (uint16_t)number);
	else
		doctor_advise(doctor, "see whether the host is up, and what a firewall on the way does");
}

static void
check_endpoint(struct doctor *doctor, const json_t *endpoint, bool connect)
{
	const json_t *ports = json_object_get(endpoint, "ports");
	const char *pod = doctor_text(endpoint, "pod");
	const char *change = doctor_text(endpoint, "change");
	bool in = json_is_true(json_object_get(endpoint, "in"));

	doctor_say(doctor, in ? FINDING_OK : FINDING_WARN, "endpoint %s%s%s is %s: %s",
	    doctor_text(endpoint, "address"), *pod != '\0' ? " of Pod " : "", pod, in ? "in" : "out",
	    doctor_text(endpoint, "why"));
	if (!in && *change != '\0')
		doctor_advise(doctor, "it %s", change);
	for (size_t i = 0; connect && i < json_array_size(ports); i++)
		try_port(doctor, endpoint, json_array_get(ports, i));
}

void
doctor_check_endpoints(struct doctor *doctor)
{
	const json_t *endpoints = json_object_get(doctor->service, "endpoints");
	const json_t *missing = json_object_get(doctor->service, "missing");
	size_t count = json_array_size(endpoints);

	if (strcmp(doctor_text(doctor->service, "type"), "ExternalName") == 0)
		return;
	doctor_say(doctor, doctor_number(doctor->service, "readyCount") > 0 ? FINDING_OK : FINDING_FAIL,
	    "%u of %u endpoints are ready", doctor_number(doctor->service, "readyCount"),
	    doctor_number(doctor->service, "endpointCount"));
	for (size_t i = 0; i < json_array_size(missing); i++)
		doctor_say(doctor, FINDING_WARN, "%s", json_string_value(json_array_get(missing, i)));
	for (size_t i = 0; i < count; i++)
		check_endpoint(doctor, json_array_get(endpoints, i),
		    doctor->settings->connect && i < ENDPOINTS_MAX);
	if (doctor->settings->connect && count > ENDPOINTS_MAX)
		doctor_say(doctor, FINDING_WARN, "only the first %d were connected to", ENDPOINTS_MAX);
}
