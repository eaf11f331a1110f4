/* selection.c - which objects the words of a command mean. */
#include "cli/selection.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"

#define NAME_LEN 300

static bool
add(struct selection *selection, const struct kind *kind, const char *name)
{
	struct target *items;

	if (selection->count == SELECTION_MAX)
		return false;
	items = reallocarray(selection->items, selection->count + 1, sizeof(*items));
	if (items == NULL)
		return false;
	selection->items = items;
	items[selection->count] = (struct target){ kind, name != NULL ? strdup(name) : NULL };
	if (name != NULL && items[selection->count].name == NULL)
		return false;
	if (selection->count > 0 && items[0].kind != kind)
		selection->many_kinds = true;
	selection->count++;
	return true;
}

static int
too_many(struct cli *cli)
{
	return cli_usage(cli, "more than %d objects at once", SELECTION_MAX);
}

const struct kind *
selection_kind(struct cli *cli, const char *name)
{
	const char *closest = NULL;
	const struct kind *kind = kind_find(name, &closest);

	if (kind != NULL)
		return kind;
	if (closest != NULL)
		cli_say(cli, "there is no kind \"%s\"; did you mean \"%s\"?", name, closest);
	else
		cli_say(cli, "there is no kind \"%s\": pods, services, endpoints, endpointslices, "
		    "namespaces, ingresses, events", name);
	return NULL;
}

static int
add_all(struct cli *cli, struct selection *selection)
{
	const struct kind *kind;

	for (size_t i = 0; (kind = kind_at(i)) != NULL; i++)
		if (kind->in_all && !add(selection, kind, NULL))
			return too_many(cli);
	return 0;
}

/* A name that is none would be another path: that of the collection, say. */
static int
check_name(struct cli *cli, const char *name)
{
	const char *fault = kind_name_fault(name);

	return fault == NULL ? 0 : cli_usage(cli, "the name \"%s\" %s", name, fault);
}

/* "svc,ep", each with the names that follow. */
static int
add_kinds(struct cli *cli, const char *list, char **names, size_t name_count,
    struct selection *selection)
{
	for (size_t i = 0; i < name_count; i++)
		if (check_name(cli, names[i]) != 0)
			return EX_USAGE;
	while (*list != '\0') {
		char text[NAME_LEN];
		size_t len = strcspn(list, ",");
		const struct kind *kind;
		int code = 0;

		if (len >= sizeof(text))
			return cli_usage(cli, "too long a kind");
		memcpy(text, list, len);
		text[len] = '\0';
		list += len + (list[len] == ',' ? 1 : 0);
		if (strcmp(text, "all") == 0 && name_count == 0) {
			code = add_all(cli, selection);
			if (code != 0)
				return code;
			continue;
		}
		kind = selection_kind(cli, text);
		if (kind == NULL)
			return EX_USAGE;
		if (name_count == 0 && !add(selection, kind, NULL))
			return too_many(cli);
		for (size_t i = 0; i < name_count; i++)
			if (!add(selection, kind, names[i]))
				return too_many(cli);
	}
	return 0;
}

static int
add_pair(struct cli *cli, const char *word, struct selection *selection)
{
	const char *slash = strchr(word, '/');
	char text[NAME_LEN];
	const struct kind *kind;

	if (slash == NULL)
		return cli_usage(cli, "\"%s\": TYPE/NAME and TYPE NAME do not go together", word);
	if (slash[1] == '\0' || strchr(slash + 1, '/') != NULL ||
	    (size_t)(slash - word) >= sizeof(text))
		return cli_usage(cli, "\"%s\" is not TYPE/NAME", word);
	memcpy(text, word, (size_t)(slash - word));
	text[slash - word] = '\0';
	kind = selection_kind(cli, text);
	if (kind == NULL || check_name(cli, slash + 1) != 0)
		return EX_USAGE;
	return add(selection, kind, slash + 1) ? 0 : too_many(cli);
}

int
selection_read(struct cli *cli, char **words, size_t word_count, struct selection *selection)
{
	int code = 0;

	if (word_count == 0)
		return cli_usage(cli, "of what kind? pods, services, endpoints, endpointslices, "
		    "namespaces, ingresses, events, all");
	if (strchr(words[0], '/') == NULL)
		return add_kinds(cli, words[0], words + 1, word_count - 1, selection);
	for (size_t i = 0; i < word_count && code == 0; i++)
		code = add_pair(cli, words[i], selection);
	return code;
}

void
selection_release(struct selection *selection)
{
	for (size_t i = 0; i < selection->count; i++)
		free(selection->items[i].name);
	free(selection->items);
	memset(selection, 0, sizeof(*selection));
}
