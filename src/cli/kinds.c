/* kinds.c - the kinds of objects and the names that people call them by. */
#include "cli/kinds.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/client.h"

static const struct kind kinds[] = {
	{ "Pod", "pods", "pod", "po", "v1", "pod", true, true },
	{ "Service", "services", "service", "svc", "v1", "service", true, true },
	{ "Endpoints", "endpoints", "endpoints", "ep", "v1", "endpoints", true, false },
	{ "EndpointSlice", "endpointslices", "endpointslice", NULL, "discovery.k8s.io/v1",
	  "endpointslice.discovery.k8s.io", true, false },
	{ "Namespace", "namespaces", "namespace", "ns", "v1", "namespace", false, false },
	{ "Ingress", "ingresses", "ingress", "ing", "networking.k8s.io/v1",
	  "ingress.networking.k8s.io", true, false },
	{ "Event", "events", "event", "ev", "v1", "event", true, false },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const struct kind *
kind_at(size_t i)
{
	return i < KIND_COUNT ? &kinds[i] : NULL;
}

/* "endpointslices.v1.discovery.k8s.io" without what is behind its first dot, if that is right. */
static bool
suffix_fits(const struct kind *kind, const char *suffix)
{
	const char *group = strchr(kind->version, '/') != NULL ? kind->version : "";
	size_t len = strcspn(group, "/");

	if (*suffix == '\0')
		return true;
	suffix++;
	if (strncmp(suffix, "v1.", 3) == 0)
		suffix += 3;
	else if (strncmp(suffix, "v1beta1.", 8) == 0)
		suffix += 8;
	return strlen(suffix) == len && strncasecmp(suffix, group, len) == 0;
}

static bool
is_called(const char *name, size_t len, const char *called)
{
	return called != NULL && strlen(called) == len && strncasecmp(name, called, len) == 0;
}

const struct kind *
kind_find(const char *name, const char **closest)
{
	const char *names[KIND_COUNT * 3 + 1];
	size_t len = strcspn(name, "."), count = 0;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct kind *kind = &kinds[i];

		if ((is_called(name, len, kind->plural) || is_called(name, len, kind->singular) ||
		    is_called(name, len, kind->letters)) && suffix_fits(kind, name + len))
			return kind;
		names[count++] = kind->plural;
		names[count++] = kind->singular;
		if (kind->letters != NULL)
			names[count++] = kind->letters;
	}
	*closest = text_closest(name, names, count);
	return NULL;
}

const struct kind *
kind_of_manifest(const char *api_version, const char *kind)
{
	size_t len = strcspn(api_version, "/");

	for (size_t i = 0; i < KIND_COUNT; i++) {
		const char *version = kinds[i].version;
		bool same_group = strchr(version, '/') == NULL
		    ? strcmp(api_version, version) == 0
		    : strncmp(version, api_version, len + 1) == 0 && api_version[len] == '/';

		if (same_group && strcmp(kinds[i].kind, kind) == 0)
			return &kinds[i];
	}
	return NULL;
}

const char *
kind_name_fault(const char *name)
{
	if (*name == '\0')
		return "may not be empty";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "may not be '.' or '..'";
	return strpbrk(name, "/%") != NULL ? "may not contain '/' or '%'" : NULL;
}

void
kind_path(struct strbuf *path, const struct kind *kind, const char *namespace, const char *name)
{
	strbuf_addf(path, "/%s/%s", strchr(kind->version, '/') == NULL ? "api" : "apis",
	    kind->version);
	if (kind->namespaced && namespace != NULL) {
		strbuf_add(path, "/namespaces/");
		client_escape(path, namespace);
	}
	strbuf_addf(path, "/%s", kind->plural);
	if (name != NULL) {
		strbuf_add(path, "/");
		client_escape(path, name);
	}
}
