/* tcp_help.h - clients for the tests of the stream thread, which runs for real on a stub for the answers. */
#ifndef ROLLCALL_TESTS_DNS_TCP_HELP_H
#define ROLLCALL_TESTS_DNS_TCP_HELP_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define QUERY_LEN 20            /* of the test's queries: a header and what the stub is to do */

/* Instead of a length: the reply comes so many ms later, or when release() is called; it is LATE_LEN long. */
#define LATE 0x10000u
#define LATE_HELD 0xFFFFu
#define LATE_LEN 50
/* So many messages come, with ids from 0. */
#define SERIES 0x20000u
#define SERIES_LEN 1000
void release(void);
/* Series that are through, or given up. */
unsigned tcp_help_series_ended(void);

/* The server of this test, where it listens, and the settings that its last query was answered with. */
struct tcp_server *tcp_help_server(void);
const struct addr_port *tcp_help_at(void);
const void *tcp_help_settings_seen(void);

/* Fixture: as many descriptors as may be; afterwards the server is stopped. */
void tcp_help_setup(void);
void tcp_help_teardown(void);

struct tls_server;
/* The next server that is started speaks TLS. */
void tcp_help_use_tls(struct tls_server *tls);
/* Start the server with these limits, and with `settings`, of which only the address matters. */
void start(unsigned max_clients, uint64_t idle_ms, uint64_t message_ms, const void *settings);
/* Stop it, as tcp_server_stop. */
void stop(uint64_t grace_ms);

/* A connected client, from any port of 127.0.0.1 or of the address given ("127.0.0.2:0"); patient for 20 s. */
int client(void);
int client_from(const char *from);
void connect_fd(int fd);

/* A query, with its length in front, that wants a reply of reply_len octets (0: silence); returns the length of both. */
size_t make_query(uint8_t *buf, uint16_t id, uint32_t reply_len);
void put(int fd, const void *data, size_t len);
void ask(int fd, uint16_t id, uint32_t reply_len);
/* Ask with ids `from` up to `most` as long as the socket takes queries; returns the id that was not sent. */
unsigned flood(int fd, unsigned most, uint32_t reply_len, unsigned from);
/* The id of the next reply, which must be `len` long; -1: the connection is closed or reset. */
int reply(int fd, uint32_t len);

uint64_t now_ms(void);
/* Wait until there are at most so many clients; how many there are in the end. */
size_t clients_become(size_t most);
#endif
