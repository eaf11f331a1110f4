/* kubeconfig.c - what kubectl needs to reach us over TLS. */
#include "daemon/kubeconfig.h"

#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/addr.h"

#define NAME "rollcall"
#define CA_MAX 16384

/* Base64 of the file's octets, as "...-data" fields have them. */
static char *
read_data(const char *path)
{
	unsigned char octets[CA_MAX];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, octets, sizeof(octets));
	char *text = NULL;

	if (fd >= 0)
		(void)close(fd);
	if (len > 0)
		text = malloc(sodium_base64_encoded_len((size_t)len, sodium_base64_VARIANT_ORIGINAL));
	if (text != NULL)
		(void)sodium_bin2base64(text, sodium_base64_encoded_len((size_t)len,
		    sodium_base64_VARIANT_ORIGINAL), octets, (size_t)len,
		    sodium_base64_VARIANT_ORIGINAL);
	return text;
}

char *
kubeconfig_text(const struct addr_port *bound, const char *ca_file, const char *token)
{
	char *ca = read_data(ca_file), *text = NULL;
	char server[ADDR_PORT_TEXT_SIZE + 16], at[ADDR_PORT_TEXT_SIZE];
	struct addr_port where = *bound;
	json_t *config;

	if (ca == NULL)
		return NULL;
	if (addr_is_unspecified(&where.addr))
		(void)addr_parse(where.addr.family == ADDR_IP4 ? "127.0.0.1" : "::1", &where.addr);
	(void)snprintf(server, sizeof(server), "https://%s", addr_port_text(&where, at));
	config = json_pack("{s:s, s:s, s:[{s:s, s:{s:s, s:s}}], s:[{s:s, s:{s:s}}],"
	    " s:[{s:s, s:{s:s, s:s}}], s:s}", "apiVersion", "v1", "kind", "Config",
	    "clusters", "name", NAME, "cluster", "server", server, "certificate-authority-data", ca,
	    "users", "name", NAME, "user", "token", token,
	    "contexts", "name", NAME, "context", "cluster", NAME, "user", NAME,
	    "current-context", NAME);
	if (config != NULL)
		text = json_dumps(config, JSON_COMPACT);
	json_decref(config);
	free(ca);
	return text;
}
