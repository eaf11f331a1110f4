/* bench_formats.h - the writers of the benchmark's world, one for each server's format. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_FORMATS_H
#define ROLLCALL_TESTS_BENCH_BENCH_FORMATS_H
#include "tests/bench/bench_plan.h"

/*
 * world-N.yaml in flow style, plan->files of them; with only_changed those that hold a changed
 * Service.
 */
void formats_rollcall(const struct bench_plan *plan, const char *folder, bool only_changed);
/* The same objects as `kubectl get services,endpointslices -A -o yaml` shows them. */
void formats_kubectl(const struct bench_plan *plan, const char *folder, bool only_changed);

/* cluster.local and 10.in-addr.arpa, master files. */
void formats_zone(const struct bench_plan *plan, const char *folder);
/* The same and a Corefile that serves them on 127.0.0.1:$PORT. */
void formats_corefile(const struct bench_plan *plan, const char *folder);
/* unbound.conf, to be included by the clause `server:`. */
void formats_unbound(const struct bench_plan *plan, const char *folder);
/*
 * dnsmasq.conf and the hosts it names; SRV records are searched one by one, so there is a world
 * without.
 */
void formats_dnsmasq(const struct bench_plan *plan, const char *folder, bool srv);
/* knotc and unbound-control: what changes the world of --changed 0 into this one. */
void formats_control(const struct bench_plan *plan, const char *folder);

/*
 * queries: one step of the load a line, `name type rcode answers [digest of the answers]`;
 * without srv for the world of dnsmasq that has none.
 */
void formats_queries(const struct bench_plan *plan, const char *folder, uint64_t steps,
    uint64_t seed, bool srv);
#endif
