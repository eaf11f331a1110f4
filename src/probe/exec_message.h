/* exec_message.h - what daemon and exec helper say to each other.  Thread: any; pure. */
#ifndef ROLLCALL_PROBE_EXEC_MESSAGE_H
#define ROLLCALL_PROBE_EXEC_MESSAGE_H
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"
#include "probe/helper.h"

/* Both ends are the same binary on the same host: numbers are in host order. */
enum exec_message_kind { EXEC_MESSAGE_RUN = 1, EXEC_MESSAGE_CANCEL = 2 };

#define EXEC_ARGV_MAX 65536             /* octets of all words with their NULs */
#define EXEC_MESSAGE_MAX (EXEC_ARGV_MAX + 2048)

/* A request as the helper sees it; `argv` ends in NULL and is freed with exec_request_release. */
struct exec_request {
	enum exec_message_kind kind;
	uint32_t id;
	uint64_t timeout_ms;
	uint16_t endpoint_port;         /* 0: none */
	const char *pod_name, *pod_namespace, *pod_ip;
	char **argv;
};

/*
 * The message that asks to run a command; malloc'ed.  0, ERR_LIMIT, ERR_INVALID (no words),
 * ERR_NOMEM.
 */
int exec_message_run(uint32_t id, const struct helper_command *command,
    uint8_t **message, size_t *len);

#define EXEC_CANCEL_SIZE 24
void exec_message_cancel(uint32_t id, uint8_t message[EXEC_CANCEL_SIZE]);

/* Take a message apart; texts point into it.  0, ERR_SYNTAX, ERR_NOMEM. */
int exec_request_parse(uint8_t *message, size_t len, struct exec_request *request);
void exec_request_release(struct exec_request *request);

/* How a command ended, sent as it is. */
struct exec_reply {
	uint32_t id;
	uint32_t code;
	int32_t value;
	uint32_t took_us;
	char detail[OUTCOME_DETAIL_SIZE];
};

/*
 * The outcome of a reply, not trusting it: what runs beside the helper may have taken it over.
 * 0, or ERR_SYNTAX for a size or a code that no helper sends.
 */
int exec_reply_parse(const void *message, size_t len, uint32_t *id, struct outcome *outcome);
#endif
