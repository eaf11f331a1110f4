/* build.c - small objects for tests of the model. */
#include "tests/model/build.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/ingress.h"

struct addr
build_addr(const char *text)
{
	struct addr addr;

	ck_assert_msg(addr_parse(text, &addr) == 0, "%s", text);
	return addr;
}

static int
compare_pairs(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

/* How many items a list with commas has. */
static size_t
count_items(const char *text)
{
	size_t count = *text != '\0';

	for (; *text != '\0'; text++)
		count += *text == ',';
	return count;
}

struct pairs
build_pairs(struct arena *arena, const char *text)
{
	char *rest = arena_text(arena, text);
	size_t count = count_items(text);
	struct pairs pairs = { arena_array(arena, count + 1, sizeof(struct pair)), count };

	for (size_t i = 0; i < count; i++) {
		pairs.items[i].key = strsep(&rest, ",");
		char *equals = strchr(pairs.items[i].key, '=');
		*equals = '\0';
		pairs.items[i].value = equals + 1;
	}
	qsort(pairs.items, count, sizeof(struct pair), compare_pairs);
	return pairs;
}

static struct endpoint *
build_endpoints(struct arena *arena, const char *text, size_t *count)
{
	char *rest = arena_text(arena, text);

	*count = count_items(text);
	struct endpoint *endpoints = arena_array(arena, *count + 1, sizeof(*endpoints));
	for (size_t i = 0; i < *count; i++)
		endpoints[i].addr = build_addr(strsep(&rest, ","));
	return endpoints;
}

static void
hash_in(struct object *object, const char *text)
{
	object->digest = text_hash(object->digest, text, strlen(text) + 1);
}

/* What objects point to, so that tests can change them; never freed. */
static struct arena *
room(void)
{
	static struct arena *arena;

	if (arena == NULL)
		arena = arena_new(0);
	return arena;
}

static void *
build_object(size_t size, enum object_kind kind, const char *ns, const char *name)
{
	struct arena *arena = room();
	struct object *object = calloc(1, size);

	object->kind = (uint8_t)kind;
	object->references = 1;
	object->ns = arena_text(arena, ns);
	object->name = arena_text(arena, name);
	object->digest = TEXT_HASH_SEED;
	hash_in(object, object_kind_text(kind));
	hash_in(object, ns);
	hash_in(object, name);
	return object;
}

struct service *
build_service(const char *ns, const char *name, const char *selector)
{
	struct service *service = build_object(sizeof(*service), KIND_SERVICE, ns, name);

	service->selector = build_pairs(room(), selector);
	service->cluster_ips = arena_array(room(), 2, sizeof(struct addr));
	service->allocate_node_ports = true;
	hash_in(&service->object, selector);
	return service;
}

struct pod *
build_pod(const char *ns, const char *name, const char *labels, const char *ips)
{
	struct pod *pod = build_object(sizeof(*pod), KIND_POD, ns, name);

	pod->labels = build_pairs(room(), labels);
	pod->endpoints = build_endpoints(room(), ips, &pod->endpoint_count);
	for (size_t i = 0; i < pod->endpoint_count; i++)
		pod->endpoints[i].pod_name = pod->object.name;
	hash_in(&pod->object, labels);
	hash_in(&pod->object, ips);
	return pod;
}

struct slice *
build_slice(enum object_kind kind, const char *ns, const char *name, const char *service,
    const char *ips)
{
	struct slice *slice = build_object(sizeof(*slice), kind, ns, name);
	struct arena *arena = room();

	slice->service_name = arena_text(arena, service);
	slice->parts = arena_array(arena, 1, sizeof(*slice->parts));
	slice->part_count = 1;
	size_t count;

	slice->parts[0].endpoints = build_endpoints(arena, ips, &count);
	slice->parts[0].endpoint_count = (uint32_t)count;
	if (service != NULL)
		hash_in(&slice->object, service);
	hash_in(&slice->object, ips);
	return slice;
}

struct object *
build_ingress(const char *ns, const char *name)
{
	return build_object(sizeof(struct ingress), KIND_INGRESS, ns, name);
}

struct object *
build_namespace(const char *name)
{
	return build_object(sizeof(struct object), KIND_NAMESPACE, "", name);
}

/* A copy of an arena's array with one zeroed element more. */
static void *
grow(struct arena *arena, const void *items, size_t count, size_t size)
{
	char *more = arena_array(arena, count + 1, size);

	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

void
build_port(struct service *service, const char *name, enum protocol protocol, uint16_t port,
    uint16_t target, const char *target_name)
{
	struct arena *arena = room();

	service->ports = grow(arena, service->ports, service->port_count, sizeof(*service->ports));
	service->ports[service->port_count++] = (struct service_port){
		.name = arena_text(arena, name), .protocol = (uint8_t)protocol, .port = port,
		.target = { target_name != NULL ? 0 : target != 0 ? target : port,
		    arena_text(arena, target_name) },
	};
	hash_in(&service->object, name);
}

static struct probe_spec *
build_probe(struct arena *arena)
{
	struct probe_spec *spec = arena_alloc(arena, sizeof(*spec));

	*spec = (struct probe_spec){
		.engine = ENGINE_TCP, .period_ms = 1000, .timeout_ms = 100,
		.success_threshold = 1, .failure_threshold = 1,
	};
	return spec;
}

void
build_container(struct pod *pod, const char *name, const char *port_name, uint16_t port,
    const char *probes)
{
	struct arena *arena = room();
	struct container *container;

	pod->containers = grow(arena, pod->containers, pod->container_count,
	    sizeof(*pod->containers));
	container = &pod->containers[pod->container_count++];
	container->name = arena_text(arena, name);
	if (port != 0) {
		container->ports = arena_array(arena, 1, sizeof(*container->ports));
		container->ports[0].name = arena_text(arena, port_name);
		container->ports[0].port = port;
		container->port_count = 1;
	}
	if (strchr(probes, 's') != NULL)
		container->probes[PROBE_STARTUP] = build_probe(arena);
	if (strchr(probes, 'r') != NULL)
		container->probes[PROBE_READINESS] = build_probe(arena);
	if (strchr(probes, 'l') != NULL)
		container->probes[PROBE_LIVENESS] = build_probe(arena);
	hash_in(&pod->object, name);
	hash_in(&pod->object, probes);
}

void
build_slice_port(struct slice *slice, const char *name, uint16_t port)
{
	struct arena *arena = room();
	struct slice_part *part = &slice->parts[0];

	part->ports = grow(arena, part->ports, part->port_count, sizeof(*part->ports));
	part->ports[part->port_count++] = (struct slice_port){
		.name = arena_text(arena, name), .port = port,
	};
	hash_in(&slice->object, name);
}

void
build_change(struct object *object, unsigned salt)
{
	object->digest = text_hash(object->digest, &salt, sizeof(salt));
}

void
build_place(struct object *object, const char *file, unsigned line)
{
	object->place = (struct place){ arena_text(room(), file), line, 1 };
}
