/* test_exec_message.c - requests and replies survive the way, and nonsense does not. */
#include "probe/exec_message.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

static const char *const words[] = { "sh", "-c", "", "exit 0" };

static uint8_t *
encoded(size_t *len)
{
	struct helper_command command = { .argv = words, .argc = 4, .pod_name = "web-0",
		.pod_ip = "10.0.0.1", .endpoint_port = 65535, .timeout_ms = 1000 };
	uint8_t *message = NULL;

	ck_assert_int_eq(exec_message_run(7, &command, &message, len), 0);
	return message;
}

START_TEST(a_request_arrives_as_it_was_sent)
{
	struct exec_request request;
	size_t len;
	uint8_t *message = encoded(&len);

	ck_assert_int_eq(exec_request_parse(message, len, &request), 0);
	ck_assert_int_eq(request.kind, EXEC_MESSAGE_RUN);
	ck_assert_uint_eq(request.id, 7);
	ck_assert_uint_eq(request.timeout_ms, 1000);
	ck_assert_uint_eq(request.endpoint_port, 65535);
	ck_assert_str_eq(request.pod_name, "web-0");
	ck_assert_str_eq(request.pod_namespace, "");
	ck_assert_str_eq(request.pod_ip, "10.0.0.1");
	for (int i = 0; i < 4; i++)
		ck_assert_str_eq(request.argv[i], words[i]);
	ck_assert_ptr_null(request.argv[4]);
	exec_request_release(&request);
	free(message);
}
END_TEST

START_TEST(a_cancel_names_its_command)
{
	uint8_t message[EXEC_CANCEL_SIZE];
	struct exec_request request;

	exec_message_cancel(9, message);
	ck_assert_int_eq(exec_request_parse(message, sizeof(message), &request), 0);
	ck_assert_int_eq(request.kind, EXEC_MESSAGE_CANCEL);
	ck_assert_uint_eq(request.id, 9);
}
END_TEST

/* Each copy ends exactly where its allocation does, so that a sanitizer sees a step too far. */
START_TEST(no_part_of_a_request_is_taken_for_one)
{
	size_t len;
	uint8_t *message = encoded(&len);

	for (size_t part = 0; part < len; part++) {
		struct exec_request request;
		uint8_t *copy = malloc(part + 1);

		memcpy(copy, message, part);
		copy = realloc(copy, part > 0 ? part : 1);
		ck_assert_int_eq(exec_request_parse(copy, part, &request), ERR_SYNTAX);
		free(copy);
	}
	uint8_t *more = calloc(1, len + 1);
	struct exec_request request;

	memcpy(more, message, len);
	ck_assert_int_eq(exec_request_parse(more, len + 1, &request), ERR_SYNTAX);
	more[0] = 99;
	ck_assert_int_eq(exec_request_parse(more, len, &request), ERR_SYNTAX);
	free(more);
	free(message);
}
END_TEST

START_TEST(a_reply_is_not_trusted)
{
	struct exec_reply reply = { .id = 3, .code = OUTCOME_EXIT_NONZERO, .value = 2, .took_us = 5 };
	struct outcome outcome;
	uint32_t id;

	memset(reply.detail, '\033', sizeof(reply.detail));
	ck_assert_int_eq(exec_reply_parse(&reply, sizeof(reply), &id, &outcome), 0);
	ck_assert_uint_eq(id, 3);
	ck_assert_int_eq(outcome.value, 2);
	ck_assert_uint_eq(outcome.took_us, 5);
	ck_assert_uint_eq(strspn(outcome.detail, "?"), OUTCOME_DETAIL_SIZE - 1);
	ck_assert_int_eq(exec_reply_parse(&reply, sizeof(reply) - 1, &id, &outcome), ERR_SYNTAX);
	reply.code = OUTCOME_HTTP_STATUS;
	ck_assert_int_eq(exec_reply_parse(&reply, sizeof(reply), &id, &outcome), ERR_SYNTAX);
	reply.code = 100000;
	ck_assert_int_eq(exec_reply_parse(&reply, sizeof(reply), &id, &outcome), ERR_SYNTAX);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exec_message");
	TCase *tc = tcase_create("exec_message");

	tcase_add_test(tc, a_request_arrives_as_it_was_sent);
	tcase_add_test(tc, a_cancel_names_its_command);
	tcase_add_test(tc, no_part_of_a_request_is_taken_for_one);
	tcase_add_test(tc, a_reply_is_not_trusted);
	suite_add_tcase(s, tc);
	return s;
}
