/* doctor_parts.h - what the doctor's steps share; for the files doctor*.c only.  Thread: main. */
#ifndef ROLLCALL_CLI_DOCTOR_PARTS_H
#define ROLLCALL_CLI_DOCTOR_PARTS_H
#include <jansson.h>

#include "cli/attempt.h"
#include "cli/dns_ask.h"
#include "cli/doctor.h"
#include "cli/whereabouts.h"

struct doctor {
	struct cli *cli;
	const struct doctor_settings *settings;
	struct whereabouts where;
	struct addr_port dns;           /* where the daemon answers */
	json_t *why;                    /* the daemon's answer on the Service */
	const json_t *service;          /* in it */
	const char *name;               /* in full */
	struct attempts *attempts;
	unsigned failed;
	unsigned warned;
};

enum finding { FINDING_OK, FINDING_WARN, FINDING_FAIL };

/* One line; and what to do about it. */
void doctor_say(struct doctor *doctor, enum finding finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_advise(const struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Texts and numbers of an object; "" and 0 where they are not. */
const char *doctor_text(const json_t *object, const char *key);
unsigned doctor_number(const json_t *object, const char *key);

/* doctor_host.c: the name from the daemon; what the host's resolver is told. */
void doctor_check_name(struct doctor *doctor);
void doctor_check_resolver(struct doctor *doctor);
void doctor_check_switch(struct doctor *doctor);

/* doctor_service.c: its ports, address, endpoints. */
void doctor_check_port(struct doctor *doctor);
void doctor_check_address(struct doctor *doctor);
void doctor_check_endpoints(struct doctor *doctor);
#endif
