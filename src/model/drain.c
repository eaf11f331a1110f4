/* drain.c - endpoints that an operator has taken out. */
#include "model/drain.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/store.h"
#include "model/target.h"

#define SUFFIX "/drained"

static const char *
fitting(char *buf, size_t size, int len)
{
	if (len < 0 || (size_t)len >= size)
		*buf = '\0';
	return buf;
}

const char *
drain_write_pod(char *buf, size_t size, const char *ns, const char *pod)
{
	return fitting(buf, size, snprintf(buf, size, "pod/%s/%s/" SUFFIX, ns, pod));
}

const char *
drain_write_endpoint(char *buf, size_t size, const char *ns, const char *service,
    const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	return fitting(buf, size, snprintf(buf, size, "service/%s/%s/%s" SUFFIX, ns, service,
	    addr_text(addr, text)));
}

bool
drain_is_id(const char *id)
{
	size_t len = strlen(id);

	return len > strlen(SUFFIX) && strcmp(id + len - strlen(SUFFIX), SUFFIX) == 0;
}

bool
drain_has_pod(const struct store *store, const struct pod *pod)
{
	char id[TARGET_ID_SIZE];

	return store_count_drained(store) > 0 && store_verdict(store,
	    drain_write_pod(id, sizeof(id), pod->object.ns, pod->object.name)) != NULL;
}

bool
drain_has_endpoint(const struct store *store, const struct service *service,
    const struct addr *addr)
{
	char id[TARGET_ID_SIZE];

	return store_count_drained(store) > 0 && store_verdict(store, drain_write_endpoint(id,
	    sizeof(id), service->object.ns, service->object.name, addr)) != NULL;
}

bool
drain_is_held(const struct store *store, const char *id)
{
	char text[TARGET_ID_SIZE], *ns, *name, *end;

	if (!drain_is_id(id) || strlen(id) >= sizeof(text))
		return false;
	memcpy(text, id, strlen(id) + 1);
	ns = strchr(text, '/') + 1;
	name = strchr(ns, '/');
	end = name == NULL ? NULL : strchr(name + 1, '/');
	if (end == NULL)
		return false;
	*name++ = *end = '\0';
	return strncmp(id, "pod/", 4) == 0 ? store_pod(store, ns, name) != NULL :
	    store_service(store, ns, name) != NULL;
}
