/* variables_list.c - the variables that a Pod finds Services by. */
#include "cli/variables_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/spoken.h"

int
variables_list_ask(struct cli *cli, json_t **out)
{
	struct strbuf url = STRBUF_INIT;
	int status;

	strbuf_add(&url, "/rollcall/v1/env");
	spoken_query(&url, "namespace", cli_namespace(cli));
	status = url.err != 0 ? EX_OSERR : cli_get(cli, url.text, out);
	strbuf_release(&url);
	return status;
}

void
variables_list_quote(struct strbuf *out, const char *value)
{
	strbuf_add(out, "'");
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			strbuf_add(out, "'\\''");
		else
			strbuf_add_n(out, value, 1);
	}
	strbuf_add(out, "'");
}

bool
variables_list_is_name(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* A pair of texts. */
static bool
read_pair(const json_t *item, const char **name, const char **value)
{
	*name = json_string_value(json_array_get(item, 0));
	*value = json_string_value(json_array_get(item, 1));
	return *name != NULL && *value != NULL;
}

void
variables_list_write(const json_t *answer, enum variables_form form, struct strbuf *out)
{
	const json_t *list = json_object_get(answer, "variables");
	json_int_t left_out = json_integer_value(json_object_get(answer, "leftOut"));
	const char *name, *value;

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!read_pair(json_array_get(list, i), &name, &value))
			continue;
		if (!variables_list_is_name(name)) {
			strbuf_addf(out, "# no shell takes the name %s\n",
			    strchr(name, '\n') == NULL ? name : "?");
		} else if (form == VARIABLES_SHELL) {
			strbuf_addf(out, "export %s=", name);
			variables_list_quote(out, value);
			strbuf_add(out, "\n");
		} else {
			strbuf_addf(out, "%s=%s\n", name, value);
		}
	}
	if (left_out > 0)
		strbuf_addf(out, "# %lld more Services are left out\n", (long long)left_out);
}

int
variables_list_set(const json_t *answer)
{
	const json_t *list = json_object_get(answer, "variables");
	const char *name, *value;

	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_pair(json_array_get(list, i), &name, &value) && *name != '\0' &&
		    strchr(name, '=') == NULL && setenv(name, value, 1) != 0)
			return ERR_SYSTEM;
	return 0;
}
