/*
 * tcp_outbox.h - what a stream's client has not taken yet: whole replies, the first perhaps in
 * part.  Thread: stream.
 *
 * Memory comes from whoever keeps the account of all clients (tcp_client.h): a buffer is as large
 * as what is in it, and gone when that is nothing.
 */
#ifndef ROLLCALL_DNS_TCP_OUTBOX_H
#define ROLLCALL_DNS_TCP_OUTBOX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;

struct tcp_buffer {
	uint8_t *data;
	size_t len;
	size_t size;
};

/*
 * Make a buffer hold exactly these octets, which may lie in it.  `grow` is asked before it becomes
 * larger, and told of each change of size.  false: no memory, or refused: what it held is lost.
 */
struct tcp_account {
	bool (*grow)(void *arg, size_t more);
	void (*changed)(void *arg, size_t before, size_t after);
	void *arg;
};
bool tcp_buffer_set(struct tcp_buffer *buffer, const struct tcp_account *account,
    const uint8_t *data, size_t len);
/* The same with these octets behind what it holds from `from` on. */
bool tcp_buffer_append(struct tcp_buffer *buffer, const struct tcp_account *account, size_t from,
    const uint8_t *data, size_t len);
void tcp_buffer_drop(struct tcp_buffer *buffer, const struct tcp_account *account);

/* Zeroed is empty. */
struct tcp_outbox {
	struct tcp_buffer buffer;       /* replies, from `sent` on unsent */
	size_t sent;
	size_t frame_left;              /* octets of the first unsent reply that are unsent */
	unsigned pending;               /* unsent replies */
	uint64_t progress_ms;           /* when the client last took an octet of them */
};

static inline size_t
tcp_outbox_unsent(const struct tcp_outbox *outbox)
{
	return outbox->buffer.len - outbox->sent;
}

/*
 * Send a batch of `replies` whole replies, each behind its length, in one write where nothing waits,
 * and keep what is not taken.  false: the client is gone, or there is no memory to keep it.
 */
bool tcp_outbox_send(struct tcp_outbox *outbox, const struct tcp_account *account,
    struct link *link, const uint8_t *data, size_t len, unsigned replies, uint64_t now_ms);
/* Send what waits.  false: the client is gone. */
bool tcp_outbox_flush(struct tcp_outbox *outbox, const struct tcp_account *account,
    struct link *link, uint64_t now_ms);
#endif
