/* probe_exec.c - a probe that passes when a command exits with 0; the helper process runs it. */
#include <string.h>

#include "probe/engine.h"
#include "probe/helper.h"

struct exec_attempt {
	struct probe probe;
	struct helper_run *run;
	char pod_ip[ADDR_TEXT_SIZE];
};

/* Absolute, and without "." and ".." that would lead out of a folder again. */
static bool
is_plain_path(const char *path)
{
	if (path[0] != '/')
		return false;
	for (const char *part = path; part != NULL; part = strchr(part, '/')) {
		part++;
		size_t len = strcspn(part, "/");

		if ((len == 1 && part[0] == '.') || (len == 2 && memcmp(part, "..", 2) == 0))
			return false;
	}
	return true;
}

static bool
lies_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	while (len > 0 && folder[len - 1] == '/')
		len--;
	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

static bool
path_allowed(const struct prober_settings *settings, const char *path)
{
	if (settings->exec_path_count == 0)
		return true;
	if (!is_plain_path(path))
		return false;
	for (size_t i = 0; i < settings->exec_path_count; i++) {
		if (lies_in(path, settings->exec_paths[i]))
			return true;
	}
	return false;
}

static const char *
why_denied(const struct probe *probe)
{
	const struct prober_settings *settings = &probe->prober->settings;
	const struct probe_spec *spec = probe->target.spec;

	if (settings->helper == NULL)
		return "exec probes are disabled";
	if (!probe->target.trusted)
		return "the manifest is not from a trusted owner";
	if (spec->command_count == 0)
		return "no command";
	if (!path_allowed(settings, spec->command[0]))
		return "the command is not in probes.exec.path";
	return NULL;
}

static void
ran(void *arg, const struct outcome *outcome)
{
	struct exec_attempt *exec = arg;
	struct probe *probe = &exec->probe;

	exec->run = NULL;
	probe_end_value(probe, outcome->code, outcome->value, outcome->detail);
}

static void
start(struct probe *probe)
{
	struct exec_attempt *exec = (struct exec_attempt *)probe;
	const struct probe_target *target = &probe->target;
	const char *denied = why_denied(probe);

	if (denied != NULL) {
		probe_end(probe, OUTCOME_EXEC_DENIED, denied);
		return;
	}
	exec->run = helper_run(probe->prober->settings.helper, &(struct helper_command){
		.argv = target->spec->command,
		.argc = target->spec->command_count,
		.pod_name = target->pod_name != NULL ? target->pod_name : "",
		.pod_namespace = target->ns != NULL ? target->ns : "",
		.pod_ip = target->addr.family != ADDR_NONE ?
		    addr_text(&target->addr, exec->pod_ip) : "",
		.endpoint_port = target->port,
		.timeout_ms = target->spec->timeout_ms,
	}, ran, exec);
	if (exec->run != NULL)
		probe_step(probe, "command handed over");
	else
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
}

/*
 * The helper keeps the deadline itself; without a word from it long after, it has more commands
 * than it can start, or hangs: whether it does is for helper.c to find out.
 */
static enum outcome_code
timeout(const struct probe *probe)
{
	(void)probe;
	return OUTCOME_FAULT_LATE;
}

static void
clear(struct probe *probe)
{
	struct exec_attempt *exec = (struct exec_attempt *)probe;

	if (exec->run != NULL)
		helper_cancel(exec->run);
}

const struct engine engine_exec = {
	.size = sizeof(struct exec_attempt),
	.grace_ms = 500,
	.start = start,
	.timeout = timeout,
	.clear = clear,
};
