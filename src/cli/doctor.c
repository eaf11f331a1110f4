/* doctor.c - the troubleshooting list for one Service. */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/doctor_parts.h"
#include "cli/spoken.h"

static void
print_line(const struct doctor *doctor, const char *head, const char *format, va_list args)
{
	char line[1024], whole[1100];

	vsnprintf(line, sizeof(line), format, args);
	snprintf(whole, sizeof(whole), "%s%s\n", head, line);
	spoken_print_text(doctor->cli, whole);
}

void
doctor_say(struct doctor *doctor, enum finding finding, const char *format, ...)
{
	static const char *const heads[] = { "ok    ", "warn  ", "fail  " };
	va_list args;

	doctor->warned += finding == FINDING_WARN;
	doctor->failed += finding == FINDING_FAIL;
	va_start(args, format);
	print_line(doctor, heads[finding], format, args);
	va_end(args);
}

void
doctor_advise(const struct doctor *doctor, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(doctor, "      do: ", format, args);
	va_end(args);
}

const char *
doctor_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

unsigned
doctor_number(const json_t *object, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(object, key));
}

/* What the daemon knows of it. */
static int
ask_why(struct doctor *doctor)
{
	struct strbuf url = STRBUF_INIT, name = STRBUF_INIT;
	int status;

	strbuf_addf(&name, "svc/%s", doctor->settings->service);
	strbuf_add(&url, "/rollcall/v1/why");
	spoken_query(&url, "name", name.text);
	spoken_query(&url, "namespace", cli_namespace(doctor->cli));
	status = url.err != 0 || name.err != 0 ? EX_OSERR :
	    cli_get(doctor->cli, url.text, &doctor->why);
	strbuf_release(&url);
	strbuf_release(&name);
	return status;
}

static void
say_end(const struct doctor *doctor)
{
	printf("%u failed, %u warned\n", doctor->failed, doctor->warned);
}

static void
go_through(struct doctor *doctor)
{
	char where[ADDR_PORT_TEXT_SIZE];

	doctor->service = json_array_get(json_object_get(doctor->why, "services"), 0);
	doctor_say(doctor, FINDING_OK, "the daemon answers DNS at %s",
	    addr_port_text(&doctor->dns, where));
	if (doctor->service == NULL) {
		doctor_say(doctor, FINDING_FAIL, "there is no such Service");
		spoken_print_text(doctor->cli, doctor_text(doctor->why, "text"));
		return;
	}
	doctor->name = doctor_text(doctor->service, "dnsName");
	doctor_say(doctor, FINDING_OK, "Service %s/%s is known, of type %s",
	    doctor_text(doctor->service, "namespace"), doctor_text(doctor->service, "name"),
	    doctor_text(doctor->service, "type"));
	doctor_check_name(doctor);
	doctor_check_resolver(doctor);
	doctor_check_switch(doctor);
	doctor_check_port(doctor);
	doctor_check_address(doctor);
	doctor_check_endpoints(doctor);
}

int
doctor_run(struct cli *cli, const struct doctor_settings *settings)
{
	struct doctor doctor = { .cli = cli, .settings = settings };
	int status = whereabouts_ask(cli, &doctor.where);

	if (status == 0)
		status = ask_why(&doctor);
	if (status != 0)
		return status;
	(void)whereabouts_choose(&doctor.where, &doctor.dns);
	doctor.attempts = attempts_new(false);
	if (doctor.attempts != NULL)
		go_through(&doctor);
	else
		status = EX_OSERR;
	if (status == 0)
		say_end(&doctor);
	attempts_free(doctor.attempts);
	json_decref(doctor.why);
	return status != 0 ? status : doctor.failed > 0 ? 1 : 0;
}
