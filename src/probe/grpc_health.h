/*
 * grpc_health.h - the two messages of grpc.health.v1.Health/Check, one field each, and the five
 * octets that gRPC puts before a message.  Thread: any; pure.
 */
#ifndef ROLLCALL_PROBE_GRPC_HEALTH_H
#define ROLLCALL_PROBE_GRPC_HEALTH_H
#include <stddef.h>

#include "base/strbuf.h"

/* HealthCheckResponse.ServingStatus */
enum grpc_serving {
	GRPC_UNKNOWN = 0,
	GRPC_SERVING = 1,
	GRPC_NOT_SERVING = 2,
	GRPC_SERVICE_UNKNOWN = 3,
};

/* More than any HealthCheckResponse needs, unknown fields included. */
#define GRPC_HEALTH_MAX 1024

/* Add a framed HealthCheckRequest for `service` ("": the server as a whole). */
void grpc_health_add_request(struct strbuf *out, const char *service);

/*
 * Read one framed HealthCheckResponse, which is all of `data`.  The status may be one that we
 * do not know. ERR_SYNTAX: it is none, is cut short, or compressed.
 */
int grpc_health_read_response(const void *data, size_t len, int *status);
#endif
