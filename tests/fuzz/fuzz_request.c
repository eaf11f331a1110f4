/* fuzz_request.c - any octets as the head of a request: read within bounds, let in as one thing only. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ops/gate.h"
#include "ops/request_head.h"
#include "ops/request_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_in(const struct head_value *value, const char *text, size_t len)
{
	return value->text == NULL ||
	    (value->text >= text && value->text + value->len <= text + len);
}

/* What goes around must not come through, however it is written. */
static void
check_target(const struct head_value *path)
{
	char *raw = malloc(path->len + 1);
	struct request_target target;

	if (raw == NULL)
		return;
	memcpy(raw, path->text, path->len);
	raw[path->len] = '\0';
	if (request_target_parse(raw, raw, &target) == 0) {
		if (target.path[0] != '/' || strstr(target.path, "//") != NULL ||
		    strstr(target.path, "/../") != NULL || strstr(target.path, "/./") != NULL ||
		    strlen(target.path) > path->len)
			abort();
		for (const char *c = target.path; *c != '\0'; c++)
			if ((unsigned char)*c < 0x20)
				abort();
		(void)request_target_query(&target, "nothing");
		request_target_release(&target);
	}
	free(raw);
}

static void
check_doors(const struct request_head *head)
{
	static const char *const names[] = { "friend.example" };
	struct gate *gate = gate_new();
	struct gate_verdict verdict;

	if (gate == NULL)
		return;
	gate_set_hosts(gate, names, 1);
	gate_set_token(gate, "fedcba9876543210fedcba9876543210");
	gate_ask(gate, DOOR_PLAIN, false, head, &verdict);
	if (verdict.is_writer)
		abort();
	gate_ask(gate, DOOR_LOCAL, false, head, &verdict);
	if (verdict.is_writer || verdict.code == 0)
		abort();
	gate_ask(gate, DOOR_TLS, false, head, &verdict);
	if (verdict.is_writer && (verdict.code != 0 || head->authorization.text == NULL))
		abort();
	gate_free(gate);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t len = request_head_len(text, size);
	struct request_head head;
	const char *why = NULL;
	int code;

	if (len == 0)
		return 0;
	code = request_head_read(text, len, &head, &why);
	if ((code != 0) != (why != NULL) || (code != 0 && (code < 400 || code > 505)))
		abort();
	if (code != 0)
		return 0;
	if (!lies_in(&head.path, text, len) || !lies_in(&head.host, text, len) ||
	    !lies_in(&head.origin, text, len) || !lies_in(&head.authorization, text, len) ||
	    !lies_in(&head.fetch_site, text, len) || head.path.len == 0 ||
	    head.content_length > REQUEST_BODY_MAX || (head.is_chunked && head.content_length > 0))
		abort();
	check_target(&head.path);
	check_doors(&head);
	return 0;
}
