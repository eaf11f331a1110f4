/*
 * doctor.h - the troubleshooting list for one Service, step by step from where this command runs:
 * its name, short names, the host's resolver, its address and ports, each endpoint.  Thread: main.
 *
 * Nothing is ever pinged: only address and port together have a meaning (L03).
 */
#ifndef ROLLCALL_CLI_DOCTOR_H
#define ROLLCALL_CLI_DOCTOR_H
#include <stdbool.h>
#include <stdint.h>

struct cli;

struct doctor_settings {
	const char *service;            /* without svc/ */
	uint16_t port;                  /* that is used by who complains; 0: none was said */
	const char *resolv_conf;        /* files of the host */
	const char *nsswitch;
	const char *proc;               /* "/proc" */
	unsigned timeout_ms;            /* of each attempt */
	bool connect;                   /* to its address and endpoints */
};

/* Go through the list; each step is a line. 0: nothing failed; 1: something did; or an exit code. */
int doctor_run(struct cli *cli, const struct doctor_settings *settings);
#endif
