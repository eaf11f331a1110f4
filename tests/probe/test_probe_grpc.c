/* test_probe_grpc.c - a gRPC probe passes on SERVING alone, and names what else a server may do. */
#include <event2/buffer.h>
#include <string.h>

#include "tests/probe/attempt.h"
#include "tests/suite.h"

#define BYTES(text) text, sizeof(text) - 1

static struct attempt attempt;
static struct peer peer;

/* What the server says once it has heard something; then it stays, or closes. */
struct script {
	const char *text;
	size_t len;
	bool closes;
};

static char heard[4096];
static size_t heard_len;

static void
setup(void)
{
	attempt_open(&attempt, ENGINE_GRPC, 0);
	heard_len = 0;
}

static void
teardown(void)
{
	attempt_close(&attempt);
}

static void
close_when_written(struct bufferevent *buffer, void *arg)
{
	(void)arg;
	bufferevent_disable(buffer, EV_READ | EV_WRITE);
	shutdown(bufferevent_getfd(buffer), SHUT_RDWR);
}

static void
on_read(struct bufferevent *buffer, void *arg)
{
	const struct script *script = arg;
	bool first = heard_len == 0;

	heard_len += bufferevent_read(buffer, heard + heard_len, sizeof(heard) - heard_len);
	if (!first)
		return;
	if (script->closes)
		bufferevent_setcb(buffer, NULL, close_when_written, NULL, NULL);
	bufferevent_write(buffer, script->text, script->len);
	if (script->closes && script->len == 0)
		close_when_written(buffer, NULL);
}

static void
serve(struct peer *base, int fd)
{
	struct bufferevent *buffer = bufferevent_socket_new(base->loop, fd, BEV_OPT_CLOSE_ON_FREE);

	evutil_make_socket_nonblocking(fd);
	base->buffers[base->buffer_count++] = buffer;
	bufferevent_setcb(buffer, on_read, NULL, NULL, (void *)base->arg);
	bufferevent_enable(buffer, EV_READ | EV_WRITE);
}

/*
 * HTTP/2 frames (RFC 9113, 4.1): length, type, flags, stream; literal headers (RFC 7541, 6.2.2)
 * never indexed.
 */
#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define HEADERS(len, flags) "\0\0" len "\1" flags "\0\0\0\1"
#define DATA(len, flags) "\0\0" len "\0" flags "\0\0\0\1"
#define STATUS_200 "\x88"
#define TYPE "\0\x0c" "content-type" "\x10" "application/grpc"          /* 31 octets */
#define TYPE_HTML "\0\x0c" "content-type" "\x09" "text/html"            /* 24 octets */
#define GRPC_STATUS(code) "\0\x0b" "grpc-status" "\1" code              /* 15 octets */
#define BEGIN SETTINGS HEADERS("\x20", "\4") STATUS_200 TYPE
#define OK_TRAILER HEADERS("\x0f", "\5") GRPC_STATUS("0")
#define ANSWER(status) BEGIN DATA("\7", "\0") "\0\0\0\0\2\x08" status OK_TRAILER
#define GOAWAY(last, code) "\0\0\x08\7\0\0\0\0\0" "\0\0\0" last "\0\0\0" code

static const struct {
	struct script script;
	enum outcome_code code;
	int value;
	const char *detail;
} endings[] = {
	{ { BYTES(ANSWER("\1")), false }, OUTCOME_PASS, 0, NULL },
	{ { BYTES(ANSWER("\1")), true }, OUTCOME_PASS, 0, NULL },
	{ { BYTES(ANSWER("\2")), false }, OUTCOME_GRPC_NOT_SERVING, 2, NULL },
	{ { BYTES(ANSWER("\0")), false }, OUTCOME_GRPC_NOT_SERVING, 0, NULL },
	{ { BYTES(ANSWER("\x63")), false }, OUTCOME_GRPC_NOT_SERVING, 0x63, NULL },
	{ { BYTES(SETTINGS GOAWAY("\1", "\0") HEADERS("\x20", "\4") STATUS_200 TYPE DATA("\7", "\0") "\0\0\0\0\2\x08\1" OK_TRAILER), false },
	    OUTCOME_PASS, 0, NULL },
	/* trailers only: UNIMPLEMENTED, with a message */
	{ { BYTES(SETTINGS HEADERS("\x45", "\5") STATUS_200 TYPE "\0\x0b" "grpc-status" "\2" "12" "\0\x0c" "grpc-message" "\6" "no way"), false },
	    OUTCOME_GRPC_STATUS, 12, "no way" },
	{ { BYTES(BEGIN HEADERS("\x0f", "\5") GRPC_STATUS("5")), false }, OUTCOME_GRPC_STATUS, 5, NULL },
	{ { BYTES(BEGIN HEADERS("\x0f", "\5") GRPC_STATUS("0")), false }, OUTCOME_GRPC_PROTOCOL, 0, "malformed HealthCheckResponse" },
	{ { BYTES(BEGIN DATA("\7", "\1") "\0\0\0\0\2\x08\1"), false }, OUTCOME_GRPC_PROTOCOL, 0, "no grpc-status" },
	{ { BYTES(SETTINGS HEADERS("\x19", "\5") STATUS_200 TYPE_HTML), false }, OUTCOME_GRPC_PROTOCOL, 0, "content type" },
	{ { BYTES(SETTINGS HEADERS("\1", "\5") "\x8d"), false }, OUTCOME_GRPC_PROTOCOL, 0, "HTTP status 404" },
	{ { BYTES(SETTINGS GOAWAY("\0", "\x0b")), false }, OUTCOME_GRPC_PROTOCOL, 0, "GOAWAY: ENHANCE_YOUR_CALM" },
	{ { BYTES(SETTINGS "\0\0\4\3\0\0\0\0\1" "\0\0\0\7"), false }, OUTCOME_GRPC_PROTOCOL, 0, "stream reset: REFUSED_STREAM" },
	/* no HTTP/2 at all */
	{ { BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), false }, OUTCOME_GRPC_PROTOCOL, 0, "does not speak HTTP/2" },
	{ { BYTES("SSH-2.0-OpenSSH_9.2\r\n"), true }, OUTCOME_GRPC_PROTOCOL, 0, "does not speak HTTP/2" },
	/* a frame of 16 KiB and one */
	{ { BYTES(SETTINGS "\0\x40\1" "\0\0\0\0\0\1"), false }, OUTCOME_GRPC_PROTOCOL, 0, "FRAME_SIZE_ERROR" },
	{ { BYTES(SETTINGS "\xff\xff\xff" "\1\4\0\0\0\1"), false }, OUTCOME_GRPC_PROTOCOL, 0, "FRAME_SIZE_ERROR" },
	/* headers that cannot be decoded; data where nothing was asked */
	{ { BYTES(SETTINGS HEADERS("\1", "\5") "\xff"), false }, OUTCOME_GRPC_PROTOCOL, 0, "COMPRESSION_ERROR" },
	{ { BYTES(SETTINGS "\0\0\1\0\0\0\0\0\x63" "x"), false }, OUTCOME_GRPC_PROTOCOL, 0, "PROTOCOL_ERROR" },
	{ { BYTES(""), true }, OUTCOME_CLOSED, 0, NULL },
	{ { BYTES(BEGIN), true }, OUTCOME_CLOSED, 0, NULL },
};

START_TEST(each_ending_is_named)
{
	peer_open(&peer, &attempt, serve, &endings[_i].script);
	attempt_expect(&attempt, endings[_i].code, endings[_i].detail);
	ck_assert_int_eq(attempt.outcome.value, endings[_i].value);
	ck_assert_uint_lt(attempt.outcome.took_us, 1000000);
	peer_close(&peer);
}
END_TEST

START_TEST(an_answer_larger_than_any_is_refused)
{
	static char text[9 + 41 + 9 + 2000];
	const struct script script = { text, sizeof(text), false };

	memcpy(text, BYTES(BEGIN));
	memcpy(text + 50, "\0\x07\xd0\0\0\0\0\0\1", 9);
	peer_open(&peer, &attempt, serve, &script);
	attempt_expect(&attempt, OUTCOME_GRPC_PROTOCOL, "larger than");
	peer_close(&peer);
}
END_TEST

START_TEST(talk_without_end_is_cut_off)
{
	static char text[300000] = SETTINGS;
	/* of a type that nobody knows, 100 octets in all */
	static const char frame[] = "\0\0\x5b\x63\0\0\0\0\0";
	const struct script script = { text, sizeof(text), false };

	for (size_t at = 9; at + 100 <= sizeof(text); at += 100)
		memcpy(text + at, frame, 9);
	peer_open(&peer, &attempt, serve, &script);
	attempt_expect(&attempt, OUTCOME_GRPC_PROTOCOL, "256 KiB");
	peer_close(&peer);
}
END_TEST

START_TEST(the_request_is_plain_http2_and_names_us)
{
	static const struct script script = { BYTES(ANSWER("\1")), false };

	attempt.spec.grpc_service = "shop.Web";
	peer_open(&peer, &attempt, serve, &script);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_gt(heard_len, 24);
	ck_assert_mem_eq(heard, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
	ck_assert_ptr_nonnull(memmem(heard, heard_len, BYTES("\0\0\0\0\x0a\x0a\x08shop.Web")));
	peer_close(&peer);
}
END_TEST

START_TEST(silence_is_a_timeout)
{
	static const struct script scripts[] = { { BYTES(""), false }, { BYTES(BEGIN), false } };

	peer_open(&peer, &attempt, serve, &scripts[_i]);
	attempt.spec.timeout_ms = 60;
	attempt_expect(&attempt, OUTCOME_GRPC_TIMEOUT, NULL);
	ck_assert_uint_ge(attempt.outcome.took_us, 60000);
	peer_close(&peer);
}
END_TEST

START_TEST(connecting_fails_as_for_the_others)
{
	struct full_queue queue;

	attempt.target.port = closed_port();
	attempt_expect(&attempt, OUTCOME_CONNECT_REFUSED, NULL);
	attempt.target.port = 0;
	attempt_expect(&attempt, OUTCOME_PORT_UNKNOWN, NULL);
	full_queue_open(&queue);
	attempt.target.port = queue.port;
	attempt.spec.timeout_ms = 60;
	attempt_expect(&attempt, OUTCOME_CONNECT_TIMEOUT, NULL);
	full_queue_close(&queue);
}
END_TEST

START_TEST(a_reset_is_named)
{
	peer_open(&peer, &attempt, peer_reset, NULL);
	attempt_expect(&attempt, OUTCOME_RESET, NULL);
	peer_close(&peer);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_grpc");
	TCase *tc = tcase_create("probe_grpc");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_ending_is_named, 0, sizeof(endings) / sizeof(endings[0]));
	tcase_add_test(tc, an_answer_larger_than_any_is_refused);
	tcase_add_test(tc, talk_without_end_is_cut_off);
	tcase_add_test(tc, the_request_is_plain_http2_and_names_us);
	tcase_add_loop_test(tc, silence_is_a_timeout, 0, 2);
	tcase_add_test(tc, connecting_fails_as_for_the_others);
	tcase_add_test(tc, a_reset_is_named);
	suite_add_tcase(s, tc);
	return s;
}
