/*
 * lookout.h - the page and what feeds it.  Thread: control.
 *
 *     GET /                              the page
 *     GET /rollcall/v1/board             Services: ?namespace= &text= &trouble=1 &offset= &limit=
 *     GET /rollcall/v1/board/NS/NAME     one with its endpoints: ?offset= &limit=
 *     GET /rollcall/v1/glance            sums, rates, Events: ?beats= &events=
 *     GET /rollcall/v1/namespaces        those that have Services
 *     GET /rollcall/v1/stream            what changes (stream.h): hello, service, sums, event,
 *                                        rate, again (what is shown must be asked for anew)
 *     GET /badge/NS/NAME.svg             badge.h
 *     GET /sd/prometheus                 scrape.h
 */
#ifndef ROLLCALL_OPS_LOOKOUT_H
#define ROLLCALL_OPS_LOOKOUT_H
#include "ops/board_json.h"
#include "ops/pulse.h"

struct clock;
struct event_base;
struct httpd;
struct latency;
struct ledger;
struct lookout;
struct recorder;
struct store;
struct view;

/* Handed by the daemon; `arg` first. */
struct lookout_ops {
	board_roster_fn *roster;
	board_probe_fn *probe;
	/* Sums since the start; durations are added to what sums->durations points at. */
	void (*sums)(void *arg, struct pulse_sums *sums, struct latency *durations);
	const char *(*cluster_domain)(void *arg);
};

/* All borrowed. */
struct lookout_settings {
	struct event_base *loop;
	struct httpd *httpd;
	const struct clock *clock;
	const struct store *store;
	struct ledger *ledger;
	const struct recorder *recorder;
	struct view *view;
	const struct lookout_ops *ops;
	void *arg;
};

/* Adds its routes.  0 or an error. */
int lookout_start(const struct lookout_settings *settings, struct lookout **out);
/* The Service is answered otherwise than before.  NULL: nobody looks. */
void lookout_touch(struct lookout *lookout, const char *ns, const char *name);
/* After the httpd, whose visits it keeps. */
void lookout_stop(struct lookout *lookout);
#endif
