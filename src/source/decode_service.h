/* decode_service.h - a Service as written, between its table and its rules.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_DECODE_SERVICE_H
#define ROLLCALL_SOURCE_DECODE_SERVICE_H
#include "model/service.h"
#include "source/decode_meta.h"
#include "source/field.h"

struct doc_node;

struct stated_ingress {
	const char *ip;
	const char *hostname;
};

struct stated_service {
	struct stated_meta meta;        /* first */
	struct service service;         /* with room for two cluster_ips, but without `extra` */
	struct service_extra extra;
	const char *cluster_ip;
	const char **cluster_ips;
	size_t cluster_ip_count;
	const char **families;
	size_t family_count;
	const char **source_ranges;
	size_t source_range_count;
	uint32_t timeout_s;             /* sessionAffinityConfig.clientIP.timeoutSeconds */
	struct stated_ingress *ingress;
	size_t ingress_count;
	uint8_t distribution;
};

/* The rules over several fields of spec, and what follows from them; errors are said at path "". */
void decode_service_check(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated);
#endif
