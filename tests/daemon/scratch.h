/* scratch.h - a folder of its own for a test, removed at the end. */
#ifndef ROLLCALL_TESTS_DAEMON_SCRATCH_H
#define ROLLCALL_TESTS_DAEMON_SCRATCH_H
#include <stddef.h>
#include <stdint.h>

/* Made below $TMPDIR or /tmp; a Check fixture is set up with scratch_make and torn down with
 * scratch_remove. */
struct scratch {
	char path[256];
	int fd;
};
void scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* The whole file; free it.  The test fails where there is none. */
uint8_t *scratch_read(const struct scratch *scratch, const char *name, size_t *len);
void scratch_write(const struct scratch *scratch, const char *name, const void *data, size_t len);
#endif
