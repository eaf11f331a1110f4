/* context.h - everything the running daemon holds, in the order it is started.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONTEXT_H
#define ROLLCALL_DAEMON_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/latency.h"
#include "daemon/config.h"
#include "daemon/listen.h"
#include "dns/cookie.h"
#include "dns/dns_settings.h"

struct activation;
struct certificate;
struct clock;
struct doors_tls;
struct event;
struct event_base;
struct forward;
struct forwarding;
struct forward_health;
struct health;
struct helper;
struct api_door;
struct httpd;
struct index;
struct ledger_feed;
struct lookout;
struct managed;
struct write;
struct prober;
struct source_dir;
struct steering;
struct state;
struct tcp_server;
struct teller;
struct transferring;
struct udp_server;
struct onlooker;
struct world;
struct zone_set;

/*
 * One set of settings.  A reload puts a new one in front; the one before goes when no responder
 * reads it.
 */
struct generation {
	struct config *config;
	struct listen_own own;
	struct dns_settings dns;
	struct cookie_jar cookies;
	_Atomic uint64_t autopath_helped; /* queries, since the start */
	struct forward *forward;        /* what is asked elsewhere, for `dns`; NULL: nothing */
	struct index *index;            /* answers made with these settings; NULL: by `answers` */
	struct generation *answers;     /* whose index is in use: this or one before */
	struct generation *before;
};

struct rollcall {
	const struct config_flags *flags;
	struct generation *now;
	struct activation *activation;  /* NULL: we bind our sockets ourselves */
	struct helper *helper;          /* NULL: exec probes are off */
	struct clock *clock;
	struct event_base *loop;
	struct event *refresh;          /* activated when something is dirty */
	struct event *due;              /* the next attempt, retry or serial */
	uint64_t due_ms;                /* when `due` fires; UINT64_MAX: not set */
	struct event *tick;             /* once a second */
	struct event *quit;             /* after a stop was asked for */
	struct event *signals[3];
	struct udp_server *udp;
	struct tcp_server *tcp;
	struct certificate *certificate; /* NULL: no DNS over TLS */
	struct tcp_server *tls;
	struct onlooker *onlooker;        /* of what is answered */
	struct teller *teller;          /* ... and who tells it */
	struct cache *cache;            /* of what upstreams say */
	struct forwarding *forwarding;
	struct transferring *transferring;
	struct forward_health *forward_health;
	struct httpd *httpd;            /* routes are hung on it by doors.c and api parts */
	struct health *health;
	struct doors_tls *doors_tls;
	struct steering *steering;
	struct state *state;
	struct prober *prober;
	struct world *world;
	struct ledger_feed *ledger_feed; /* NULL: nobody can look */
	struct api_door *api_door;      /* NULL: nobody can look */
	struct managed *managed;        /* objects written through the API */
	struct write *write;            /* by whom; NULL: the API has no door */
	struct lookout *lookout;        /* the page and its feeds; NULL: none */
	struct source_dir *source;
	struct source_dir *hosts;       /* hosts files */
	struct source_dir *local;       /* zones/local */
	struct zone_set *zones;         /* what all three state that is no manifest */
	uint64_t random;                /* state of a generator for choices that need no secrecy */
	uint64_t started_ms;
	uint64_t loaded_ms;             /* when all manifests were in for the first time */
	uint64_t tick_due_ms;
	uint64_t cookies_rolled_ms;     /* when their secret was last made anew */
	uint64_t loop_late_ms;          /* the worst since the start */
	struct latency loop_late;       /* looked at once a second */
	uint64_t reloads;               /* whose settings hold */
	uint64_t reloads_failed;        /* ... and that left those of before */
	uint64_t loop_late_count;       /* ticks over 50 ms late */
	uint64_t manifest_errors;       /* said since the start */
	struct event *zones_due;        /* another turn of zone_set_work() */
	bool names_changed;             /* files of zones or hosts state something else */
	bool zones_owed;                /* zones could not be settled for want of memory */
	bool sources_begun;             /* all of them have begun to load */
	bool loading;                   /* manifests are being read */
	bool reloading;                 /* ... because of SIGHUP, whose end is awaited */
	bool reload_again;              /* SIGHUP came meanwhile */
	bool loaded;                    /* all manifests were read once */
	bool settled;                   /* ... and leftovers of the state were let go */
	bool serving;                   /* DNS is answered */
	bool stopping;
	bool udp_started;
	bool tcp_started;
	bool tls_started;
};
#endif
