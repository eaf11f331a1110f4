/*
 * ledger_feed.h - what becomes of the world, into the ledger, for as long as somebody may look.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_LEDGER_FEED_H
#define ROLLCALL_DAEMON_LEDGER_FEED_H

struct diag;
struct ledger;
struct ledger_feed;
struct recorder;
struct rollcall;
struct squeeze;
struct view;

/* After the world is made and before any file is read.  NULL: no memory. */
struct ledger_feed *ledger_feed_new(struct rollcall *rollcall);
/* Before the world goes. */
void ledger_feed_free(struct ledger_feed *feed);

struct ledger *ledger_feed_ledger(struct ledger_feed *feed);
struct view *ledger_feed_view(struct ledger_feed *feed);
struct recorder *ledger_feed_recorder(struct ledger_feed *feed);
/* What packs and reads images on this thread; NULL feed: NULL, there are none. */
struct squeeze *ledger_feed_squeeze(struct ledger_feed *feed);

/* What was found wrong with files; once a second.  NULL feed: nothing. */
void ledger_feed_note_file(struct ledger_feed *feed, const struct diag *diag);
void ledger_feed_tick(struct ledger_feed *feed);
/* All there is has been stated: what is remembered of other objects is let go. */
void ledger_feed_settle(struct ledger_feed *feed);
#endif
