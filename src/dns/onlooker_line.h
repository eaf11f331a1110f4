/*
 * onlooker_line.h - an answer as a line of the query log.  Thread: any; pure.
 *
 *     192.0.2.7:40212 - 4711 "A IN web.shop.svc.cluster.local. udp 56 false 1232" NOERROR qr,aa,rd 92 0.000031s
 *
 * in the form that CoreDNS made known: client, id, what was asked (type, class, name, transport,
 * octets of the query, DO, what the client takes), rcode, flags, octets of the reply, duration.
 */
#ifndef ROLLCALL_DNS_ONLOOKER_LINE_H
#define ROLLCALL_DNS_ONLOOKER_LINE_H

struct strbuf;
struct onlooker_record;

/*
 * Appends the line to `line`, and the same as members of a JSON object to `members`.  Names are
 * printable ASCII, with \DDD for the rest (RFC 1035, 5.1).  What has no question (a FORMERR to
 * half a message) is shown with "-".
 */
void onlooker_line(const struct onlooker_record *record, struct strbuf *line, struct strbuf *members);
#endif
