/* spec_words.c - what is to be probed, by a word. */
#include "cli/spec_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DNS_A 1

/* The schemes; port 0: it must be stated. */
static const struct {
	const char *scheme;
	enum probe_engine engine;
	bool https;
	uint16_t port;
} schemes[] = {
	{ "http://", ENGINE_HTTP, false, 80 },
	{ "https://", ENGINE_HTTP, true, 443 },
	{ "tcp://", ENGINE_TCP, false, 0 },
	{ "grpc://", ENGINE_GRPC, false, 0 },
	{ "dns://", ENGINE_DNS, false, 53 },
	{ "exec:", ENGINE_EXEC, false, 0 },
};
#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

/* Types that are asked for by name; others as TYPE65. */
static const struct {
	const char *name;
	uint16_t type;
} types[] = {
	{ "A", 1 }, { "NS", 2 }, { "CNAME", 5 }, { "SOA", 6 }, { "PTR", 12 }, { "MX", 15 },
	{ "TXT", 16 }, { "AAAA", 28 }, { "SRV", 33 },
};

static size_t
scheme_of(const char *word)
{
	size_t i = 0;

	while (i < SCHEME_COUNT && strncmp(word, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
		i++;
	return i;
}

bool
spec_words_is(const char *word)
{
	return scheme_of(word) < SCHEME_COUNT;
}

/* "HOST", "HOST:PORT", "[V6]", "[V6]:PORT"; false: it is none of them. */
static bool
read_authority(const char *text, size_t len, uint16_t port, struct spec_words *out)
{
	char authority[256];
	char *end, *colon;
	uint64_t number = port;

	if (len == 0 || len >= sizeof(authority))
		return false;
	memcpy(authority, text, len);
	authority[len] = '\0';
	end = authority[0] == '[' ? strchr(authority, ']') : NULL;
	colon = strrchr(end != NULL ? end : authority, ':');
	if (authority[0] == '[' && end == NULL)
		return false;
	if (colon != NULL) {
		*colon = '\0';
		if (!text_to_u64(colon + 1, UINT16_MAX, &number))
			return false;
	}
	if (end != NULL)
		*end = '\0';
	snprintf(out->host, sizeof(out->host), "%s", authority + (end != NULL));
	out->target.port = (uint16_t)number;
	return out->host[0] != '\0' && number > 0;
}

/* NAME[?TYPE] behind dns://HOST/. */
static const char *
read_question(char *path, struct probe_spec *spec)
{
	char *type = strchr(path, '?');
	uint64_t number = 0;

	spec->dns_type = DNS_A;
	if (type != NULL) {
		*type++ = '\0';
		spec->dns_type = 0;
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strcmp(types[i].name, type) == 0)
				spec->dns_type = types[i].type;
		if (strncmp(type, "TYPE", 4) == 0 && text_to_u64(type + 4, UINT16_MAX, &number))
			spec->dns_type = (uint16_t)number;
		if (spec->dns_type == 0)
			return "that is no record type";
	}
	spec->dns_name = *path != '\0' ? path : ".";
	return NULL;
}

static const char *
read_path(enum probe_engine engine, const char *path, struct spec_words *out)
{
	if (strlen(path) >= sizeof(out->path))
		return "its path is too long";
	/* Without the slash for all but HTTP. */
	snprintf(out->path, sizeof(out->path), "%s", engine == ENGINE_HTTP ? path :
	    *path == '/' ? path + 1 : path);
	out->spec.path = out->path[0] != '\0' ? out->path : "/";
	out->spec.grpc_service = out->path;
	if (engine == ENGINE_DNS)
		return read_question(out->path, &out->spec);
	return engine == ENGINE_TCP && out->path[0] != '\0' ? "tcp:// has no path" : NULL;
}

static const char *
read_command(const char *first, char **rest, size_t rest_count, struct spec_words *out)
{
	const char **command = calloc(rest_count + 1, sizeof(*command));
	size_t count = 0;

	if (command == NULL)
		return "there is no memory";
	if (*first != '\0')
		command[count++] = first;
	for (size_t i = 0; i < rest_count; i++)
		command[count++] = rest[i];
	out->spec.command = command;
	out->spec.command_count = count;
	return count == 0 ? "exec: needs a command" : NULL;
}

static void
set_host(enum probe_engine engine, struct spec_words *out)
{
	if (addr_parse(out->host, &out->target.addr) == 0)
		return;
	out->target.addr.family = ADDR_NONE;
	if (engine == ENGINE_HTTP || engine == ENGINE_TCP) {
		/* The engine looks it up; the address is nobody's. */
		out->spec.host = out->host;
		(void)addr_parse("127.0.0.1", &out->target.addr);
	} else {
		out->lookup = true;
	}
}

const char *
spec_words_read(const char *word, char **rest, size_t rest_count, unsigned timeout_ms,
    struct spec_words *out)
{
	size_t scheme = scheme_of(word);
	const char *at, *wrong;
	size_t len;

	memset(out, 0, sizeof(*out));
	if (scheme == SCHEME_COUNT)
		return "it begins with none of http:// https:// tcp:// grpc:// dns:// exec:";
	at = word + strlen(schemes[scheme].scheme);
	snprintf(out->shown, sizeof(out->shown), "%s", word);
	out->spec = (struct probe_spec){ .engine = schemes[scheme].engine, .period_ms = 1000,
		.timeout_ms = timeout_ms, .success_threshold = 1, .failure_threshold = 1,
		.https = schemes[scheme].https, .path = "/", .grpc_service = "", .dns_name = "." };
	out->target = (struct probe_target){ .spec = &out->spec, .trusted = true, .pod_name = "",
		.ns = "" };
	if (out->spec.engine == ENGINE_EXEC)
		return read_command(at, rest, rest_count, out);
	if (rest_count > 0)
		return "only exec: takes more words";
	len = strcspn(at, "/");
	if (!read_authority(at, len, schemes[scheme].port, out))
		return "it names no HOST:PORT";
	wrong = read_path(out->spec.engine, at + len, out);
	out->spec.port.number = out->target.port;
	set_host(out->spec.engine, out);
	return wrong;
}

void
spec_words_release(struct spec_words *words)
{
	free(words->spec.command);
	words->spec.command = NULL;
}
