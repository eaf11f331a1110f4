/* http_client.h - a crude HTTP client on the same loop as the server under test. */
#ifndef ROLLCALL_TESTS_OPS_HTTP_CLIENT_H
#define ROLLCALL_TESTS_OPS_HTTP_CLIENT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct event_base;

/* A connected socket that does not block. */
int http_client_connect(const struct addr_port *at);
/* Send as much of a text as the socket takes at once. */
void http_client_send(int fd, const char *text);
/*
 * Run the loop until the server closes, at most 20 s; false: it did not.  What it sent goes to buf, a C string.
 */
bool http_client_read(struct event_base *loop, int fd, char *buf, size_t size);
/* Run the loop for a while. */
void http_client_wait(struct event_base *loop, unsigned ms);
#endif
