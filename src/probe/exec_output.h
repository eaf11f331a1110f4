/* exec_output.h - the first line out of what a command writes.  Thread: any; pure. */
#ifndef ROLLCALL_PROBE_EXEC_OUTPUT_H
#define ROLLCALL_PROBE_EXEC_OUTPUT_H
#include <stddef.h>

#include "model/outcome.h"

/*
 * As a kubelet keeps the first 10 KiB; of those only the first line that is not blank is ever
 * shown.
 */
#define EXEC_OUTPUT_KEPT 10240

/* Zeroed to start. */
struct exec_output {
	size_t seen;            /* octets so far, at most EXEC_OUTPUT_KEPT */
	size_t len;
	int ended;              /* the line is complete */
	char line[OUTCOME_DETAIL_SIZE];
};

void exec_output_add(struct exec_output *output, const char *data, size_t len);

/* The line as a C string without spaces at its ends, "" if there was none. */
const char *exec_output_line(struct exec_output *output);
#endif
