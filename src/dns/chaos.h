/* chaos.h - what is said about the server itself, in class CH.  Thread: readers; pure. */
#ifndef ROLLCALL_DNS_CHAOS_H
#define ROLLCALL_DNS_CHAOS_H

struct reply;

/*
 * version.bind and version.server by dns.version, id.server and hostname.bind by dns.nsid (RFC
 * 4892); whatever else is asked, or not told: the reply stays as it was.
 */
void chaos_answer(struct reply *reply);
#endif
