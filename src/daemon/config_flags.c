/* config_flags.c - the command line taken apart. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/config.h"

enum { OPT_CONFIG = 256, OPT_ZONES, OPT_LISTEN, OPT_HTTP, OPT_STATE_DIR, OPT_NO_STATE,
	OPT_CLUSTER_DOMAIN, OPT_SERVICE_CIDR, OPT_THREADS, OPT_LOG_FORMAT, OPT_CHECK, OPT_VERSION, OPT_HELP };

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "zones", required_argument, NULL, OPT_ZONES },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "http", required_argument, NULL, OPT_HTTP },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "no-state", no_argument, NULL, OPT_NO_STATE },
	{ "cluster-domain", required_argument, NULL, OPT_CLUSTER_DOMAIN },
	{ "service-cidr", required_argument, NULL, OPT_SERVICE_CIDR },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "log-format", required_argument, NULL, OPT_LOG_FORMAT },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

void
config_usage(void)
{
	puts("usage: rollcalld [--config FILE] [--zones DIR]... [--listen ADDR:PORT]...\n"
	    "                 [--http ADDR:PORT] [--state-dir DIR | --no-state] [--threads N]\n"
	    "                 [--cluster-domain NAME] [--service-cidr CIDR]...\n"
	    "                 [--log-format text|json|journal]\n"
	    "                 [--check] [--version] [--help]\n"
	    "\n"
	    "  --config FILE          settings; default " CONFIG_FILE " if it is there\n"
	    "  --zones DIR            folder or file of manifests, watched\n"
	    "  --listen ADDR:PORT     answer DNS here, UDP and TCP; port 0: any\n"
	    "  --http ADDR:PORT       /healthz, /readyz, /metrics; \"\": none\n"
	    "  --state-dir DIR        where addresses and verdicts are kept\n"
	    "  --no-state             keep nothing over a restart\n"
	    "  --cluster-domain NAME  the zone of all Services; default cluster.local\n"
	    "  --service-cidr CIDR    where cluster IPs come from; default 10.96.0.0/12\n"
	    "  --threads N            that answer on each address; default one for each CPU\n"
	    "  --log-format FORMAT    text, json or journal; default: what stderr leads to\n"
	    "  --check                read settings and manifests, say what is wrong, exit\n"
	    "\n"
	    "Flags win over the file; --zones, --listen and --service-cidr replace its lists.");
}

/* No more words than there are arguments. */
static int
add(const char ***list, size_t *count, int argc)
{
	if (*list == NULL)
		*list = calloc((size_t)argc, sizeof(**list));
	if (*list == NULL)
		return ERR_NOMEM;
	(*list)[(*count)++] = optarg;
	return 0;
}

static int
take_option(int option, int argc, struct config_flags *flags)
{
	switch (option) {
	case OPT_CONFIG:
		flags->file = optarg;
		return 0;
	case OPT_ZONES:
		return add(&flags->zones, &flags->zone_count, argc);
	case OPT_LISTEN:
		return add(&flags->listen, &flags->listen_count, argc);
	case OPT_SERVICE_CIDR:
		return add(&flags->service_cidrs, &flags->service_cidr_count, argc);
	case OPT_HTTP:
		flags->http = optarg;
		return 0;
	case OPT_STATE_DIR:
		flags->state_dir = optarg;
		return 0;
	case OPT_NO_STATE:
		flags->no_state = true;
		return 0;
	case OPT_CLUSTER_DOMAIN:
		flags->cluster_domain = optarg;
		return 0;
	case OPT_THREADS:
		flags->threads = optarg;
		return 0;
	case OPT_LOG_FORMAT:
		flags->log_format = optarg;
		return 0;
	case OPT_CHECK:
		flags->action = CONFIG_CHECK;
		return 0;
	case OPT_VERSION:
		flags->action = CONFIG_VERSION;
		return 0;
	case OPT_HELP:
		flags->action = CONFIG_HELP;
		return 0;
	default:
		return ERR_INVALID;     /* getopt has said what is wrong */
	}
}

int
config_flags_read(int argc, char **argv, struct config_flags *flags)
{
	int err = 0, option;

	memset(flags, 0, sizeof(*flags));
	optind = 1;
	while (err == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		err = take_option(option, argc, flags);
	if (err == 0 && optind < argc) {
		fprintf(stderr, "rollcalld: unexpected argument: %s\n", argv[optind]);
		err = ERR_INVALID;
	}
	if (err == 0 && flags->no_state && flags->state_dir != NULL) {
		fprintf(stderr, "rollcalld: --state-dir and --no-state exclude each other\n");
		err = ERR_INVALID;
	}
	if (err != 0)
		config_flags_release(flags);
	return err;
}

void
config_flags_release(struct config_flags *flags)
{
	free(flags->zones);
	free(flags->listen);
	free(flags->service_cidrs);
	memset(flags, 0, sizeof(*flags));
}
