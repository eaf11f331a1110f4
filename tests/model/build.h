/* build.h - small objects for tests of the model; each digest follows from the arguments. */
#ifndef ROLLCALL_TESTS_MODEL_BUILD_H
#define ROLLCALL_TESTS_MODEL_BUILD_H
#include "base/arena.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"

struct addr build_addr(const char *text);
/* "key=value,key=value", sorted here. */
struct pairs build_pairs(struct arena *arena, const char *text);

/* A ClusterIP Service; selector "" is none.  A Pod with addresses "10.0.0.1,2001:db8::1". */
struct service *build_service(const char *ns, const char *name, const char *selector);
struct pod *build_pod(const char *ns, const char *name, const char *labels, const char *ips);
/*
 * An EndpointSlice (or Endpoints) of one part without ports; its endpoints have the
 * addresses.
 */
struct slice *build_slice(enum object_kind kind, const char *ns, const char *name,
    const char *service, const char *ips);
struct object *build_namespace(const char *name);
/* An Ingress that states nothing. */
struct object *build_ingress(const char *ns, const char *name);

/* spec.ports[]: target 0 and target_name NULL: as port. */
void build_port(struct service *service, const char *name, enum protocol protocol, uint16_t port,
    uint16_t target, const char *target_name);
/*
 * A container with one port (0: none) and an optional probe of each kind in `probes` ("r",
 * "sl", ...).
 */
void build_container(struct pod *pod, const char *name, const char *port_name, uint16_t port,
    const char *probes);
void build_slice_port(struct slice *slice, const char *name, uint16_t port);

/* Another digest: the object says something else now. */
void build_change(struct object *object, unsigned salt);
void build_place(struct object *object, const char *file, unsigned line);
#endif
