/*
 * zone_feed.h - zone files, hosts files and local zones into the zones that are answered.  Thread:
 * control.
 */
#ifndef ROLLCALL_DAEMON_ZONE_FEED_H
#define ROLLCALL_DAEMON_ZONE_FEED_H
#include <stdbool.h>

struct index;
struct rollcall;
struct source_text;
struct zone_set_settings;
struct config;
struct dns_settings;

/* Who takes the zone files in the folders of manifests; its arg is the struct rollcall. */
extern const struct source_text zone_feed_text;

/* Make the set of zones, and the sources of hosts and local zones.  ERR_NOMEM. */
int zone_feed_start(struct rollcall *rollcall);
/* The files that the settings name now.  ERR_NOMEM: the old ones stay. */
int zone_feed_set(struct rollcall *rollcall);
/* Begin to read hosts and local zones, watched.  ERR_NOMEM. */
int zone_feed_load(struct rollcall *rollcall);
void zone_feed_stop(struct rollcall *rollcall);

/* Is something being read that has not been looked at since the load began? */
bool zone_feed_is_loading(const struct rollcall *rollcall);
/* Are names of a large zone still being taken up, a turn of the loop after the other? */
bool zone_feed_is_busy(const struct rollcall *rollcall);
/* Take them up now, all of them, before settings change.  ERR_NOMEM. */
int zone_feed_finish(struct rollcall *rollcall);
/* A batch of any source is in: zones make way for each other. */
void zone_feed_settle(struct rollcall *rollcall);

/* What a set of zones has to know of the settings; everything is borrowed from the config. */
void zone_feed_settings(const struct config *config, const struct dns_settings *dns,
    struct zone_set_settings *settings);
#endif
