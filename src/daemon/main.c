/* main.c - the daemon's way in: settings, then run, check or tell the version. */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/heap.h"
#include "daemon/check.h"
#include "daemon/config.h"
#include "daemon/rollcall.h"
#include "probe/helper.h"

static int
run(const struct config_flags *flags, struct config *config)
{
	struct rollcall *rollcall = NULL;
	int status = rollcall_start(flags, config, &rollcall);

	if (status != 0)
		return status;
	status = rollcall_run(rollcall);
	rollcall_stop(rollcall);
	return status;
}

static int
load_and_go(const struct config_flags *flags)
{
	struct config *config = NULL;
	struct diag *diag = diag_new();
	int status;
	int err = diag == NULL ? ERR_NOMEM : config_load(flags, diag, &config);

	diag_print(diag, SEVERITY_INFO, stderr);
	diag_free(diag);
	if (err != 0)
		return err == ERR_NOMEM ? EX_OSERR : EX_CONFIG;
	config_log_apply(&config->log);
	if (flags->action == CONFIG_RUN)
		return run(flags, config);      /* takes the config over */
	status = check_manifests(config);
	config_free(config);
	return status;
}

/*
 * A reload that is asked for before there is a loop waits for it: a service manager may send HUP as
 * soon as the process exists, and its default is to end us.
 */
static void
hold_reloads(void)
{
	sigset_t reload;

	sigemptyset(&reload);
	sigaddset(&reload, SIGHUP);
	sigprocmask(SIG_BLOCK, &reload, NULL);
}

int
main(int argc, char **argv)
{
	struct config_flags flags;
	int status = 0, err;

	if (argc > 1 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
		return helper_main(argc, argv);
	hold_reloads();
	heap_prepare();
	err = config_flags_read(argc, argv, &flags);
	if (err != 0) {
		fputs(err == ERR_NOMEM ? "rollcalld: out of memory\n" : "Try rollcalld --help.\n",
		    stderr);
		return err == ERR_NOMEM ? EX_OSERR : EX_USAGE;
	}
	if (flags.action == CONFIG_VERSION)
		puts("rollcalld " PACKAGE_VERSION);
	else if (flags.action == CONFIG_HELP)
		config_usage();
	else
		status = load_and_go(&flags);
	config_flags_release(&flags);
	return status;
}
