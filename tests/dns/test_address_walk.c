/* test_address_walk.c - a Service's addresses in order, and when they keep their names. */
#include "dns/address_walk.h"

#include "base/addr.h"
#include "base/strbuf.h"
#include "dns/dns_settings.h"
#include "model/roster.h"
#include "tests/dns/roster_text.h"
#include "tests/suite.h"

/* "10.0.0.1x2*": two answered endpoints at a ClusterIP. */
static void
check_walk(const char *text, const char *expected)
{
	struct roster_entry *entry = text == NULL ? NULL : roster_text(text);
	struct strbuf out = STRBUF_INIT;
	struct address_walk walk;
	char addr[ADDR_TEXT_SIZE];

	strbuf_add(&out, "");
	for (address_walk_start(&walk, entry); walk.addr != NULL; address_walk_step(&walk))
		strbuf_addf(&out, "%s%sx%zu%s", out.len > 0 ? " " : "", addr_text(walk.addr, addr),
		    walk.answered, walk.is_own ? "*" : "");
	ck_assert_str_eq(out.len == 0 ? "" : out.text, expected);
	strbuf_release(&out);
	roster_entry_unref(entry);
}

START_TEST(each_answered_address_comes_once_in_order)
{
	check_walk(NULL, "");
	check_walk("service n/s headless\nep 10.0.0.9 out\n", "");
	check_walk("service n/s headless\nep 10.0.0.2 out\nep 10.0.0.1\nep fd00::1\n"
	    "ep 10.0.0.3 host=a\nep 10.0.0.3 host=b\nep 10.0.0.3 host=c out\nep 10.0.0.4 out\n",
	    "10.0.0.1x1 10.0.0.3x2 fd00::1x1");
	check_walk("service n/s clusterip fd00::7 10.96.0.1\nep 10.0.0.1\nep 10.200.0.1\nep fd01::1\n",
	    "10.0.0.1x1 10.96.0.1x0* 10.200.0.1x1 fd00::7x0* fd01::1x1");
	check_walk("service n/s clusterip 10.0.0.1\nep 10.0.0.1\nep 10.0.0.2 out\n", "10.0.0.1x1*");
	check_walk("service n/s clusterip 10.0.0.1 10.0.0.1\n", "10.0.0.1x0*");
}
END_TEST

static bool
same_first(const char *a_text, const char *b_text, bool pod_names)
{
	struct dns_settings settings = { .endpoint_pod_names = pod_names };
	struct roster_entry *a = roster_text(a_text), *b = roster_text(b_text);
	struct address_walk a_walk, b_walk;

	address_walk_start(&a_walk, a);
	address_walk_start(&b_walk, b);
	bool same = address_walk_same(&a_walk, &b_walk, &settings);
	roster_entry_unref(a);
	roster_entry_unref(b);
	return same;
}

START_TEST(names_stay_while_what_they_are_made_of_does)
{
	static const struct {
		const char *a, *b;
		bool pod_names, same;
	} rows[] = {
		{ "service n/s headless\nep 10.0.0.1\n", "service n/s headless\nep 10.0.0.1\n", false, true },
		{ "service n/s headless\nep 10.0.0.1 host=x\n", "service n/s headless\nep 10.0.0.1 host=x\n",
		  false, true },
		{ "service n/s headless\nep 10.0.0.1 host=x\n", "service n/s headless\nep 10.0.0.1 host=y\n",
		  false, false },
		{ "service n/s headless\nep 10.0.0.1\n", "service n/s headless\nep 10.0.0.1 host=y\n",
		  false, false },
		{ "service n/s headless\nep 10.0.0.1 pod=x\n", "service n/s headless\nep 10.0.0.1 pod=y\n",
		  false, true },
		{ "service n/s headless\nep 10.0.0.1 pod=x\n", "service n/s headless\nep 10.0.0.1 pod=y\n",
		  true, false },
		{ "service n/s headless\nep 10.0.0.1 host=x\nep 10.0.0.1 host=y\n",
		  "service n/s headless\nep 10.0.0.1 host=x\nep 10.0.0.1 host=y out\n", false, false },
		{ "service n/s headless\nep 10.0.0.1 host=w out\nep 10.0.0.1 host=y\n",
		  "service n/s headless\nep 10.0.0.1 host=y\nep 10.0.0.1 host=z out\n", false, true },
		/* The rank of the name is another. */
		{ "service n/s headless\nep 10.0.0.1\n", "service n/s clusterip 10.96.0.1\nep 10.0.0.1\n",
		  false, false },
		{ "service n/s clusterip 10.0.0.1\nep 10.0.0.1\n",
		  "service n/s clusterip 10.96.0.1\nep 10.0.0.1\n", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(same_first(rows[i].a, rows[i].b, rows[i].pod_names) == rows[i].same,
		    "row %zu", i);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("address_walk");
	TCase *tcase = tcase_create("address_walk");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, each_answered_address_comes_once_in_order);
	tcase_add_test(tcase, names_stay_while_what_they_are_made_of_does);
	return suite;
}
