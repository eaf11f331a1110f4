/* test_url.c - paths become request targets, and redirects lead where RFC 3986 says. */
#include "base/err.h"
#include "probe/url.h"
#include "tests/suite.h"

static const struct {
	const char *path;
	const char *target;
} targets[] = {
	{ "/", "/" },
	{ "", "/" },
	{ "healthz", "/healthz" },
	{ "/healthz?full=1&x=%20", "/healthz?full=1&x=%20" },
	{ "/healthz?", "/healthz?" },
	{ "/a#fragment", "/a" },
	{ "/a?b#fragment", "/a?b" },
	{ "/a b\"<>", "/a%20b%22%3C%3E" },
	{ "/caf\303\251", "/caf%C3%A9" },
	{ "/a%2Fb", "/a%2Fb" },
	{ "/a%zz?x#y", "/a%25zz%3Fx%23y" },
	{ "/a%", "/a%25" },
	{ "/a\r\nEvil: yes", "/a%0D%0AEvil:%20yes" },
	{ "/a?x y\177", "/a%3Fx%20y%7F" },
	{ "/a?x y\303\251", "/a?x%20y%C3%A9" },
	{ "http://elsewhere:1/p?q", "/p?q" },
	{ "//elsewhere/p", "/p" },
	{ "a:b/c", "/a:b/c" },
	{ "/a:b;c@d/[e]", "/a:b;c@d/[e]" },
};

START_TEST(a_path_becomes_a_request_target)
{
	struct strbuf out = STRBUF_INIT;

	url_add_target(&out, targets[_i].path);
	ck_assert_str_eq(out.text, targets[_i].target);
	strbuf_release(&out);
}
END_TEST

/* base: http, host "h", port 8080, target "/b/c/d;p?q" (RFC 3986, 5.4) */
static const struct {
	const char *location;
	int err;
	const char *host;
	uint16_t port;
	const char *target;
	bool https;
	bool scheme_stated;
} redirects[] = {
	{ "g", 0, "h", 8080, "/b/c/g", false, false },
	{ "./g", 0, "h", 8080, "/b/c/g", false, false },
	{ "g/", 0, "h", 8080, "/b/c/g/", false, false },
	{ "/g", 0, "h", 8080, "/g", false, false },
	{ "//g", 0, "g", 80, "/", false, false },
	{ "?y", 0, "h", 8080, "/b/c/d;p?y", false, false },
	{ "g?y", 0, "h", 8080, "/b/c/g?y", false, false },
	{ "#s", 0, "h", 8080, "/b/c/d;p?q", false, false },
	{ "", 0, "h", 8080, "/b/c/d;p?q", false, false },
	{ ".", 0, "h", 8080, "/b/c/", false, false },
	{ "./", 0, "h", 8080, "/b/c/", false, false },
	{ "..", 0, "h", 8080, "/b/", false, false },
	{ "../g", 0, "h", 8080, "/b/g", false, false },
	{ "../..", 0, "h", 8080, "/", false, false },
	{ "../../../g", 0, "h", 8080, "/g", false, false },
	{ "/./g/../x/.", 0, "h", 8080, "/x/", false, false },
	{ "g.", 0, "h", 8080, "/b/c/g.", false, false },
	{ "..g", 0, "h", 8080, "/b/c/..g", false, false },
	{ "g?y/../x", 0, "h", 8080, "/b/c/g?y/../x", false, false },
	{ "/a b", 0, "h", 8080, "/a%20b", false, false },
	{ "http://h", 0, "h", 80, "/", false, true },
	{ "https://h/x", 0, "h", 443, "/x", true, true },
	{ "HTTPS://other:8443/x?y#z", 0, "other", 8443, "/x?y", true, true },
	{ "http://user:pass@h:81/", 0, "h", 81, "/", false, true },
	{ "http://[fd00::1]:82/", 0, "fd00::1", 82, "/", false, true },
	{ "http://[fd00::1]/", 0, "fd00::1", 80, "/", false, true },
	{ "http://h:/", 0, "h", 80, "/", false, true },
	{ "ftp://h/", ERR_INVALID, NULL, 0, NULL, false, false },
	{ "javascript:alert(1)", ERR_INVALID, NULL, 0, NULL, false, false },
	{ "http:g", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://:80/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://h:0/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://h:65536/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://h:999999999/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://h:x/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://[fd00::1/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "http://[fd00::1]x/", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "/%zz", ERR_SYNTAX, NULL, 0, NULL, false, false },
	{ "/\001", ERR_SYNTAX, NULL, 0, NULL, false, false },
};

START_TEST(a_redirect_leads_where_the_rfc_says)
{
	const struct url base = { .host = (char *)"h", .port = 8080, .target =
	    (char *)"/b/c/d;p?q" };
	struct url url = { 0 };

	ck_assert_int_eq(url_resolve(&base, redirects[_i].location, &url), redirects[_i].err);
	ck_assert_pstr_eq(url.host, redirects[_i].host);
	ck_assert_pstr_eq(url.target, redirects[_i].target);
	ck_assert_uint_eq(url.port, redirects[_i].port);
	ck_assert_int_eq(url.https, redirects[_i].https);
	ck_assert_int_eq(url.scheme_stated, redirects[_i].scheme_stated);
	url_release(&url);
}
END_TEST

START_TEST(hosts_are_the_same_by_name_or_address)
{
	ck_assert(url_same_host("Web.test", "web.TEST"));
	ck_assert(url_same_host("fd00::1", "fd00:0::1"));
	ck_assert(!url_same_host("10.0.0.1", "10.0.0.10"));
	ck_assert(!url_same_host("web.test", "web.test.evil"));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("url");
	TCase *tc = tcase_create("url");

	tcase_add_loop_test(tc, a_path_becomes_a_request_target, 0,
	    sizeof(targets) / sizeof(targets[0]));
	tcase_add_loop_test(tc, a_redirect_leads_where_the_rfc_says, 0,
	    sizeof(redirects) / sizeof(redirects[0]));
	tcase_add_test(tc, hosts_are_the_same_by_name_or_address);
	suite_add_tcase(s, tc);
	return s;
}
