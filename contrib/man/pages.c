/*
 * pages.c - print a manual page that is made from tables: rollcall(1), rollcall.yaml(5),
 * rollcall-manifests(7).
 *
 * The tables of settings and of manifests are there as Markdown already (fields_doc.h); what that
 * uses of it, headings, tables, bullets and code, is set as mdoc(7) here.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/strbuf.h"
#include "cli/manual.h"
#include "daemon/config.h"
#include "daemon/config_table.h"
#include "source/fields_doc.h"

static const char settings_head[] =
    ".\\\" rollcall.yaml.5 - the settings; made from their table.\n"
    ".Dd November 22, 2026\n.Dt ROLLCALL.YAML 5\n.Os\n"
    ".Sh NAME\n.Nm rollcall.yaml\n.Nd settings of rollcalld\n"
    ".Sh DESCRIPTION\n"
    ".Xr rollcalld 8\n"
    "reads\n.Pa /etc/rollcall/rollcall.yaml ,\n"
    "or what\n.Fl Fl config\nnames.\n"
    "Every setting is optional.\n"
    "What is unknown is warned about, with the closest name; what is wrong is an error with its\n"
    "place in the file.\n"
    ".Dl rollcalld --check\n"
    "says so without starting anything.\n"
    ".Pp\n"
    "On\n.Dv SIGHUP\n"
    "the file is read anew.\n"
    "Settings that are said to be live are changed by that; the others take a restart, which the log\n"
    "says when they differ.\n"
    "A file that is wrong changes nothing.\n";

static const char settings_defaults[] =
    ".Sh DEFAULTS\n"
    "All settings with their defaults, and more words on some:\n"
    ".Bd -literal\n";

static const char settings_tail[] =
    ".Ed\n"
    ".Sh SEE ALSO\n.Xr rollcall 1 ,\n.Xr rollcall-manifests 7 ,\n.Xr rollcalld 8\n";

static const char manifests_head[] =
    ".\\\" rollcall-manifests.7 - what is read of manifests; made from the decoder's tables.\n"
    ".Dd November 22, 2026\n.Dt ROLLCALL-MANIFESTS 7\n.Os\n"
    ".Sh NAME\n.Nm rollcall-manifests\n.Nd what rollcalld reads of Kubernetes manifests\n"
    ".Sh DESCRIPTION\n";

static const char manifests_tail[] =
    ".Sh SEE ALSO\n.Xr rollcall 1 ,\n.Xr rollcall.yaml 5 ,\n.Xr rollcalld 8\n";

/* What a reload does not change, with NULL at the end; for manifests there is none of that. */
struct page {
	const char *restart[CONFIG_RESTART_MAX];
	bool settings;
	bool in_table;
	bool in_list;
};

/* Text with `code` in bold; a vertical bar inside of it is written as \|. */
static void
set_text(const char *text, size_t len, FILE *out)
{
	bool code = false, begins = true;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		char one[2] = { c, '\0' };

		if (c == '`') {
			code = !code;
			fputs(code ? "\\fB" : "\\fR", out);
		} else if (c == '.' && begins) {
			fputs("\\&.", out);
		} else if (c == '\\' && i + 1 < len && text[i + 1] == '|') {
			continue;
		} else {
			manual_text(one, out);
		}
		begins = false;
	}
}

static void
end_blocks(struct page *page)
{
	if (page->in_table || page->in_list)
		puts(".El");
	page->in_table = page->in_list = false;
}

/* Whether a setting, or what it is part of, takes a restart. */
static bool
takes_restart(const struct page *page, const char *path, size_t len)
{
	for (size_t i = 0; i < CONFIG_RESTART_MAX; i++) {
		size_t span = strlen(page->restart[i]);

		if (span <= len && strncmp(page->restart[i], path, span) == 0 &&
		    (span == len || path[span] == '.' || path[span] == '['))
			return true;
	}
	return false;
}

/* "| `path` | type | default | meaning |". */
static void
set_row(struct page *page, const char *line)
{
	bool first = true, said = false;
	const char *path = line + 2 + (line[2] == '`' ? 1 : 0);
	size_t path_len = strcspn(path, "` ");

	if (!page->in_table)
		puts(".Bl -tag -width Ds");
	page->in_table = true;
	for (line++; *line != '\0' && *line != '\n';) {
		size_t len = 0, begin;

		while (line[len] != '\0' && line[len] != '\n' &&
		    (line[len] != '|' || (len > 0 && line[len - 1] == '\\')))
			len++;
		begin = strspn(line, " ");
		if (begin < len) {
			size_t end = len;

			while (end > begin && line[end - 1] == ' ')
				end--;
			fputs(first ? ".It " : said ? ";\n" : "", stdout);
			set_text(line + begin, end - begin, stdout);
			fputs(first ? "\n" : "", stdout);
			said = !first;
			first = false;
		}
		line += len + (line[len] == '|' ? 1 : 0);
	}
	fputs(said ? ".\n" : "", stdout);
	if (page->settings)
		puts(takes_restart(page, path, path_len) ? "Takes a restart." : "Live.");
}

static void
set_heading(struct page *page, const char *text, size_t len)
{
	end_blocks(page);
	fputs(".Sh ", stdout);
	for (size_t i = 0; i < len; i++)
		putchar(toupper((unsigned char)text[i]));
	putchar('\n');
}

static void
set_line(struct page *page, const char *line, size_t len)
{
	if (strncmp(line, "# ", 2) == 0 || strncmp(line, "|--", 3) == 0 ||
	    strncmp(line, "| field", 7) == 0 || strncmp(line, "| annotation", 12) == 0)
		return;
	if (strncmp(line, "## ", 3) == 0) {
		set_heading(page, line + 3, len - 3);
	} else if (*line == '|') {
		set_row(page, line);
	} else if (strncmp(line, "- ", 2) == 0) {
		if (!page->in_list)
			puts(".Bl -bullet");
		page->in_list = true;
		puts(".It");
		set_text(line + 2, len - 2, stdout);
		putchar('\n');
	} else if (len > 0) {
		if (page->in_table)
			end_blocks(page);
		set_text(line, len, stdout);
		putchar('\n');
	}
}

/* An empty line between two lines of text is a paragraph's end. */
static bool
ends_paragraph(const char *next)
{
	return *next != '\0' && *next != '\n' && *next != '#' && *next != '|' && *next != '-';
}

static void
set_markdown(struct page *page, const char *text)
{
	bool any = false;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len == 0 && any && ends_paragraph(text + 1)) {
			end_blocks(page);
			puts(".Pp");
		}
		if (len > 0)
			set_line(page, text, len);
		any = len > 0 ? *text != '#' : any;
		text += len + (text[len] == '\n' ? 1 : 0);
	}
	end_blocks(page);
}

static int
print_settings(const char *defaults)
{
	struct page page = { .settings = true };
	struct strbuf text = STRBUF_INIT;
	FILE *file = fopen(defaults, "re");
	char line[512];

	if (file == NULL) {
		perror(defaults);
		return EX_NOINPUT;
	}
	config_restart_names(page.restart);
	fields_doc_table(&text, &config_table);
	fputs(settings_head, stdout);
	puts(".Sh SETTINGS");
	set_markdown(&page, text.text + strspn(text.text, "\n") + strcspn(text.text + 1, "\n"));
	fputs(settings_defaults, stdout);
	while (fgets(line, sizeof(line), file) != NULL)
		manual_text(line, stdout);
	fputs(settings_tail, stdout);
	(void)fclose(file);
	strbuf_release(&text);
	return EX_OK;
}

static int
print_manifests(void)
{
	struct page page = { .settings = false };
	struct strbuf text = STRBUF_INIT;

	const char *body;

	fields_doc_write(&text);
	fputs(manifests_head, stdout);
	/* behind the words on where the Markdown itself comes from */
	body = strstr(text.text, "\n\nFiles end in ");
	set_markdown(&page, body != NULL ? body + 2 : text.text);
	fputs(manifests_tail, stdout);
	strbuf_release(&text);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "rollcall.1") == 0) {
		manual_print(stdout);
		return EX_OK;
	}
	if (argc == 2 && strcmp(argv[1], "rollcall-manifests.7") == 0)
		return print_manifests();
	if (argc == 3 && strcmp(argv[1], "rollcall.yaml.5") == 0)
		return print_settings(argv[2]);
	fputs("usage: pages rollcall.1 | rollcall.yaml.5 DEFAULTS | rollcall-manifests.7\n", stderr);
	return EX_USAGE;
}
