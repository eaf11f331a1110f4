/* outfit.h - a daemon's context out of a configuration, with a clock turned by hand, for the tests of its parts. */
#ifndef ROLLCALL_TESTS_DAEMON_OUTFIT_H
#define ROLLCALL_TESTS_DAEMON_OUTFIT_H
#include "daemon/context.h"
#include "tests/daemon/scratch.h"

struct outfit {
	struct scratch scratch;
	char config_path[300];
	char zones[300];                /* the folder of manifests, there and empty */
	struct config_flags flags;
	struct rollcall rollcall;
};

/*
 * Settings are `yaml` behind: zones in the scratch folder, its folder "state" for the state, no HTTP,
 * one thread, 127.0.0.1 and a port of the kernel's choice.
 */
void outfit_start(struct outfit *outfit, const char *yaml);
/* Write rollcall.yaml anew. */
void outfit_write_config(struct outfit *outfit, const char *yaml);
/* A manifest of this name says this now; NULL: it is gone. */
void outfit_manifest(struct outfit *outfit, const char *name, const char *yaml);
/* Run the loop until all manifests are in. */
void outfit_await_load(struct outfit *outfit);
/* Frees settings, loop and clock; the parts are stopped by who started them. */
void outfit_stop(struct outfit *outfit);
#endif
