/*
 * bench_plan.h - the one world of the benchmarks: which Services there are, and where.
 *
 * Everything is computed from the numbers below, nothing is kept: each writer of a format walks
 * the same Services.  ClusterIP Services live in 10.96.0.0/12, endpoints in 10.128.0.0/9.  A
 * changed Service has all its addresses in the other half of its network.
 */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_PLAN_H
#define ROLLCALL_TESTS_BENCH_BENCH_PLAN_H
#include <stdbool.h>
#include <stdint.h>

#define PLAN_DOMAIN "cluster.local"
#define PLAN_TTL 5
#define PLAN_PORT 80            /* of a ClusterIP Service; the one port is named http */
#define PLAN_TARGET_PORT 8080   /* of every endpoint */
#define PLAN_SERVICES_MAX 400000U
#define PLAN_ENDPOINTS_MAX 4000000U

struct bench_plan {
	uint64_t services;      /* with a ClusterIP */
	uint64_t headless;
	uint64_t pods;          /* endpoints of each headless Service; they have hostnames */
	uint64_t endpoints;     /* of each ClusterIP Service; they have none */
	uint64_t namespaces;
	uint64_t files;         /* of manifests */
	uint64_t changed;       /* this many Services have moved, those with ClusterIPs first */
	uint64_t serial;        /* of the zones' SOA */
	int words;              /* names of many lengths instead of svc-N */
};

struct bench_service {
	bool headless;
	bool changed;
	uint32_t number;        /* among its kind */
	uint32_t space;         /* namespace ns-N */
	uint32_t address;       /* host byte order; 0: headless */
	uint32_t first_endpoint;
	uint32_t endpoint_count;
	char name[32];
};

/*
 * PERFORMANCE's world: 100 namespaces, 10,000 ClusterIP Services, 1,000 headless ones with 10
 * Pods each.
 */
struct bench_plan plan_default(void);
/* Ends the program where the networks or the names do not hold it. */
void plan_check(const struct bench_plan *plan);

/* Services are 0 to plan_count - 1, those with a ClusterIP first. */
uint32_t plan_count(const struct bench_plan *plan);
void plan_service(const struct bench_plan *plan, uint32_t i, struct bench_service *service);
/*
 * Walks by file, and inside by namespace: starts with *at = 0, false at the end.  `part` of
 * `parts`, which have about as many of each kind.
 */
bool plan_walk(const struct bench_plan *plan, uint32_t part, uint32_t parts, uint32_t *at,
    struct bench_service *service);

uint32_t plan_endpoint(const struct bench_service *service, uint32_t j);
/* SRV: 100 shared by all records of the answer (DNS.md 3). */
unsigned plan_weight(const struct bench_service *service);

/* "10.1.2.3", "10-1-2-3", "3.2.1.10". */
struct plan_text {
	char text[64];
};
struct plan_text plan_dotted(uint32_t address);
struct plan_text plan_dashed(uint32_t address);
struct plan_text plan_reversed(uint32_t address);
/* The one label of the j-th endpoint below its Service. */
struct plan_text plan_endpoint_label(const struct bench_service *service, uint32_t j);
#endif
