/* cmd_pools.c - rollcall pools: show how full the pools of addresses and ports are. */
#include "cli/spoken.h"
#include "cli/command.h"

struct pools_options {
	const char *output;
};

static const struct flag flags[] = {
	SPOKEN_OUTPUT(struct pools_options, output),
	{ .name = NULL },
};

static int
pools_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct pools_options *options = arg;
	struct strbuf url = STRBUF_INIT;

	(void)words;
	if (word_count > 0)
		return cli_usage(cli, "takes no words");
	strbuf_add(&url, "/rollcall/v1/pools");
	return spoken_get(cli, &url, options->output, NULL);
}

const struct command cmd_pools = {
	.name = "pools",
	.arguments = "",
	.summary = "show how full the pools of addresses and ports are",
	.group = COMMAND_LOOK,
	.detail = "Cluster IPs, load balancer addresses and node ports: how many there are, taken, and free. Without loadBalancerCIDRs Services of type LoadBalancer stay pending.",
	.flags = flags,
	.options_size = sizeof(struct pools_options),
	.run = pools_main,
};
