/* tcp_outbox.c - what a stream's client has not taken yet. */
#include "dns/tcp_outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "dns/wire.h"
#include "net/link.h"

void
tcp_buffer_drop(struct tcp_buffer *buffer, const struct tcp_account *account)
{
	account->changed(account->arg, buffer->size, 0);
	free(buffer->data);
	*buffer = (struct tcp_buffer){ NULL, 0, 0 };
}

bool
tcp_buffer_set(struct tcp_buffer *buffer, const struct tcp_account *account, const uint8_t *data,
    size_t len)
{
	if (len == 0) {
		tcp_buffer_drop(buffer, account);
		return true;
	}
	if (len <= buffer->size) {
		memmove(buffer->data, data, len);
		buffer->len = len;
		return true;
	}
	/* What lies in it fits into it. */
	buffer->len = 0;
	return tcp_buffer_append(buffer, account, 0, data, len);
}

bool
tcp_buffer_append(struct tcp_buffer *buffer, const struct tcp_account *account, size_t from,
    const uint8_t *data, size_t len)
{
	size_t left = buffer->len - from;
	uint8_t *joined = buffer->data;

	if (left + len > buffer->size) {
		joined = account->grow(account->arg, left + len - buffer->size) ?
		    malloc(left + len) : NULL;
		if (joined == NULL)
			return false;
	}
	if (left > 0)
		memmove(joined, buffer->data + from, left);
	memcpy(joined + left, data, len);
	if (joined != buffer->data) {
		account->changed(account->arg, buffer->size, left + len);
		free(buffer->data);
		buffer->data = joined;
		buffer->size = left + len;
	}
	buffer->len = left + len;
	return true;
}

/* `n` more octets are sent: count the replies that are through. */
static void
note_sent(struct tcp_outbox *outbox, size_t n)
{
	while (n > 0) {
		size_t step = n < outbox->frame_left ? n : outbox->frame_left;

		outbox->sent += step;
		outbox->frame_left -= step;
		n -= step;
		if (outbox->frame_left == 0) {
			outbox->pending--;
			/*
			 * A reply's length is in the buffer as a whole, even if it was sent in
			 * halves.
			 */
			outbox->frame_left = tcp_outbox_unsent(outbox) > 0 ?
			    2 + (size_t)wire_get_u16(outbox->buffer.data + outbox->sent) : 0;
		}
	}
}

bool
tcp_outbox_flush(struct tcp_outbox *outbox, const struct tcp_account *account, struct link *link,
    uint64_t now_ms)
{
	size_t left = tcp_outbox_unsent(outbox);
	ssize_t n = left == 0 ? 0 : link_write(link, outbox->buffer.data + outbox->sent, left);

	if (n < 0 && errno != EAGAIN)
		return false;
	if (n > 0) {
		outbox->progress_ms = now_ms;
		note_sent(outbox, (size_t)n);
	}
	if (tcp_outbox_unsent(outbox) == 0) {
		tcp_buffer_drop(&outbox->buffer, account);
		outbox->sent = 0;
	}
	return true;
}

bool
tcp_outbox_send(struct tcp_outbox *outbox, const struct tcp_account *account, struct link *link,
    const uint8_t *data, size_t len, unsigned replies, uint64_t now_ms)
{
	size_t at = 0;

	if (tcp_outbox_unsent(outbox) > 0) {
		if (!tcp_buffer_append(&outbox->buffer, account, outbox->sent, data, len))
			return false;
		outbox->sent = 0;
		outbox->pending += replies;
		return true;
	}
	ssize_t n = len == 0 ? 0 : link_write(link, data, len);
	if (n < 0 && errno != EAGAIN)
		return false;
	size_t done = n > 0 ? (size_t)n : 0;
	if (done == len)
		return true;
	/* Whole replies that are through need not be kept; a half one is, from its length on. */
	while (at + 2 + wire_get_u16(data + at) <= done) {
		at += 2 + (size_t)wire_get_u16(data + at);
		replies--;
	}
	outbox->progress_ms = now_ms;
	if (!tcp_buffer_set(&outbox->buffer, account, data + at, len - at))
		return false;
	outbox->sent = done - at;
	outbox->frame_left = 2 + (size_t)wire_get_u16(data + at) - outbox->sent;
	outbox->pending = replies;
	return true;
}
