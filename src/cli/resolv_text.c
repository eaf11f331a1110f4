/* resolv_text.c - what resolvers of a host are told, and are to be told. */
#include "cli/resolv_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define NDOTS 5
#define NDOTS_MAX 15
#define LINE_MAX_OCTETS 4096

/* ---- to be told ---- */

void
resolv_text_plain(const struct resolv_wish *wish, struct strbuf *out)
{
	char text[ADDR_TEXT_SIZE];

	strbuf_addf(out, "nameserver %s\n", addr_text(&wish->dns.addr, text));
	strbuf_addf(out, "search %s.svc.%s svc.%s %s\n", wish->ns, wish->domain, wish->domain,
	    wish->domain);
	strbuf_addf(out, "options ndots:%d\n", NDOTS);
}

/* "127.0.0.1", or with its port. */
static const char *
server_text(const struct addr_port *dns, char text[ADDR_PORT_TEXT_SIZE])
{
	return dns->port == 53 ? addr_text(&dns->addr, text) : addr_port_text(dns, text);
}

void
resolv_text_resolved(const struct resolv_wish *wish, struct strbuf *out)
{
	char text[ADDR_PORT_TEXT_SIZE];

	strbuf_add(out, "[Resolve]\n");
	strbuf_addf(out, "DNS=%s\n", server_text(&wish->dns, text));
	/* The first three complete single labels; ~ sends all names of the domain to us. */
	strbuf_addf(out, "Domains=%s.svc.%s svc.%s %s ~%s\n", wish->ns, wish->domain, wish->domain,
	    wish->domain, wish->domain);
}

void
resolv_text_dnsmasq(const struct resolv_wish *wish, struct strbuf *out)
{
	char text[ADDR_TEXT_SIZE];

	strbuf_addf(out, "server=/%s/%s#%u\n", wish->domain, addr_text(&wish->dns.addr, text),
	    wish->dns.port);
}

/* ---- lines and words ---- */

/* The next line into buf, without its end and what is behind #; false: there is none. */
static bool
next_line(const char **text, char *buf, size_t size, const char *comments)
{
	size_t len = strcspn(*text, "\n");
	size_t kept = len < size - 1 ? len : size - 1;

	if (**text == '\0')
		return false;
	memcpy(buf, *text, kept);
	buf[kept] = '\0';
	buf[strcspn(buf, comments)] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* ---- nsswitch.conf ---- */

static bool
is_hosts(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return strncmp(line, "hosts:", 6) == 0;
}

void
resolv_text_nsswitch(const char *text, struct strbuf *out)
{
	bool found = false;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t whole = len + (text[len] == '\n');

		if (is_hosts(text)) {
			strbuf_add(out, "hosts: files dns\n");
			found = true;
		} else {
			strbuf_add_n(out, text, whole);
			if (whole == len)
				strbuf_add(out, "\n");
		}
		text += whole;
	}
	if (!found)
		strbuf_add(out, "hosts: files dns\n");
}

void
resolv_text_switch(const char *text, struct resolv_switch *out)
{
	char line[LINE_MAX_OCTETS], *rest, *word;
	bool last_mdns = false;

	memset(out, 0, sizeof(*out));
	while (next_line(&text, line, sizeof(line), "#")) {
		if (!is_hosts(line))
			continue;
		(void)strtok_r(line, ":", &rest);
		while ((word = strtok_r(NULL, " \t", &rest)) != NULL && !out->dns) {
			if (last_mdns && strstr(word, "NOTFOUND=return") != NULL)
				out->mdns_ends = true;
			last_mdns = strncmp(word, "mdns", 4) == 0 && strstr(word, "_minimal") == NULL;
			out->mdns |= strncmp(word, "mdns", 4) == 0;
			out->resolve |= strcmp(word, "resolve") == 0;
			out->dns |= strcmp(word, "dns") == 0;
		}
	}
}

/* ---- resolv.conf ---- */

static void
read_search(char *rest, struct resolv_told *out)
{
	char *word;

	/* The last line counts (resolv.conf(5)). */
	out->search_count = 0;
	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
		if (out->search_count < RESOLV_SEARCH_MAX)
			snprintf(out->search[out->search_count++], sizeof(out->search[0]), "%s", word);
}

static void
read_options(char *rest, struct resolv_told *out)
{
	char *word;

	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
		if (strncmp(word, "ndots:", 6) == 0) {
			unsigned long ndots = strtoul(word + 6, NULL, 10);

			out->ndots = ndots > NDOTS_MAX ? NDOTS_MAX : (unsigned)ndots;
		}
}

void
resolv_text_read(const char *text, struct resolv_told *out)
{
	char line[LINE_MAX_OCTETS], *rest, *word;

	memset(out, 0, sizeof(*out));
	out->ndots = 1;
	while (next_line(&text, line, sizeof(line), "#;")) {
		word = strtok_r(line, " \t", &rest);
		if (word == NULL)
			continue;
		if (strcmp(word, "nameserver") == 0) {
			word = strtok_r(NULL, " \t", &rest);
			if (word != NULL && out->server_count < RESOLV_SERVERS_MAX &&
			    addr_parse(word, &out->servers[out->server_count]) == 0)
				out->server_count++;
		} else if (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0) {
			read_search(rest, out);
		} else if (strcmp(word, "options") == 0) {
			read_options(rest, out);
		}
	}
}
