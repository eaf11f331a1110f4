/* cmd_probe.c - rollcall probe: one attempt now, from here, every step with its time. */
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "cli/attempt.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/object_targets.h"
#include "cli/paint.h"
#include "cli/small_file.h"
#include "cli/spec_words.h"
#include "net/sock.h"

/* Attempts of one command. */
#define TARGETS_MAX 100
#define TIMEOUT_MS 1000

struct probe_options {
	unsigned timeout_ms;
	const char *kind;
	bool quiet;
};

static const struct probe_options defaults = { .timeout_ms = 0 };

static const struct flag flags[] = {
	{ .name = "timeout", .kind = FLAG_PERIOD, .at = offsetof(struct probe_options, timeout_ms),
	    .argument = "TIME", .help = "give up after so long; default: 1s, or what the object says" },
	{ .name = "kind", .kind = FLAG_TEXT, .at = offsetof(struct probe_options, kind),
	    .argument = "KIND", .choices = "startup|readiness|liveness",
	    .help = "only probes of this kind" },
	{ .name = "quiet", .letter = 'q', .kind = FLAG_TRUTH,
	    .at = offsetof(struct probe_options, quiet), .help = "only what came of it, no steps" },
	{ .name = NULL },
};

/* ---- one attempt ---- */

/* 0: it passed; 1: it did not; or an exit code. */
static int
attempt(const struct cli *cli, struct attempts *attempts, const struct probe_target *target,
    const char *shown, const struct probe_options *options)
{
	struct outcome outcome;
	char sentence[256];
	bool passed;

	printf("%s%s%s  (timeout %u ms)\n", paint(cli->colour, PAINT_HEAD), shown,
	    paint(cli->colour, PAINT_PLAIN), (unsigned)target->spec->timeout_ms);
	fflush(stdout);
	if (attempts_run(attempts, target, options->quiet, &outcome) != 0)
		return EX_OSERR;
	passed = outcome_class(outcome.code) == OUTCOME_CLASS_PASS;
	printf("%s%s%s: %s in %u.%02u ms\n", paint(cli->colour, passed ? PAINT_GOOD : PAINT_BAD),
	    passed ? "pass" : outcome_class(outcome.code) == OUTCOME_CLASS_FAULT ? "fault" : "fail",
	    paint(cli->colour, PAINT_PLAIN), outcome_text(&outcome, sentence, sizeof(sentence)),
	    outcome.took_us / 1000, outcome.took_us / 10 % 100);
	return passed ? 0 : 1;
}

/* ---- by a word ---- */

/* For engines that take addresses only. */
static int
look_up(const struct cli *cli, struct spec_words *words)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	struct addr_port where;
	int error = getaddrinfo(words->host, NULL, &hints, &found);

	if (error != 0) {
		cli_say(cli, "%s: %s", words->host, gai_strerror(error));
		return 1;
	}
	error = sock_to_addr(found->ai_addr, found->ai_addrlen, &where);
	freeaddrinfo(found);
	words->target.addr = where.addr;
	return error == 0 ? 0 : 1;
}

static int
by_word(struct cli *cli, const struct probe_options *options, char **words, size_t word_count)
{
	unsigned timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
	struct attempts *attempts = NULL;
	struct spec_words spec;
	const char *wrong = spec_words_read(words[0], words + 1, word_count - 1, timeout_ms, &spec);
	int status;

	if (wrong != NULL) {
		spec_words_release(&spec);
		return cli_usage(cli, "%s: %s", words[0], wrong);
	}
	status = spec.lookup ? look_up(cli, &spec) : 0;
	if (status == 0) {
		attempts = attempts_new(spec.spec.engine == ENGINE_EXEC);
		status = attempts == NULL ? EX_OSERR :
		    attempt(cli, attempts, &spec.target, spec.shown, options);
	}
	attempts_free(attempts);
	spec_words_release(&spec);
	return status;
}

/* ---- by objects ---- */

static void
say_target(const struct target *target, char *buf, size_t size)
{
	struct addr_port where = { target->addr, target->port };
	char text[ADDR_PORT_TEXT_SIZE];

	snprintf(buf, size, "%s: %s %s", target->id, probe_engine_text(target->spec->engine),
	    target->spec->engine == ENGINE_EXEC ? target->spec->command[0] :
	    addr_port_text(&where, text));
}

static int
run_target(const struct cli *cli, struct attempts *attempts, const struct target *target,
    const struct probe_options *options)
{
	struct probe_spec spec = *target->spec;
	char shown[512];

	if (options->timeout_ms != 0)
		spec.timeout_ms = options->timeout_ms;
	say_target(target, shown, sizeof(shown));
	return attempt(cli, attempts, &(struct probe_target){
		.spec = &spec, .addr = target->addr, .port = target->port, .trusted = true,
		.pod_name = target->pod_name != NULL ? target->pod_name : "", .ns = target->ns,
	}, shown, options);
}

static int
run_targets(const struct cli *cli, const struct target *list, size_t count,
    const struct probe_options *options)
{
	struct attempts *attempts;
	size_t done = 0;
	bool exec = false;
	int status = 0;

	for (size_t i = 0; i < count; i++)
		exec |= list[i].spec->engine == ENGINE_EXEC;
	attempts = attempts_new(exec);
	if (attempts == NULL)
		return EX_OSERR;
	for (size_t i = 0; i < count && done < TARGETS_MAX && status <= 1; i++) {
		int one;

		if (options->kind != NULL && strcmp(options->kind, probe_kind_text(list[i].kind)) != 0)
			continue;
		one = run_target(cli, attempts, &list[i], options);
		done++;
		status = one > status ? one : status;
	}
	attempts_free(attempts);
	if (done == 0) {
		cli_say(cli, "there is nothing that is probed");
		return 1;
	}
	return status;
}

/* GET an object and take it; 0 or an exit code. */
static int
fetch(struct cli *cli, struct object_targets *targets, const char *path)
{
	struct call call = CALL_INIT("GET", path);
	int status = cli_call(cli, &call);

	if (status == 0 && object_targets_add(targets, path, call.reply.text, call.reply.len,
	    NULL) == ERR_NOMEM)
		status = EX_OSERR;
	call_release(&call);
	return status;
}

/* Pods that the Service's endpoints are of, so that their own probes are run. */
static int
fetch_pods(struct cli *cli, struct object_targets *targets, const json_t *slice)
{
	const json_t *endpoints = json_object_get(slice, "endpoints");
	int status = 0;

	for (size_t i = 0; i < json_array_size(endpoints) && i < TARGETS_MAX && status == 0; i++) {
		const json_t *of = json_object_get(json_array_get(endpoints, i), "targetRef");
		const char *kind = json_string_value(json_object_get(of, "kind"));
		const char *name = json_string_value(json_object_get(of, "name"));
		struct strbuf path = STRBUF_INIT;

		if (kind == NULL || name == NULL || strcmp(kind, "Pod") != 0)
			continue;
		strbuf_addf(&path, "/api/v1/namespaces/%s/pods/%s", cli_namespace(cli), name);
		status = path.err != 0 ? EX_OSERR : fetch(cli, targets, path.text);
		strbuf_release(&path);
	}
	return status;
}

/* The slices are taken one by one: a list of them is none to our decoder. */
static int
fetch_slices(struct cli *cli, struct object_targets *targets, const char *service)
{
	struct strbuf path = STRBUF_INIT;
	json_t *answer = NULL;
	int status;

	strbuf_addf(&path, "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector="
	    "kubernetes.io%%2Fservice-name%%3D%s", cli_namespace(cli), service);
	status = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &answer);
	strbuf_release(&path);
	for (size_t i = 0; status == 0 && i < json_array_size(json_object_get(answer, "items")); i++) {
		json_t *slice = json_array_get(json_object_get(answer, "items"), i);
		char name[32];
		char *text;

		(void)json_object_set_new(slice, "apiVersion", json_string("discovery.k8s.io/v1"));
		(void)json_object_set_new(slice, "kind", json_string("EndpointSlice"));
		text = json_dumps(slice, JSON_COMPACT);
		snprintf(name, sizeof(name), "slice %zu", i);
		if (text == NULL || object_targets_add(targets, name, text, strlen(text), NULL) ==
		    ERR_NOMEM)
			status = EX_OSERR;
		free(text);
		if (status == 0)
			status = fetch_pods(cli, targets, slice);
	}
	json_decref(answer);
	return status;
}

/* svc/NAME, pod/NAME[:CONTAINER], or a file; *container is cut off. */
static int
collect(struct cli *cli, struct object_targets *targets, char *word, const char **container)
{
	struct strbuf text = STRBUF_INIT;
	char *slash = strchr(word, '/');
	bool pod = slash != NULL && (strncmp(word, "pod/", 4) == 0 || strncmp(word, "pods/", 5) == 0);
	bool service = slash != NULL && (strncmp(word, "svc/", 4) == 0 ||
	    strncmp(word, "service/", 8) == 0 || strncmp(word, "services/", 9) == 0);
	char *colon;
	int status;

	if (pod || service) {
		colon = pod ? strchr(slash, ':') : NULL;
		if (colon != NULL) {
			*colon = '\0';
			*container = colon + 1;
		}
		strbuf_addf(&text, "/api/v1/namespaces/%s/%s/%s", cli_namespace(cli),
		    pod ? "pods" : "services", slash + 1);
		status = text.err != 0 ? EX_OSERR : fetch(cli, targets, text.text);
		if (status == 0 && service)
			status = fetch_slices(cli, targets, slash + 1);
	} else if (small_file_read(word, &text) != 0) {
		status = cli_usage(cli, "%s is no file, and neither svc/NAME, pod/NAME nor a URL", word);
	} else {
		struct diag *diag = diag_new();
		int err = object_targets_add(targets, word, text.text, text.len, diag);

		diag_print(diag, SEVERITY_ERROR, stderr);
		diag_free(diag);
		status = err == 0 ? 0 : err == ERR_NOMEM ? EX_OSERR : EX_DATAERR;
	}
	strbuf_release(&text);
	return status;
}

static int
by_object(struct cli *cli, const struct probe_options *options, char *word)
{
	struct object_targets *targets = object_targets_new();
	const char *container = NULL;
	const struct target *list;
	size_t count;
	int status;

	if (targets == NULL)
		return EX_OSERR;
	status = collect(cli, targets, word, &container);
	if (status == 0 && object_targets_list(targets, container, &list, &count) != 0)
		status = EX_OSERR;
	if (status == 0)
		status = run_targets(cli, list, count, options);
	object_targets_free(targets);
	return status;
}

static int
probe_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct probe_options *options = arg;

	if (word_count == 0)
		return cli_usage(cli, "what?");
	if (spec_words_is(words[0]))
		return by_word(cli, options, words, word_count);
	if (word_count > 1)
		return cli_usage(cli, "one thing at a time");
	return by_object(cli, options, words[0]);
}

const struct command cmd_probe = {
	.name = "probe",
	.arguments = "URL|exec:COMMAND [ARGUMENT]...|svc/NAME|pod/NAME[:CONTAINER]|FILE",
	.summary = "probe once, now and from here, and show each step",
	.group = COMMAND_TRY,
	.detail = "Runs one attempt as the daemon would run it, by this command itself: http:// and "
	    "https:// HOST[:PORT]/PATH, tcp://HOST:PORT, grpc://HOST:PORT[/SERVICE], "
	    "dns://HOST[:PORT]/NAME[?TYPE], exec:COMMAND; or all probes of a Service, a Pod or one of its "
	    "containers as the daemon knows them, or of a manifest that it does not know yet. Values of "
	    "HTTP headers are known over the Unix socket only. Exits with 1 unless all pass.",
	.examples = "rollcall probe http://127.0.0.1:8080/healthz\n"
	    "rollcall probe -n shop svc/web\n"
	    "rollcall probe exec:/usr/libexec/rollcall/probes/disk-free / 10%\n",
	.flags = flags,
	.options_size = sizeof(struct probe_options),
	.defaults = &defaults,
	.ends_at_word = true,
	.complete = COMPLETE_SERVICES,
	.run = probe_main,
};
