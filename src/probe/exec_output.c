/* exec_output.c - the first line out of what a command writes. */
#include "probe/exec_output.h"

#include <stdbool.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void
add_octet(struct exec_output *output, char c)
{
	if (c == '\n') {
		output->ended = output->len > 0;
		return;
	}
	if (output->len == 0 && is_blank(c))
		return;
	/* A NUL would end the line for all who read it later. */
	if (output->len < sizeof(output->line) - 1)
		output->line[output->len++] = c == '\0' ? '?' : c;
}

void
exec_output_add(struct exec_output *output, const char *data, size_t len)
{
	for (size_t i = 0; i < len && !output->ended && output->seen < EXEC_OUTPUT_KEPT; i++) {
		output->seen++;
		add_octet(output, data[i]);
	}
}

const char *
exec_output_line(struct exec_output *output)
{
	while (output->len > 0 && is_blank(output->line[output->len - 1]))
		output->len--;
	output->line[output->len] = '\0';
	return output->line;
}
