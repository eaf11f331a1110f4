/*
 * source_dir_parts.h - what a source of folders is made of; for source_dir.c and source_scan.c
 * only.  Thread: control.
 */
#ifndef ROLLCALL_SOURCE_SOURCE_DIR_PARTS_H
#define ROLLCALL_SOURCE_SOURCE_DIR_PARTS_H
#include "source/manifest_file.h"
#include "source/source_dir.h"

struct event;
struct manifest_set;
struct read_crew;
struct watch;

/* A configured path. */
struct root {
	char *path;
	uint64_t device, inode; /* of the folder when it last had manifests */
	bool gone;              /* not there, or emptied by an unmount */
	bool said;              /* and that has been said */
	struct manifest_stamp data;     /* of ..data when the scan at hand began; 0: none */
};

/* A file that an event named. */
struct touched {
	char *path;
	size_t root;
};
#define TOUCHED_MAX 64

/* A look at all files, or at those that events named; over when the last of them has been read. */
struct scan {
	struct read_crew *crew; /* NULL: nothing is being read */
	size_t left;            /* files that are being read */
	bool at_once;           /* here and now: there is little to read, or no loop */
	uint64_t noticed_us;    /* when the first event came that it is because of */
	unsigned tries;         /* that were of two worlds */
	bool mixed;             /* so was the last of them */
	int err;                /* the first failure */
	bool running;
	bool whole;             /* of everything */
	bool missing;           /* some files are not there, for too short a time to believe it */
};

struct source_dir {
	struct event_base *loop;
	const struct clock *clock;
	struct source_dir_ops ops;
	void *arg;
	struct root *roots;
	size_t root_count;
	struct source_dir_settings settings;    /* paths excepted */
	struct manifest_set *files;
	struct watch *watch;
	struct event *rest;     /* a burst of events is one scan */
	struct event *rescan;   /* for what events miss */
	bool loading;           /* not everything was looked at since source_dir_load() */
	bool unwatched;         /* inotify is not to be had: poll */
	struct touched touched[TOUCHED_MAX];    /* all that the next scan has to look at ... */
	size_t touched_count;
	bool look_at_all;       /* ... unless this says that it is not */
	uint64_t noticed_us;    /* when the first event came that no scan is because of; 0: none */
	struct scan scan;
};

/* What its paths are called in messages. */
static inline const char *
source_dir_what(const struct source_dir *source)
{
	return source->settings.what == NULL ? "zones" : source->settings.what;
}

/* source_scan.c */
/* Look at what was noted; if a scan is running, when it is over. */
void source_scan_begin(struct source_dir *source);
/*
 * Give up the scan at hand, if there is one; what it has not handed over is looked at by the next.
 */
void source_scan_cancel(struct source_dir *source);
void source_scan_forget_touched(struct source_dir *source);
/* Let a timer fire; NULL is allowed. */
void source_scan_arm(struct event *event, uint64_t ms);
#endif
