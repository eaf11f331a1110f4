/* bench_manifests.c - the benchmark's world as manifests, compact and as kubectl prints them. */
#include <inttypes.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_formats.h"

/* What the EndpointSlice controller puts into one slice (--max-endpoints-per-slice). */
#define SLICE_MAX 100U
#define STAMP "\"2026-01-05T09:14:02Z\""

typedef void write_service_fn(FILE *file, const struct bench_service *service);

static uint32_t
slice_end(const struct bench_service *service, uint32_t from)
{
	uint32_t left = service->endpoint_count - from;

	return from + (left < SLICE_MAX ? left : SLICE_MAX);
}

static void
compact_slice(FILE *file, const struct bench_service *service, uint32_t from)
{
	const char *name = service->name;

	fprintf(file, "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: %s-%u, namespace: ns-%u, labels: {kubernetes.io/service-name: %s}}\n"
	    "addressType: IPv4\nports: [{name: http, port: %d}]\nendpoints:\n",
	    name, from / SLICE_MAX, service->space, name, PLAN_TARGET_PORT);
	for (uint32_t j = from; j < slice_end(service, from); j++) {
		fprintf(file, "- {addresses: [%s]", plan_dotted(plan_endpoint(service, j)).text);
		if (service->headless)
			fprintf(file, ", hostname: %s", plan_endpoint_label(service, j).text);
		fputs("}\n", file);
	}
}

static void
compact_service(FILE *file, const struct bench_service *service)
{
	fprintf(file, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: ns-%u}\n"
	    "spec: {clusterIP: %s, ports: [{name: http, port: %d}]}\n",
	    service->name, service->space,
	    service->headless ? "None" : plan_dotted(service->address).text, PLAN_PORT);
	for (uint32_t j = 0; j < service->endpoint_count; j = slice_end(service, j))
		compact_slice(file, service, j);
}

/*
 * The fields that only the API server writes: nobody's names depend on them, but they are there
 * to read.
 */
static void
kubectl_meta(FILE *file, const struct bench_service *service, const char *kind, uint32_t suffix)
{
	fprintf(file, "    creationTimestamp: " STAMP "\n");
	fprintf(file, "    labels:\n      app.kubernetes.io/name: %s\n"
	    "      app.kubernetes.io/part-of: bench\n", service->name);
	if (kind[0] == 'E')
		fprintf(file, "      endpointslice.kubernetes.io/managed-by: bench\n"
		    "      kubernetes.io/service-name: %s\n    name: %s-%u\n", service->name,
		    service->name, suffix);
	else
		fprintf(file, "    name: %s\n", service->name);
	fprintf(file, "    namespace: ns-%u\n", service->space);
	if (kind[0] == 'E')
		fprintf(file, "    ownerReferences:\n    - apiVersion: v1\n"
		    "      blockOwnerDeletion: true\n      controller: true\n      kind: Service\n"
		    "      name: %s\n      uid: 5f0c6a5e-0000-4000-8000-%012" PRIx32 "\n",
		    service->name, service->address + service->number);
	fprintf(file, "    resourceVersion: \"%" PRIu32 "\"\n"
	    "    uid: 5f0c6a5e-%04x-4000-8000-%012" PRIx32 "\n",
	    100000 + service->number, suffix + (kind[0] == 'E'),
	    service->address + service->number);
}

static void
kubectl_endpoint(FILE *file, const struct bench_service *service, uint32_t j)
{
	fprintf(file, "  - addresses:\n    - %s\n    conditions:\n      ready: true\n"
	    "      serving: true\n      terminating: false\n",
	    plan_dotted(plan_endpoint(service, j)).text);
	if (service->headless)
		fprintf(file, "    hostname: %s\n", plan_endpoint_label(service, j).text);
	fprintf(file, "    nodeName: node-%u\n    targetRef:\n      kind: Pod\n      name: %s-%u\n"
	    "      namespace: ns-%u\n      uid: 8a1b2c3d-0000-4000-8000-%012" PRIx32 "\n"
	    "    zone: zone-%u\n", j % 50, service->name, j, service->space,
	    plan_endpoint(service, j), j % 3);
}

static void
kubectl_slice(FILE *file, const struct bench_service *service, uint32_t from)
{
	fputs("- addressType: IPv4\n  apiVersion: discovery.k8s.io/v1\n  endpoints:\n", file);
	for (uint32_t j = from; j < slice_end(service, from); j++)
		kubectl_endpoint(file, service, j);
	fputs("  kind: EndpointSlice\n  metadata:\n", file);
	kubectl_meta(file, service, "EndpointSlice", from / SLICE_MAX);
	fprintf(file, "  ports:\n  - name: http\n    port: %d\n    protocol: TCP\n",
	    PLAN_TARGET_PORT);
}

/*
 * Without the selector: the endpoints are the ones stated here, and the Pods themselves are not
 * dumped.
 */
static void
kubectl_service(FILE *file, const struct bench_service *service)
{
	const char *address = service->headless ? "None" : plan_dotted(service->address).text;

	fputs("- apiVersion: v1\n  kind: Service\n  metadata:\n", file);
	kubectl_meta(file, service, "Service", 0);
	fprintf(file, "  spec:\n    clusterIP: %s\n    clusterIPs:\n    - %s\n"
	    "    internalTrafficPolicy: Cluster\n    ipFamilies:\n    - IPv4\n"
	    "    ipFamilyPolicy: SingleStack\n    ports:\n    - name: http\n      port: %d\n"
	    "      protocol: TCP\n      targetPort: %d\n    sessionAffinity: None\n"
	    "    type: ClusterIP\n  status:\n    loadBalancer: {}\n",
	    address, address, PLAN_PORT, PLAN_TARGET_PORT);
	for (uint32_t j = 0; j < service->endpoint_count; j = slice_end(service, j))
		kubectl_slice(file, service, j);
}

static bool
part_is_changed(const struct bench_plan *plan, uint32_t part)
{
	struct bench_service service;
	uint32_t at = 0;

	while (plan_walk(plan, part, (uint32_t)plan->files, &at, &service))
		if (service.changed)
			return true;
	return false;
}

static void
write_parts(const struct bench_plan *plan, const char *folder, bool only_changed,
    const char *begin, const char *end, write_service_fn *write_service)
{
	for (uint32_t part = 0; part < plan->files; part++) {
		struct bench_service service;
		uint32_t at = 0;
		char name[32];
		FILE *file;

		if (only_changed && !part_is_changed(plan, part))
			continue;
		(void)snprintf(name, sizeof(name), "world-%05u.yaml", part);
		file = bench_create(folder, name);
		fputs(begin, file);
		while (plan_walk(plan, part, (uint32_t)plan->files, &at, &service))
			write_service(file, &service);
		fputs(end, file);
		bench_close(file);
	}
}

void
formats_rollcall(const struct bench_plan *plan, const char *folder, bool only_changed)
{
	write_parts(plan, folder, only_changed, "", "", compact_service);
}

void
formats_kubectl(const struct bench_plan *plan, const char *folder, bool only_changed)
{
	write_parts(plan, folder, only_changed, "apiVersion: v1\nitems:\n",
	    "kind: List\nmetadata:\n  resourceVersion: \"\"\n", kubectl_service);
}
