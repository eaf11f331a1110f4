/* stage.c - a schedule on a fake engine and a turned clock, for tests. */
#include "tests/probe/stage.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct probe {
	struct due_node end;            /* first, so that the node is the probe */
	struct stage *stage;
	probe_done_fn *done;
	void *arg;
	const struct probe_target *whom;
	enum outcome_code code;
};

static void __attribute__((format(printf, 2, 3)))
note(struct stage *stage, const char *format, ...)
{
	va_list args;

	if (stage->quiet)
		return;
	if (stage->log_len > 0)
		stage->log[stage->log_len++] = ' ';
	va_start(args, format);
	int len = vsnprintf(stage->log + stage->log_len, STAGE_LOG_SIZE - stage->log_len, format, args);
	va_end(args);
	ck_assert_int_gt(len, 0);
	stage->log_len += (size_t)len;
	ck_assert_uint_lt(stage->log_len, STAGE_LOG_SIZE - 1);
}

static char
next_letter(struct stage *stage, uint16_t port)
{
	if (port >= STAGE_PORTS || stage->scripts[port] == NULL)
		return 'P';
	char letter = stage->scripts[port][0];

	if (stage->scripts[port][1] != '\0')
		stage->scripts[port]++;
	return letter;
}

static struct probe *
start(void *arg, const struct probe_target *whom, probe_done_fn *done, void *done_arg)
{
	struct stage *stage = arg;
	char letter = next_letter(stage, whom->port);

	note(stage, "start:%u", whom->port);
	if (stage->start_ms != NULL && stage->starts < stage->start_room)
		stage->start_ms[stage->starts] = stage->now_ms;
	stage->starts++;
	if (whom->port < STAGE_PORTS)
		stage->last_start_ms[whom->port] = stage->now_ms;
	for (size_t i = 0; i < stage->ends.count && !stage->quiet; i++)
		if (((struct probe *)stage->ends.slots[i].node)->whom == whom)
			stage->overlaps++;
	if (stage->on_start != NULL)
		stage->on_start(stage, whom);
	if (letter == 'M')
		return NULL;
	struct probe *probe = calloc(1, sizeof(*probe));

	*probe = (struct probe){ .stage = stage, .done = done, .arg = done_arg, .whom = whom,
		.code = letter == 'P' ? OUTCOME_PASS : letter == 'F' ? OUTCOME_CONNECT_REFUSED :
		    OUTCOME_FAULT_FILES };
	ck_assert_int_eq(due_heap_reserve(&stage->ends, stage->ends.count + 1), 0);
	due_heap_put(&stage->ends, &probe->end, stage->now_ms + stage->took_ms);
	return probe;
}

static void
cancel(void *arg, struct probe *probe)
{
	struct stage *stage = arg;

	note(stage, "cancel:%u", probe->whom->port);
	stage->cancels++;
	due_heap_remove(&stage->ends, &probe->end);
	free(probe);
}

static void
verdict(void *arg, const struct schedule_report *report)
{
	struct stage *stage = arg;

	note(stage, "%u=%s(%u/%u)", report->target->port, verdict_text(report->verdict), report->run,
	    report->threshold);
	if (stage->on_verdict != NULL)
		stage->on_verdict(stage, report);
}

static void
ended(void *arg, const struct schedule_report *report)
{
	struct stage *stage = arg;

	if (outcome_class(report->outcome->code) == OUTCOME_CLASS_FAULT)
		note(stage, "fault:%u", report->target->port);
}

static void
forgotten(void *arg, const char *id)
{
	struct stage *stage = arg;

	ck_assert_uint_gt(strlen(id), 0);
	note(stage, "forgot");
	stage->forgotten++;
}

static void
wake(void *arg, uint64_t due_ms)
{
	struct stage *stage = arg;

	ck_assert_uint_lt(due_ms, stage->wake_ms);
	stage->wake_ms = due_ms;
}

static uint64_t
now(void *arg)
{
	return ((struct stage *)arg)->now_ms;
}

struct stage *
stage_new(uint32_t max_concurrent)
{
	static const struct schedule_ops ops = { start, cancel, verdict, ended, forgotten, wake };
	struct schedule_settings settings = { .max_concurrent = max_concurrent };
	struct stage *stage = calloc(1, sizeof(*stage));

	ck_assert_ptr_nonnull(stage);
	stage->wake_ms = UINT64_MAX;
	stage->took_ms = 5;
	stage->schedule = schedule_new(&settings, &ops, stage);
	ck_assert_ptr_nonnull(stage->schedule);
	schedule_set_now(stage->schedule, now, stage);
	return stage;
}

void
stage_free(struct stage *stage)
{
	schedule_free(stage->schedule);
	ck_assert_uint_eq(stage->ends.count, 0);
	ck_assert_uint_eq(stage->overlaps, 0);
	due_heap_release(&stage->ends);
	free(stage);
}

static void
end_one(struct stage *stage)
{
	struct probe *probe = (struct probe *)due_heap_first(&stage->ends);
	struct outcome outcome = { .code = probe->code };

	due_heap_remove(&stage->ends, &probe->end);
	probe->done(probe->arg, &outcome);
	free(probe);
}

static void
one_round(struct stage *stage)
{
	if (due_heap_first_ms(&stage->ends) <= stage->now_ms)
		end_one(stage);
	else
		stage->wake_ms = schedule_run(stage->schedule, stage->now_ms);
}

void
stage_until(struct stage *stage, uint64_t ms)
{
	for (;;) {
		uint64_t end_ms = due_heap_first_ms(&stage->ends);
		uint64_t next_ms = stage->wake_ms < end_ms ? stage->wake_ms : end_ms;

		if (next_ms > ms)
			break;
		if (next_ms > stage->now_ms)
			stage->now_ms = next_ms;
		one_round(stage);
	}
	stage->now_ms = ms;
}

void
stage_jump(struct stage *stage, uint64_t ms)
{
	stage->now_ms = ms;
	stage_until(stage, ms);
}

void
stage_set(struct stage *stage, const char *owner, const struct target *targets, size_t count)
{
	ck_assert_int_eq(schedule_set(stage->schedule, owner, targets, count, NULL, NULL,
	    stage->now_ms), 0);
}

void
stage_expect(struct stage *stage, const char *words)
{
	ck_assert_str_eq(stage->log, words);
	stage->log_len = 0;
	stage->log[0] = '\0';
}

struct probe_spec
stage_spec(void)
{
	return (struct probe_spec){ .engine = ENGINE_HTTP, .period_ms = 10000, .timeout_ms = 1000,
		.success_threshold = 1, .failure_threshold = 3, .port = { .number = 80 }, .path = "/",
		.grpc_service = "" };
}

struct target
stage_target(const struct probe_spec *spec, const char *id, enum probe_kind kind, uint16_t port)
{
	return (struct target){ .id = id, .kind = kind, .spec = spec,
		.addr = { .family = ADDR_IP4, .octets = { 10, 0, 0, 1 } }, .port = port, .ns = "default",
		.pod_name = "web", .container = "main" };
}
