/* pool_port.h - which node ports are taken, by protocol.  Thread: control; pure. */
#ifndef ROLLCALL_MODEL_POOL_PORT_H
#define ROLLCALL_MODEL_POOL_PORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/service.h"

struct pool_port;

/*
 * first..last inclusive; the first min(max(16, size/32), 128) are left to explicit requests
 * while others are free.
 */
struct pool_port *pool_port_new(uint16_t first, uint16_t last);
void pool_port_free(struct pool_port *pool);

/*
 * ERR_EXISTS, ERR_RANGE (unless force), ERR_NOMEM.  `owner` is whoever is known by that pointer,
 * which must stay until all it had is released.  A number has one owner, who may take it
 * for several protocols (TCP and UDP of one Service); what he has already he may take again.
 */
int pool_port_take(struct pool_port *pool, uint16_t port, enum protocol protocol, const void *owner,
    bool force);
/* A number free of all protocols; starts at a random place.  ERR_FULL, ERR_NOMEM. */
int pool_port_allot(struct pool_port *pool, enum protocol protocol, uint64_t random,
    const void *owner, uint16_t *port);
void pool_port_release(struct pool_port *pool, uint16_t port, enum protocol protocol);
/* Whatever the protocol; NULL: nobody. */
const void *pool_port_holder(const struct pool_port *pool, uint16_t port);
/* Numbers taken, for whatever protocol. */
size_t pool_port_taken(const struct pool_port *pool);
#endif
