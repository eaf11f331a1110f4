/* badge.c - how present a Service is, as a small picture (SVG). */
#include "ops/badge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

#define HEIGHT 20
#define PADDING 6
/* Verdana 11: narrower letters leave room, textLength makes wider ones fit. */
#define LETTER_TENTHS 66

/* Text that XML can hold; names are DNS labels, but that is for others to see to. */
static void
add_escaped(struct strbuf *svg, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			strbuf_add(svg, "&amp;");
		else if (*text == '<')
			strbuf_add(svg, "&lt;");
		else if (*text == '>')
			strbuf_add(svg, "&gt;");
		else if (*text == '"')
			strbuf_add(svg, "&quot;");
		else if ((unsigned char)*text >= ' ')
			strbuf_add_n(svg, text, 1);
	}
}

static unsigned
width_of(const char *text)
{
	size_t len = strlen(text);

	return (unsigned)((len < 300 ? len : 300) * LETTER_TENTHS / 10);
}

static void
add_text(struct strbuf *svg, unsigned x, unsigned width, const char *text)
{
	strbuf_addf(svg, "<text x=\"%u\" y=\"14\" textLength=\"%u\">", x + PADDING, width);
	add_escaped(svg, text);
	strbuf_add(svg, "</text>");
}

static void
draw(struct strbuf *svg, const char *name, const char *words, const char *colour)
{
	unsigned left = width_of(name), right = width_of(words);
	unsigned edge = left + 2 * PADDING, end = edge + right + 2 * PADDING;

	strbuf_addf(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%d\" "
	    "role=\"img\" aria-label=\"", end, HEIGHT);
	add_escaped(svg, name);
	strbuf_add(svg, ": ");
	add_escaped(svg, words);
	strbuf_add(svg, "\"><title>");
	add_escaped(svg, name);
	strbuf_add(svg, ": ");
	add_escaped(svg, words);
	strbuf_addf(svg, "</title><clipPath id=\"r\"><rect width=\"%u\" height=\"%d\" rx=\"4\"/>"
	    "</clipPath><g clip-path=\"url(#r)\"><rect width=\"%u\" height=\"%d\" fill=\"#3f4854\"/>"
	    "<rect x=\"%u\" width=\"%u\" height=\"%d\" fill=\"%s\"/></g>"
	    "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">",
	    end, HEIGHT, edge, HEIGHT, edge, end - edge, HEIGHT, colour);
	add_text(svg, 0, left, name);
	add_text(svg, edge, right, words);
	strbuf_add(svg, "</g></svg>\n");
}

void
badge_draw(struct strbuf *svg, const char *name, uint32_t ready, uint32_t total)
{
	char words[48];

	(void)snprintf(words, sizeof(words), "%" PRIu32 "/%" PRIu32 " ready", ready, total);
	draw(svg, name, words, ready == total ? "#16794a" : ready > 0 ? "#a35c00" : "#c42b32");
}

void
badge_draw_word(struct strbuf *svg, const char *name, const char *word)
{
	draw(svg, name, word, "#6a7380");
}
