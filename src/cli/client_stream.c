/* client_stream.c - read a reply without an end, with ticks in between. */
#include <limits.h>
#include <time.h>

#include "cli/client_parts.h"

#define WAIT_MS 1000

static unsigned long
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

/* When the next tick is due, and whether there was input. */
struct rhythm {
	const struct client_stream *stream;
	unsigned long due_ms;
};

static int
wait_ms(const struct rhythm *rhythm)
{
	unsigned long now = now_ms();

	if (rhythm->stream->tick == NULL || rhythm->stream->tick_ms == 0)
		return WAIT_MS;
	if (rhythm->due_ms <= now)
		return 0;
	return rhythm->due_ms - now > WAIT_MS ? WAIT_MS : (int)(rhythm->due_ms - now);
}

/* Wait for the network, the file or the tick; false: tick() had enough. */
static bool
pause_stream(CURLM *multi, struct rhythm *rhythm, CURLMcode *code)
{
	const struct client_stream *stream = rhythm->stream;
	struct curl_waitfd extra = { .fd = stream->fd, .events = CURL_WAIT_POLLIN };
	bool due;

	*code = curl_multi_poll(multi, &extra, stream->fd >= 0 ? 1 : 0, wait_ms(rhythm), NULL);
	if (*code != CURLM_OK || stream->tick == NULL)
		return true;
	due = stream->tick_ms > 0 && now_ms() >= rhythm->due_ms;
	if (due)
		rhythm->due_ms = now_ms() + stream->tick_ms;
	if (due || extra.revents != 0)
		return stream->tick(stream->arg);
	return true;
}

/* What the transfer ended with. */
static CURLcode
result_of(CURLM *multi)
{
	int left;
	CURLMsg *message = curl_multi_info_read(multi, &left);

	return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
							       : CURLE_RECV_ERROR;
}

CURLcode
client_perform_stream(struct client *client, const struct client_stream *stream)
{
	CURLM *multi = curl_multi_init();
	struct rhythm rhythm = { stream, now_ms() + stream->tick_ms };
	CURLMcode code;
	CURLcode result = CURLE_OUT_OF_MEMORY;
	int running = 1;
	bool more = true;

	if (multi == NULL)
		return CURLE_OUT_OF_MEMORY;
	code = curl_multi_add_handle(multi, client->easy);
	while (code == CURLM_OK && more) {
		code = curl_multi_perform(multi, &running);
		if (code != CURLM_OK || running == 0)
			break;
		more = pause_stream(multi, &rhythm, &code);
	}
	if (!more)
		result = CURLE_OK;
	else if (code == CURLM_OK)
		result = result_of(multi);
	(void)curl_multi_remove_handle(multi, client->easy);
	(void)curl_multi_cleanup(multi);
	return result;
}
