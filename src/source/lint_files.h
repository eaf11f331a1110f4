/*
 * lint_files.h - read manifests as the daemon would and say everything that is wrong.  Thread: any.
 *
 * `rollcalld --check` and `rollcall lint` are this, and differ in whom they tell.
 */
#ifndef ROLLCALL_SOURCE_LINT_FILES_H
#define ROLLCALL_SOURCE_LINT_FILES_H
#include <stdbool.h>
#include <stddef.h>

struct allot_settings;
struct diag;
struct source_text;

struct lint_files {
	const char *const *paths;       /* files or folders */
	size_t path_count;
	bool exec_enabled;              /* probes.exec.enabled */
	const struct allot_settings *ranges;
	/* who understands what is no manifest; `take` gets the arg below.  NULL: nobody */
	const struct source_text *text;
	/* What was found in one file; at last, what the objects say about each other. */
	void (*found)(void *arg, const struct diag *diag);
	void *arg;
};

struct lint_result {
	size_t errors;
	size_t warnings;
	/* "1 Service, 2 Pods, 0 EndpointSlices, 0 Endpoints: 0 errors, 1 warning" */
	char summary[192];
};

/* 0 whatever was found; ERR_NOMEM. */
int lint_files(const struct lint_files *lint, struct lint_result *result);
#endif
