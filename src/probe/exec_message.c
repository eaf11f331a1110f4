/* exec_message.c - what daemon and exec helper say to each other, one message a packet. */
#include "probe/exec_message.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct head {
	uint32_t kind;
	uint32_t id;
	uint64_t timeout_ms;
	uint32_t argc;
	uint32_t endpoint_port;
};
_Static_assert(sizeof(struct head) == EXEC_CANCEL_SIZE, "a cancel is a head");

/* pod name, namespace, address */
#define FIXED_TEXTS 3

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
put(uint8_t **at, const char *text)
{
	size_t size = strlen(text) + 1;

	memcpy(*at, text, size);
	*at += size;
}

static int
measure(const struct helper_command *command, size_t *size)
{
	size_t words = 0;
	size_t fixed = strlen(or_empty(command->pod_name)) +
	    strlen(or_empty(command->pod_namespace)) +
	    strlen(or_empty(command->pod_ip)) + FIXED_TEXTS;

	if (command->argc == 0)
		return ERR_INVALID;
	for (size_t i = 0; i < command->argc; i++) {
		words += strlen(command->argv[i]) + 1;
		if (words > EXEC_ARGV_MAX)
			return ERR_LIMIT;
	}
	*size = sizeof(struct head) + fixed + words;
	return *size > EXEC_MESSAGE_MAX ? ERR_LIMIT : 0;
}

int
exec_message_run(uint32_t id, const struct helper_command *command, uint8_t **message, size_t *len)
{
	struct head head = { EXEC_MESSAGE_RUN, id, command->timeout_ms, (uint32_t)command->argc,
		command->endpoint_port };
	size_t size;
	int err = measure(command, &size);

	if (err != 0)
		return err;
	uint8_t *start = malloc(size);

	if (start == NULL)
		return ERR_NOMEM;
	uint8_t *at = start + sizeof(head);

	memcpy(start, &head, sizeof(head));
	put(&at, or_empty(command->pod_name));
	put(&at, or_empty(command->pod_namespace));
	put(&at, or_empty(command->pod_ip));
	for (size_t i = 0; i < command->argc; i++)
		put(&at, command->argv[i]);
	*message = start;
	*len = size;
	return 0;
}

void
exec_message_cancel(uint32_t id, uint8_t message[EXEC_CANCEL_SIZE])
{
	struct head head = { .kind = EXEC_MESSAGE_CANCEL, .id = id };

	memcpy(message, &head, sizeof(head));
}

/* The next text; NULL once the message has ended without one. */
static char *
next_text(uint8_t **at, const uint8_t *end)
{
	uint8_t *text = *at;
	uint8_t *nul = memchr(text, '\0', (size_t)(end - text));

	if (nul == NULL)
		return NULL;
	*at = nul + 1;
	return (char *)text;
}

static int
parse_texts(uint8_t *at, const uint8_t *end, uint32_t argc, struct exec_request *request)
{
	request->pod_name = next_text(&at, end);
	request->pod_namespace = request->pod_name == NULL ? NULL : next_text(&at, end);
	request->pod_ip = request->pod_namespace == NULL ? NULL : next_text(&at, end);
	/* Each word takes an octet at least, which bounds what is allocated. */
	if (request->pod_ip == NULL || argc == 0 || argc > (size_t)(end - at))
		return ERR_SYNTAX;
	request->argv = calloc((size_t)argc + 1, sizeof(*request->argv));
	if (request->argv == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < argc; i++) {
		request->argv[i] = next_text(&at, end);
		if (request->argv[i] == NULL)
			break;
	}
	if (request->argv[argc - 1] != NULL && at == end)
		return 0;
	exec_request_release(request);
	return ERR_SYNTAX;
}

int
exec_request_parse(uint8_t *message, size_t len, struct exec_request *request)
{
	struct head head;

	if (len < sizeof(head) || len > EXEC_MESSAGE_MAX)
		return ERR_SYNTAX;
	memcpy(&head, message, sizeof(head));
	if (head.endpoint_port > UINT16_MAX)
		return ERR_SYNTAX;
	*request = (struct exec_request){ .kind = head.kind, .id = head.id,
		.timeout_ms = head.timeout_ms, .endpoint_port = (uint16_t)head.endpoint_port };
	if (head.kind == EXEC_MESSAGE_CANCEL)
		return len == sizeof(head) ? 0 : ERR_SYNTAX;
	if (head.kind != EXEC_MESSAGE_RUN)
		return ERR_SYNTAX;
	return parse_texts(message + sizeof(head), message + len, head.argc, request);
}

void
exec_request_release(struct exec_request *request)
{
	free(request->argv);
	request->argv = NULL;
}

static bool
is_exec_code(uint32_t code)
{
	switch ((enum outcome_code)code) {
	case OUTCOME_PASS:
	case OUTCOME_EXIT_NONZERO:
	case OUTCOME_EXEC_SIGNAL:
	case OUTCOME_EXEC_TIMEOUT:
	case OUTCOME_EXEC_NOT_FOUND:
	case OUTCOME_EXEC_NOT_EXECUTABLE:
	case OUTCOME_FAULT_FILES:
	case OUTCOME_FAULT_MEMORY:
	case OUTCOME_FAULT_FORK:
	case OUTCOME_FAULT_HELPER:
		return true;
	default:
		return false;
	}
}

int
exec_reply_parse(const void *message, size_t len, uint32_t *id, struct outcome *outcome)
{
	struct exec_reply reply;

	if (len != sizeof(reply))
		return ERR_SYNTAX;
	memcpy(&reply, message, sizeof(reply));
	if (!is_exec_code(reply.code))
		return ERR_SYNTAX;
	reply.detail[sizeof(reply.detail) - 1] = '\0';
	*id = reply.id;
	*outcome = (struct outcome){ .code = reply.code, .value = reply.value,
		.took_us = reply.took_us };
	outcome_set_detail(outcome, reply.detail);
	return 0;
}
