/*
 * serving.h - the settings and the index that answers come from, replaced together.  Threads:
 * control sets, any may get.
 *
 * Two stores would let a batch in between see new settings with an old index; a reader that meets a
 * change looks again instead.
 */
#ifndef ROLLCALL_DNS_SERVING_H
#define ROLLCALL_DNS_SERVING_H
#include <stdatomic.h>

struct dns_settings;
struct index;
struct responder;

/* Zeroed is empty. */
struct serving {
	_Atomic unsigned changes;       /* odd while a change is under way */
	_Atomic(const struct dns_settings *) settings;
	_Atomic(const struct index *) index;
};

/* Both are borrowed until they are replaced and index_wait_readers() has returned. */
void serving_set(struct serving *serving, const struct dns_settings *settings,
    const struct index *index);
/* Into the responder; the caller is online for the index. */
void serving_get(const struct serving *serving, struct responder *responder);
#endif
