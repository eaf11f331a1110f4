/* target.c - the names and ports of what is to be probed. */
#include "model/target.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/pod.h"

/*
 * The parts with '/' between them, by hand: each change of a Service names all its targets.  Returns
 * the length; what does not fit is not written.
 */
static size_t
join(char *buf, size_t size, const char *const *parts, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		size_t part = strlen(parts[i]);

		if (len + part < size) {
			memcpy(buf + len, parts[i], part);
			buf[len + part] = i + 1 < count ? '/' : '\0';
		}
		len += part + 1;
	}
	return len - 1;
}

static char *
join_new(struct arena *arena, const char *const *parts, size_t count)
{
	size_t size = join(NULL, 0, parts, count) + 1;
	char *id = arena_alloc(arena, size);

	if (id != NULL)
		join(id, size, parts, count);
	return id;
}

static const char *
join_into(char *buf, size_t size, const char *const *parts, size_t count)
{
	if (join(buf, size, parts, count) >= size)
		buf[0] = '\0';
	return buf;
}

char *
target_id_pod(struct arena *arena, const char *ns, const char *pod, const char *container,
    enum probe_kind kind)
{
	const char *parts[] = { "pod", ns, pod, container, probe_kind_text(kind) };

	return join_new(arena, parts, sizeof(parts) / sizeof(*parts));
}

const char *
target_write_pod(char *buf, size_t size, const char *ns, const char *pod, const char *container,
    enum probe_kind kind)
{
	const char *parts[] = { "pod", ns, pod, container, probe_kind_text(kind) };

	return join_into(buf, size, parts, sizeof(parts) / sizeof(*parts));
}

const char *
target_write_endpoint(char *buf, size_t size, const char *ns, const char *service,
    const struct addr_port *where)
{
	char text[ADDR_PORT_TEXT_SIZE];
	const char *parts[] = { "service", ns, service, addr_port_text(where, text) };

	return join_into(buf, size, parts, sizeof(parts) / sizeof(*parts));
}

uint64_t
target_mark(const struct target *target)
{
	const char *pod = target->pod_name != NULL ? target->pod_name : "";
	uint64_t hash = text_hash(TEXT_HASH_SEED, pod, strlen(pod) + 1);

	hash = text_hash(hash, target->addr.octets, target->addr.family == ADDR_IP4 ? 4 : 16);
	return text_hash(hash, &target->port, sizeof(target->port));
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
