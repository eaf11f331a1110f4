/* site.c - the page at "/": one file built into the program. */
#include "ops/site.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ops/visit.h"

/* src/ops/page/ joined by src/ops/page/join: `page`, its octets with a 0 behind them. */
static const char page[] = {
#include "ops/site_text.inc"
};

struct site {
	struct strbuf policy;
	char tag[32];
};

/* 'sha256-...' of what stands between the two, as CSP level 3 has it. */
static void
add_hash(struct strbuf *policy, const char *begin, const char *end)
{
	const char *from = strstr(page, begin);
	const char *to = from == NULL ? NULL : strstr(from, end);
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];

	if (to == NULL)
		return;
	from += strlen(begin);
	crypto_hash_sha256(hash, (const unsigned char *)from, (size_t)(to - from));
	sodium_bin2base64(text, sizeof(text), hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL);
	strbuf_addf(policy, " 'sha256-%s'", text);
}

/* Its own style and script, the picture in its tab, and questions to where it came from. */
static void
write_policy(struct strbuf *policy)
{
	strbuf_add(policy, "default-src 'none'; style-src");
	add_hash(policy, "<style>", "</style>");
	strbuf_add(policy, "; script-src");
	add_hash(policy, "<script>", "</script>");
	strbuf_add(policy, "; img-src data:; connect-src 'self'; base-uri 'none'; "
	    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
	    "trusted-types 'none'");
}

static void
write_tag(char tag[32])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * 8 + 1];

	crypto_hash_sha256(hash, (const unsigned char *)page, sizeof(page) - 1);
	sodium_bin2hex(hex, sizeof(hex), hash, 8);
	(void)snprintf(tag, 32, "\"%s\"", hex);
}

struct site *
site_new(void)
{
	struct site *site = malloc(sizeof(*site));

	if (site == NULL)
		return NULL;
	site->policy = (struct strbuf)STRBUF_INIT;
	write_policy(&site->policy);
	write_tag(site->tag);
	if (site->policy.err != 0) {
		site_free(site);
		return NULL;
	}
	return site;
}

void
site_free(struct site *site)
{
	if (site == NULL)
		return;
	strbuf_release(&site->policy);
	free(site);
}

void
site_show(const struct site *site, struct visit *visit)
{
	const char *known = visit_header(visit, "If-None-Match");

	visit_set_header(visit, "Cache-Control", "no-cache");
	visit_set_header(visit, "ETag", site->tag);
	visit_set_header(visit, "Content-Security-Policy", site->policy.text);
	visit_set_header(visit, "X-Content-Type-Options", "nosniff");
	visit_set_header(visit, "Referrer-Policy", "no-referrer");
	if (known != NULL && strcmp(known, site->tag) == 0)
		visit_reply(visit, 304, "text/html; charset=utf-8", "", 0);
	else
		visit_reply(visit, 200, "text/html; charset=utf-8", page, sizeof(page) - 1);
}
