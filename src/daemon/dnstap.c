/* dnstap.c - answers to a collector, as dnstap frames over a Unix socket. */
#include <config.h>

#include "daemon/dnstap.h"

#include "base/err.h"

#ifdef HAVE_DNSTAP
#include <fstrm.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "daemon/dnstap_frame.pb-c.h"
#include "dns/respond.h"
#include "dns/onlooker.h"

#define CONTENT_TYPE "protobuf:dnstap.Dnstap"
#define NAME_AND_VERSION "rollcall " PACKAGE_VERSION
#define RECONNECT_S 2
#define QUEUE 4096              /* frames that wait for a slow collector; a power of two */

struct dnstap {
	struct fstrm_iothr *thread;     /* fstrm's own, which connects, and writes */
	struct fstrm_iothr_queue *queue;
	char host[256];                 /* what the collector knows us by */
};

/* Takes the writer over, on failure too. */
static int
start_thread(struct dnstap *dnstap, struct fstrm_writer *writer)
{
	struct fstrm_iothr_options *options = fstrm_iothr_options_init();

	if (options != NULL) {
		fstrm_iothr_options_set_reopen_interval(options, RECONNECT_S);
		fstrm_iothr_options_set_input_queue_size(options, QUEUE);
		fstrm_iothr_options_set_output_queue_size(options, 64);
		dnstap->thread = fstrm_iothr_init(options, &writer);
		fstrm_iothr_options_destroy(&options);
	}
	(void)fstrm_writer_destroy(&writer);    /* NULL where it is the thread's */
	if (dnstap->thread != NULL)
		dnstap->queue = fstrm_iothr_get_input_queue(dnstap->thread);
	return dnstap->queue != NULL ? 0 : ERR_NOMEM;
}

static struct fstrm_writer *
make_writer(const char *path)
{
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	struct fstrm_unix_writer_options *socket = fstrm_unix_writer_options_init();
	struct fstrm_writer *writer = NULL;

	if (options != NULL && socket != NULL) {
		(void)fstrm_writer_options_add_content_type(options, CONTENT_TYPE,
		    sizeof(CONTENT_TYPE) - 1);
		fstrm_unix_writer_options_set_socket_path(socket, path);
		writer = fstrm_unix_writer_init(socket, options);
	}
	fstrm_unix_writer_options_destroy(&socket);
	fstrm_writer_options_destroy(&options);
	return writer;
}

int
dnstap_open(const char *path, struct dnstap **out)
{
	struct dnstap *dnstap = calloc(1, sizeof(*dnstap));
	struct fstrm_writer *writer = make_writer(path);
	int err = ERR_NOMEM;

	if (dnstap != NULL && writer != NULL) {
		(void)gethostname(dnstap->host, sizeof(dnstap->host) - 1);
		err = start_thread(dnstap, writer);
	} else {
		(void)fstrm_writer_destroy(&writer);
	}
	if (err != 0) {
		dnstap_close(dnstap);
		return err;
	}
	*out = dnstap;
	return 0;
}

static void
set_times(DnstapFrame__Message *message, const struct onlooker_record *record)
{
	uint64_t asked_us = record->unix_us - record->took_us;

	message->has_query_time_sec = message->has_query_time_nsec = 1;
	message->query_time_sec = asked_us / 1000000;
	message->query_time_nsec = (uint32_t)(asked_us % 1000000 * 1000);
	message->has_response_time_sec = message->has_response_time_nsec = 1;
	message->response_time_sec = record->unix_us / 1000000;
	message->response_time_nsec = (uint32_t)(record->unix_us % 1000000 * 1000);
}

static void
set_client(DnstapFrame__Message *message, const struct onlooker_record *record)
{
	static const DnstapFrame__Transport transports[] = {
		[TRANSPORT_UDP] = DNSTAP_FRAME__TRANSPORT__UDP,
		[TRANSPORT_TCP] = DNSTAP_FRAME__TRANSPORT__TCP,
		[TRANSPORT_TLS] = DNSTAP_FRAME__TRANSPORT__DOT,
	};
	const struct addr *addr = &record->client.addr;

	message->has_socket_protocol = 1;
	message->socket_protocol = transports[record->transport];
	if (addr->family == ADDR_NONE)
		return;
	message->has_socket_family = message->has_query_address = message->has_query_port = 1;
	message->socket_family = addr->family == ADDR_IP4 ? DNSTAP_FRAME__FAMILY__INET :
	    DNSTAP_FRAME__FAMILY__INET6;
	message->query_address.data = (uint8_t *)(uintptr_t)addr->octets;
	message->query_address.len = addr_len(addr);
	message->query_port = record->client.port;
}

int
dnstap_put(struct dnstap *dnstap, const struct onlooker_record *record)
{
	DnstapFrame__Message message = DNSTAP_FRAME__MESSAGE__INIT;
	DnstapFrame__Frame frame = DNSTAP_FRAME__FRAME__INIT;

	message.type = DNSTAP_FRAME__MESSAGE__TYPE__CLIENT_RESPONSE;
	set_client(&message, record);
	set_times(&message, record);
	message.has_response_message = 1;
	message.response_message.data = (uint8_t *)(uintptr_t)record->octets;
	message.response_message.len = record->len;
	frame.type = DNSTAP_FRAME__FRAME__TYPE__MESSAGE;
	frame.message = &message;
	frame.has_identity = frame.has_version = 1;
	frame.identity.data = (uint8_t *)dnstap->host;
	frame.identity.len = strlen(dnstap->host);
	frame.version.data = (uint8_t *)(uintptr_t)NAME_AND_VERSION;
	frame.version.len = sizeof(NAME_AND_VERSION) - 1;

	size_t len = dnstap_frame__frame__get_packed_size(&frame);
	uint8_t *octets = malloc(len);

	if (octets == NULL)
		return ERR_NOMEM;
	(void)dnstap_frame__frame__pack(&frame, octets);
	if (fstrm_iothr_submit(dnstap->thread, dnstap->queue, octets, len, fstrm_free_wrapper,
	    NULL) == fstrm_res_success)
		return 0;
	free(octets);
	return ERR_LIMIT;
}

void
dnstap_close(struct dnstap *dnstap)
{
	if (dnstap == NULL)
		return;
	fstrm_iothr_destroy(&dnstap->thread);
	free(dnstap);
}
#else
int
dnstap_open(const char *path, struct dnstap **out)
{
	(void)path;
	(void)out;
	return ERR_NOTFOUND;
}

int
dnstap_put(struct dnstap *dnstap, const struct onlooker_record *record)
{
	(void)dnstap;
	(void)record;
	return ERR_NOTFOUND;
}

void
dnstap_close(struct dnstap *dnstap)
{
	(void)dnstap;
}
#endif
