/* cli.c - what every command is handed: global options, and questions to the daemon in words. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/screen.h"

#define GLOBAL(name_, letter_, field_, argument_, help_, choices_, complete_) \
	{ .name = (name_), .letter = (letter_), .kind = FLAG_TEXT, \
	  .at = offsetof(struct cli, field_), .argument = (argument_), .help = (help_), \
	  .choices = (choices_), .complete = (complete_) }
#define GLOBAL_COLOR \
	GLOBAL("color", 0, color, "WHEN", "colours: auto (on a terminal, unless NO_COLOR is set), " \
	    "always or never", "auto|always|never", COMPLETE_NOTHING)
#define GLOBAL_HELP \
	{ .name = "help", .letter = 'h', .kind = FLAG_TRUTH, .at = offsetof(struct cli, help), \
	  .help = "show this" }

const struct flag cli_flags[] = {
	GLOBAL("server", 's', server, "ADDRESS", "the daemon: a URL or the path of its Unix socket; "
	    "else ROLLCALL_SERVER, else the sockets and http://127.0.0.1:8053", NULL, COMPLETE_FILES),
	GLOBAL("namespace", 'n', namespace, "NAMESPACE", "look here instead of in default", NULL,
	    COMPLETE_NAMESPACES),
	GLOBAL("token-file", 0, token_file, "FILE", "a file with the token to send, over https only",
	    NULL, COMPLETE_FILES),
	GLOBAL("cacert", 0, cacert, "FILE", "whom to believe that it is the daemon, over https", NULL,
	    COMPLETE_FILES),
	GLOBAL_COLOR,
	GLOBAL_HELP,
	{ .name = NULL },
};

const struct flag cli_flags_offline[] = {
	GLOBAL_COLOR,
	GLOBAL_HELP,
	{ .name = NULL },
};

const char *
cli_namespace(const struct cli *cli)
{
	return cli->namespace != NULL && *cli->namespace != '\0' ? cli->namespace : "default";
}

static void
say(const struct cli *cli, const char *format, va_list args)
{
	screen_leave(cli->screen);
	fprintf(stderr, "rollcall %s: ", cli->command);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void
cli_say(const struct cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(cli, format, args);
	va_end(args);
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(cli, format, args);
	va_end(args);
	fprintf(stderr, "Try rollcall %s --help.\n", cli->command);
	return EX_USAGE;
}

struct client *
cli_client(struct cli *cli)
{
	struct strbuf problem = STRBUF_INIT;
	const char *server = cli->server;

	if (cli->client != NULL)
		return cli->client;
	if (server == NULL || *server == '\0')
		server = getenv("ROLLCALL_SERVER");
	cli->client = client_new(&(struct client_settings){
		.server = server != NULL && *server != '\0' ? server : NULL,
		.token_file = cli->token_file,
		.cacert = cli->cacert,
	    }, &problem);
	if (cli->client == NULL)
		cli_say(cli, "%s", problem.text);
	strbuf_release(&problem);
	return cli->client;
}

void
cli_release(struct cli *cli)
{
	client_free(cli->client);
	cli->client = NULL;
}

/* Text of the server, fit for a terminal, with its lines kept. */
static void
print_text(const char *text, FILE *out)
{
	char shown[1024];

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t part = len < sizeof(shown) / 4 ? len : sizeof(shown) / 4;

		(void)text_escape(shown, sizeof(shown), text, part);
		fputs(shown, out);
		text += part;
		if (*text == '\n') {
			fputc('\n', out);
			text++;
		}
	}
}

static int
exit_code(int status)
{
	if (status == 400 || status == 422)
		return EX_DATAERR;
	return status >= 500 ? EX_UNAVAILABLE : 1;
}

/* kubectl's words: "The Service "x" is invalid: ..." for 422, else "Error from server (...)". */
static void
print_parts(const struct cli *cli, const json_t *whole, const char *message)
{
	const char *reason = json_string_value(json_object_get(whole, "reason"));

	screen_leave(cli->screen);
	if (reason != NULL && strcmp(reason, "Invalid") == 0 && strstr(message, " is invalid: ")) {
		fputs("The ", stderr);
	} else if (reason != NULL && *reason != '\0') {
		fputs("Error from server (", stderr);
		print_text(reason, stderr);
		fputs("): ", stderr);
		if (cli->doing_file != NULL)
			fprintf(stderr, "error when %s \"%s\": ", cli->doing, cli->doing_file);
	} else {
		fputs("Error from server: ", stderr);
	}
	print_text(message, stderr);
	fputc('\n', stderr);
}

int
cli_print_status(const struct cli *cli, int status, const char *reply)
{
	json_t *whole = json_loads(reply, 0, NULL);
	const char *message = json_string_value(json_object_get(whole, "message"));

	if (message != NULL && *message != '\0')
		print_parts(cli, whole, message);
	else
		cli_say(cli, "the server answers %d without a word on why", status);
	json_decref(whole);
	return exit_code(status);
}

int
cli_call(struct cli *cli, struct call *call)
{
	struct client *client = cli_client(cli);
	int err;

	if (client == NULL)
		return EX_UNAVAILABLE;
	err = client_call(client, call);
	if (err != 0) {
		cli_say(cli, "%s", client_problem(client));
		return err == ERR_NOMEM ? EX_OSERR : EX_UNAVAILABLE;
	}
	for (const char *line = call->warnings.text; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		char shown[512];

		(void)text_escape(shown, sizeof(shown), line, len < 400 ? len : 400);
		fprintf(stderr, "Warning: %s\n", shown);
		line += len + (line[len] == '\n' ? 1 : 0);
	}
	return call->status < 400 ? 0 : cli_print_status(cli, call->status, call->reply.text);
}

static int
read_reply(const struct cli *cli, const struct call *call, json_t **json)
{
	json_error_t error;

	*json = json_loadb(call->reply.text, call->reply.len, 0, &error);
	if (*json != NULL)
		return 0;
	cli_say(cli, "the reply to %s is not the JSON that was asked for (%s)", call->path,
	    error.text);
	return EX_UNAVAILABLE;
}

int
cli_get(struct cli *cli, const char *path, json_t **json)
{
	return cli_send(cli, "GET", path, NULL, json);
}

int
cli_send(struct cli *cli, const char *method, const char *path, const json_t *body, json_t **json)
{
	struct call call = CALL_INIT(method, path);
	char *text = NULL;
	int code = EX_OSERR;

	if (strcmp(method, "PATCH") == 0)
		call.type = "application/merge-patch+json";

	if (body != NULL) {
		text = json_dumps(body, JSON_COMPACT);
		if (text == NULL) {
			cli_say(cli, "no memory");
			goto out;
		}
		call.body = text;
		call.body_len = strlen(text);
	}
	code = cli_call(cli, &call);
	if (code == 0 && json != NULL)
		code = read_reply(cli, &call, json);
out:
	free(text);
	call_release(&call);
	return code;
}
