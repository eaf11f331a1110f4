/* footing.h - a Service out of its text, with all that a view of it needs to stand on, for tests. */
#ifndef ROLLCALL_TESTS_DNS_FOOTING_H
#define ROLLCALL_TESTS_DNS_FOOTING_H
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/subject.h"

struct footing {
	struct dns_settings settings;   /* to be changed before footing_stand() */
	struct arena *arena;
	struct domain domain;
	struct roster_entry *entry;
	struct subject subject;
};

/* Cluster domain "z", TTLs 7, of ClusterIPs 5, headless 6, negative 4. */
void footing_start(struct footing *footing);
/* Take a Service (roster_text.h); what subject_init() says.  Another one may follow. */
int footing_stand(struct footing *footing, const char *text);
void footing_stop(struct footing *footing);

#endif
