/* test_rows.c - the server's Tables as rows of a grid. */
#include "cli/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

#define TABLE \
	"{\"kind\": \"Table\", \"columnDefinitions\": [" \
	"{\"name\": \"Name\", \"format\": \"name\", \"priority\": 0}, {\"name\": \"Cluster-IP\", \"priority\": 0}," \
	"{\"name\": \"Selector\", \"priority\": 1}, {\"name\": \"Restarts\", \"priority\": 0}]," \
	"\"rows\": [" \
	"{\"cells\": [\"web\", \"10.96.0.1\", \"app=web\", 0], \"object\": {\"metadata\":" \
	" {\"name\": \"web\", \"namespace\": \"shop\", \"labels\": {\"tier\": \"front\", \"app\": \"web\"}}}}," \
	"{\"cells\": [\"db\", \"None\", null, 3], \"object\": {\"metadata\":" \
	" {\"name\": \"db\", \"namespace\": \"data\"}}}]}"

/* What a Table looks like in a style. */
static char *
show(const struct rows_style *style, const char *text, const char *first)
{
	struct rows rows = { .style = style, .grid = grid_new() };
	json_t *table = json_loads(text, 0, NULL);
	char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);

	ck_assert_ptr_nonnull(table);
	ck_assert_int_eq(rows_add(&rows, table, first), 0);
	ck_assert_int_eq(grid_print(rows.grid, out, 0, false), 0);
	ck_assert_int_eq(fclose(out), 0);
	grid_free(rows.grid);
	json_decref(table);
	return shown;
}

/* kubectl: the column whose format is "name", not the first. */
START_TEST(the_kind_stands_before_a_name_and_nothing_else)
{
	const struct rows_style narrow = { .prefix = "event/" };
	const struct rows_style wide = { .prefix = "event/", .wide = true };
	static const char table[] = "{\"kind\": \"Table\", \"columnDefinitions\": ["
	    "{\"name\": \"Last Seen\", \"priority\": 0},"
	    "{\"name\": \"Name\", \"format\": \"name\", \"priority\": 1}],"
	    "\"rows\": [{\"cells\": [\"2s\", \"web.1\"]}]}";
	char *shown = show(&narrow, table, NULL);

	ck_assert_str_eq(shown, "LAST SEEN\n2s\n");
	free(shown);
	shown = show(&wide, table, NULL);
	ck_assert_str_eq(shown, "LAST SEEN   NAME\n2s          event/web.1\n");
	free(shown);
}
END_TEST

START_TEST(each_style_shows_its_columns)
{
	static const struct {
		struct rows_style style;
		const char *first;
		const char *text;
	} cases[] = {
		{ { .wide = false }, NULL,
		  "NAME   CLUSTER-IP   RESTARTS\n"
		  "web    10.96.0.1    0\n"
		  "db     None         3\n" },
		{ { .wide = true, .no_headers = true }, NULL,
		  "web   10.96.0.1   app=web   0\n"
		  "db    None        <none>    3\n" },
		{ { .with_namespace = true, .prefix = "service/" }, NULL,
		  "NAMESPACE   NAME          CLUSTER-IP   RESTARTS\n"
		  "shop        service/web   10.96.0.1    0\n"
		  "data        service/db    None         3\n" },
		{ { .show_labels = true, .label_columns = "app,x.example/tier,tier" }, NULL,
		  "NAME   CLUSTER-IP   RESTARTS   APP   TIER   TIER    LABELS\n"
		  "web    10.96.0.1    0          web          front   app=web,tier=front\n"
		  "db     None         3                               <none>\n" },
		{ { .first = "EVENT" }, "ADDED",
		  "EVENT   NAME   CLUSTER-IP   RESTARTS\n"
		  "ADDED   web    10.96.0.1    0\n"
		  "ADDED   db     None         3\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *shown = show(&cases[i].style, TABLE, cases[i].first);

		ck_assert_str_eq(shown, cases[i].text);
		free(shown);
	}
}
END_TEST

START_TEST(later_tables_need_no_columns_and_repeat_no_headings)
{
	static const struct rows_style style = { .wide = false };
	struct rows rows = { .style = &style, .grid = grid_new() };
	json_t *table = json_loads(TABLE, 0, NULL);

	ck_assert_int_eq(rows_add(&rows, table, NULL), 0);
	ck_assert_uint_eq(grid_count(rows.grid), 3);
	(void)json_object_del(table, "columnDefinitions");
	ck_assert_int_eq(rows_add(&rows, table, NULL), 0);
	ck_assert_uint_eq(grid_count(rows.grid), 5);
	ck_assert_str_eq(grid_text(rows.grid, 3, 2), "0");
	grid_free(rows.grid);
	json_decref(table);
}
END_TEST

START_TEST(what_is_no_table_is_told_and_an_empty_one_shows_nothing)
{
	static const struct rows_style style = { .wide = false };
	char *shown = show(&style, "{\"kind\": \"Table\", \"columnDefinitions\": [{\"name\": \"Name\"}]"
	    ", \"rows\": []}", NULL);
	struct rows rows = { .style = &style, .grid = grid_new() };
	json_t *table = json_pack("{s:s}", "kind", "ServiceList");

	ck_assert_str_eq(shown, "");
	ck_assert_int_eq(rows_add(&rows, table, NULL), ERR_SYNTAX);
	ck_assert_int_eq(rows_add(&rows, NULL, NULL), ERR_SYNTAX);
	grid_free(rows.grid);
	json_decref(table);
	free(shown);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("rows");
	TCase *tcase = tcase_create("rows");

	tcase_add_test(tcase, each_style_shows_its_columns);
	tcase_add_test(tcase, the_kind_stands_before_a_name_and_nothing_else);
	tcase_add_test(tcase, later_tables_need_no_columns_and_repeat_no_headings);
	tcase_add_test(tcase, what_is_no_table_is_told_and_an_empty_one_shows_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
