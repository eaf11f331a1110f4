/* target.c - the names and ports of what is to be probed. */
#include "model/target.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/pod.h"

static char *format_id(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static char *
format_id(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_list again;
	char *id = NULL;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
		id = arena_alloc(arena, (size_t)len + 1);
	if (id != NULL)
		vsnprintf(id, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return id;
}

char *
target_id_pod(struct arena *arena, const char *ns, const char *pod, const char *container,
    enum probe_kind kind)
{
	return format_id(arena, "pod/%s/%s/%s/%s", ns, pod, container, probe_kind_text(kind));
}

char *
target_id_endpoint(struct arena *arena, const char *ns, const char *service,
    const struct addr_port *where)
{
	char text[ADDR_PORT_TEXT_SIZE];

	return format_id(arena, "service/%s/%s/%s", ns, service, addr_port_text(where, text));
}

uint64_t
target_mark(const struct target *target)
{
	const char *pod = target->pod_name != NULL ? target->pod_name : "";
	uint64_t hash = text_hash(TEXT_HASH_SEED, pod, strlen(pod) + 1);

	hash = text_hash(hash, target->addr.octets, target->addr.family == ADDR_IP4 ? 4 : 16);
	return text_hash(hash, &target->port, sizeof(target->port));
}

const char *
target_write_pod(char *buf, size_t size, const char *ns, const char *pod, const char *container,
    enum probe_kind kind)
{
	int len = snprintf(buf, size, "pod/%s/%s/%s/%s", ns, pod, container, probe_kind_text(kind));

	if (len < 0 || (size_t)len >= size)
		buf[0] = '\0';
	return buf;
}

uint16_t
target_container_port(const struct pod *pod, size_t container, const struct port_ref *port)
{
	const struct container *own = &pod->containers[container];
	uint64_t number;

	if (port->name == NULL) {
		if (port->number != 0)
			return port->number;
		return own->port_count > 0 ? own->ports[0].port : 0;
	}
	for (size_t i = 0; i < own->port_count; i++)
		if (*port->name != '\0' && strcmp(own->ports[i].name, port->name) == 0)
			return own->ports[i].port;
	/* Last resort of kubelet's pkg/probe/util.go: a number that was written as text. */
	return text_to_u64(port->name, UINT16_MAX, &number) ? (uint16_t)number : 0;
}
