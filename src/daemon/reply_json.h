/*
 * reply_json.h - a DNS message for people and programs: as an object, and as dig would show it.
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DAEMON_REPLY_JSON_H
#define ROLLCALL_DAEMON_REPLY_JSON_H
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

/*
 * A new reference: {"rcode", "flags": [...], "answer": [{"name", "ttl", "type", "data"}],
 * "authority", "additional", "errors": [{"code", "text"}]}, and the same as lines behind `text`.
 * NULL: the octets are no message, or no memory.
 */
json_t *reply_json(const uint8_t *octets, size_t len, struct strbuf *text);

/* "A", "AAAA", "TYPE65" ... to the number; 0: there is no such type. */
uint16_t reply_json_type(const char *text);
#endif
