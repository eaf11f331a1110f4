/* folder.h - a folder of manifests for a test, and all that a source tells of it. */
#ifndef ROLLCALL_TESTS_SOURCE_FOLDER_H
#define ROLLCALL_TESTS_SOURCE_FOLDER_H
#include <stdbool.h>

#include "base/strbuf.h"
#include "source/source_dir.h"

/* A folder of its own for each test, and everything that the source told. */
struct bench {
	char folder[32];
	struct event_base *loop;
	struct clock *clock;
	struct source_dir *source;
	/* Called with each file that was handed over; NULL: nothing happens meanwhile. */
	void (*meanwhile)(const struct bench *bench, const char *name);
	unsigned refusals;      /* files that are not taken for want of memory before one is */
	struct strbuf told;     /* "a.yaml: x y;" for objects, "a.yaml! text;" for a broken file, "end;" */
	unsigned batches;
};

void folder_begin(struct bench *bench);
void folder_end(struct bench *bench);
void folder_path(const struct bench *bench, const char *name, char path[128]);

/* As an editor does: a new file under another name, then a rename over the old one. */
void folder_put(const struct bench *bench, const char *name, const char *text);
/* One that states a Namespace. */
void folder_put_namespace(const struct bench *bench, const char *name, const char *ns);

/* Make the source; watched: with a loop and the system's clock, else with neither. */
void folder_start(struct bench *bench, bool watched);
/* Load; true once all is told. */
void folder_load(struct bench *bench);
/* Load and compare what was told with what was expected. */
void folder_load_tells(struct bench *bench, const char *expected);
/* Run the loop until all of `expected` was told, at most 5 s. */
void folder_events_tell(struct bench *bench, const char *expected);
/* A source that has read one file: a.yaml with the Namespace one. */
void folder_begin_with_one(struct bench *bench, bool watched);
#endif
