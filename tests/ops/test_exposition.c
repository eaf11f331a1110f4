/* test_exposition.c - samples are written as Prometheus reads them. */
#include <math.h>
#include <string.h>

#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/exposition.h"
#include "ops/health.h"
#include "tests/suite.h"

START_TEST(values_are_exact_or_named)
{
	static const struct { double value; const char *line; } cases[] = {
		{ 0, "up 0\n" }, { 42, "up 42\n" }, { -3, "up -3\n" }, { 0.25, "up 0.25\n" },
		{ 9007199254740992.0, "up 9007199254740992\n" }, { 1e300, "up 1e+300\n" },
		{ NAN, "up NaN\n" }, { INFINITY, "up +Inf\n" }, { -INFINITY, "up -Inf\n" },
	};
	struct health_metric metric = { .name = "up", .type = "gauge", .help = "Help." };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT;

		exposition_add(&text, &metric, &metric, cases[i].value);
		ck_assert_str_eq(text.text, cases[i].line);
		strbuf_release(&text);
	}
}
END_TEST

START_TEST(a_family_has_one_head)
{
	static const struct health_metric metrics[] = {
		{ .name = "queries_total{proto=\"udp\"}", .type = "counter", .help = "Queries\nasked \\ told." },
		{ .name = "queries_total{proto=\"tcp\"}", .type = "counter", .help = "Queries\nasked \\ told." },
		{ .name = "queries", .type = "gauge", .help = "Now." },
	};
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < 3; i++)
		exposition_add(&text, &metrics[i], i == 0 ? NULL : &metrics[i - 1], (double)i);
	ck_assert_str_eq(text.text,
	    "# HELP queries_total Queries\\nasked \\\\ told.\n"
	    "# TYPE queries_total counter\n"
	    "queries_total{proto=\"udp\"} 0\n"
	    "queries_total{proto=\"tcp\"} 1\n"
	    "# HELP queries Now.\n"
	    "# TYPE queries gauge\n"
	    "queries 2\n");
	strbuf_release(&text);
}
END_TEST

START_TEST(a_histogram_counts_what_took_less_than_each_bound)
{
	static const struct health_histogram took = { .name = "took_seconds", .help = "Took." };
	struct latency durations = { .total = 0 };
	struct strbuf text = STRBUF_INIT;

	latency_note(&durations, 15);
	latency_note(&durations, 16);
	latency_note_many(&durations, 1000, 3);
	latency_note(&durations, 9000000);
	exposition_add_histogram(&text, &took, NULL, &durations);
	ck_assert_int_eq(strncmp(text.text,
	    "# HELP took_seconds Took.\n# TYPE took_seconds histogram\n"
	    "took_seconds_bucket{le=\"1.6e-05\"} 1\ntook_seconds_bucket{le=\"3.2e-05\"} 2\n", 128), 0);
	ck_assert_ptr_ne(strstr(text.text, "\ntook_seconds_bucket{le=\"0.000512\"} 2\n"
	    "took_seconds_bucket{le=\"0.001024\"} 5\n"), NULL);
	ck_assert_ptr_ne(strstr(text.text, "\ntook_seconds_bucket{le=\"8.388608\"} 5\n"
	    "took_seconds_bucket{le=\"16.777216\"} 6\n"), NULL);
	ck_assert_str_eq(strstr(text.text, "took_seconds_bucket{le=\"536.870912\"}"),
	    "took_seconds_bucket{le=\"536.870912\"} 6\ntook_seconds_bucket{le=\"+Inf\"} 6\n"
	    "took_seconds_sum 9.003031\ntook_seconds_count 6\n");
	strbuf_release(&text);
}
END_TEST

START_TEST(histograms_of_a_family_have_labels_and_one_head)
{
	static const struct health_histogram took[] = {
		{ .name = "took_seconds{cause=\"file\"}", .help = "Took." },
		{ .name = "took_seconds{cause=\"verdict\"}", .help = "Took." },
	};
	struct latency durations = { .total = 0 };
	struct strbuf text = STRBUF_INIT;

	latency_note(&durations, 20);
	exposition_add_histogram(&text, &took[0], NULL, &durations);
	exposition_add_histogram(&text, &took[1], &took[0], &durations);
	ck_assert_int_eq(strncmp(text.text,
	    "# HELP took_seconds Took.\n# TYPE took_seconds histogram\n"
	    "took_seconds_bucket{cause=\"file\",le=\"1.6e-05\"} 0\n", 103), 0);
	ck_assert_ptr_ne(strstr(text.text, "took_seconds_bucket{cause=\"file\",le=\"+Inf\"} 1\n"
	    "took_seconds_sum{cause=\"file\"} 2e-05\ntook_seconds_count{cause=\"file\"} 1\n"
	    "took_seconds_bucket{cause=\"verdict\",le=\"1.6e-05\"} 0\n"), NULL);
	strbuf_release(&text);
}
END_TEST

START_TEST(sizes_have_the_bounds_of_their_classes)
{
	static const uint32_t limits[] = { 63, 127, 65535 };
	static const uint64_t counts[] = { 2, 0, 5 };
	const struct health_sizes sizes = { limits, counts, 3, 4711 };
	const struct health_histogram histogram = { .name = "h_bytes{proto=\"udp\"}",
		.help = "Sizes" };
	struct strbuf text = STRBUF_INIT;

	exposition_add_sizes(&text, &histogram, NULL, &sizes);
	ck_assert_str_eq(text.text,
	    "# HELP h_bytes Sizes\n"
	    "# TYPE h_bytes histogram\n"
	    "h_bytes_bucket{proto=\"udp\",le=\"63\"} 2\n"
	    "h_bytes_bucket{proto=\"udp\",le=\"127\"} 2\n"
	    "h_bytes_bucket{proto=\"udp\",le=\"65535\"} 7\n"
	    "h_bytes_bucket{proto=\"udp\",le=\"+Inf\"} 7\n"
	    "h_bytes_sum{proto=\"udp\"} 4711\n"
	    "h_bytes_count{proto=\"udp\"} 7\n");
	strbuf_release(&text);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exposition");
	TCase *tc = tcase_create("exposition");

	tcase_add_test(tc, values_are_exact_or_named);
	tcase_add_test(tc, a_family_has_one_head);
	tcase_add_test(tc, a_histogram_counts_what_took_less_than_each_bound);
	tcase_add_test(tc, histograms_of_a_family_have_labels_and_one_head);
	tcase_add_test(tc, sizes_have_the_bounds_of_their_classes);
	suite_add_tcase(s, tc);
	return s;
}
