/* bench_plan.c - the one world of the benchmarks: which Services there are, and where. */
#include "tests/bench/bench_plan.h"

#include <stdio.h>

#include "tests/bench/bench_base.h"

#define SERVICE_NETWORK 0x0A600000U     /* 10.96.0.0/12 */
#define SERVICE_FIRST 256U              /* below are addresses that clusters keep for themselves */
#define SERVICE_MOVED 0x80000U
#define POD_NETWORK 0x0A800000U         /* 10.128.0.0/9 */
#define POD_MOVED 0x400000U

/* Names as they are: from one letter to what a team agreed upon. */
static const char *const words[] = {
	"api", "web", "db", "cart", "payments", "auth-proxy", "q", "frontend",
	"user-profile", "search", "ingest", "mail", "recommender", "redis", "gw", "session-store",
};

struct bench_plan
plan_default(void)
{
	return (struct bench_plan){ .services = 10000, .headless = 1000, .pods = 10,
		.namespaces = 100, .files = 100, .serial = 1 };
}

void
plan_check(const struct bench_plan *plan)
{
	if (plan->services > PLAN_SERVICES_MAX || plan->headless > PLAN_SERVICES_MAX)
		bench_fail("at most %u Services of a kind", PLAN_SERVICES_MAX);
	if (plan->pods > PLAN_ENDPOINTS_MAX || plan->endpoints > PLAN_ENDPOINTS_MAX ||
	    plan->services * plan->endpoints + plan->headless * plan->pods > PLAN_ENDPOINTS_MAX)
		bench_fail("at most %u endpoints", PLAN_ENDPOINTS_MAX);
	if (plan->namespaces == 0 || plan->files == 0 || plan->services + plan->headless == 0)
		bench_fail("without namespaces, files or Services there is no world");
}

uint32_t
plan_count(const struct bench_plan *plan)
{
	return (uint32_t)(plan->services + plan->headless);
}

void
plan_service(const struct bench_plan *plan, uint32_t i, struct bench_service *service)
{
	bool headless = i >= plan->services;
	uint64_t number = headless ? i - plan->services : i;
	uint64_t of = headless ? plan->headless : plan->services;
	uint64_t first = headless ? plan->services * plan->endpoints + number * plan->pods :
	    number * plan->endpoints;

	*service = (struct bench_service){ .headless = headless, .changed = i < plan->changed,
		.number = (uint32_t)number,
		.space = (uint32_t)(number * plan->namespaces / of),
		.first_endpoint = POD_NETWORK + (uint32_t)first,
		.endpoint_count = (uint32_t)(headless ? plan->pods : plan->endpoints) };
	if (!headless)
		service->address = SERVICE_NETWORK + SERVICE_FIRST + service->number;
	if (service->changed) {
		service->address += headless ? 0 : SERVICE_MOVED;
		service->first_endpoint += POD_MOVED;
	}
	(void)snprintf(service->name, sizeof(service->name), "%s-%u", plan->words != 0 ?
	    words[number % (sizeof(words) / sizeof(words[0]))] : headless ? "hl" : "svc",
	    i);
}

/* The first of `of` things that belongs to a part. */
static uint32_t
part_begin(uint64_t of, uint32_t part, uint32_t parts)
{
	return (uint32_t)(of * part / parts);
}

bool
plan_walk(const struct bench_plan *plan, uint32_t part, uint32_t parts, uint32_t *at,
    struct bench_service *service)
{
	uint32_t begin = part_begin(plan->services, part, parts);
	uint32_t end = part_begin(plan->services, part + 1, parts);
	uint32_t headless_begin = part_begin(plan->headless, part, parts);
	uint32_t headless_end = part_begin(plan->headless, part + 1, parts);

	if (*at < end - begin)
		plan_service(plan, begin + *at, service);
	else if (*at - (end - begin) < headless_end - headless_begin)
		plan_service(plan, (uint32_t)plan->services + headless_begin + *at - (end - begin),
		    service);
	else
		return false;
	(*at)++;
	return true;
}

uint32_t
plan_endpoint(const struct bench_service *service, uint32_t j)
{
	return service->first_endpoint + j;
}

unsigned
plan_weight(const struct bench_service *service)
{
	unsigned of = service->headless ? service->endpoint_count : 1;

	return of == 0 || of > 100 ? 1 : 100 / of;
}

static struct plan_text
joined(unsigned a, unsigned b, unsigned c, unsigned d, char by)
{
	struct plan_text out;

	(void)snprintf(out.text, sizeof(out.text), "%u%c%u%c%u%c%u", a, by, b, by, c, by, d);
	return out;
}

struct plan_text
plan_dotted(uint32_t address)
{
	return joined(address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, '.');
}

struct plan_text
plan_dashed(uint32_t address)
{
	return joined(address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, '-');
}

struct plan_text
plan_reversed(uint32_t address)
{
	return joined(address & 255, address >> 8 & 255, address >> 16 & 255, address >> 24, '.');
}

struct plan_text
plan_endpoint_label(const struct bench_service *service, uint32_t j)
{
	struct plan_text out;

	if (!service->headless)
		return plan_dashed(plan_endpoint(service, j));
	(void)snprintf(out.text, sizeof(out.text), "%s-%u", service->name, j);
	return out;
}
