/* cmd_resolvconf.c - rollcall resolvconf: let this host's resolver find names of the cluster. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/resolv_install.h"
#include "cli/resolv_text.h"
#include "cli/whereabouts.h"

struct resolvconf_options {
	const char *way;
	const char *root;
	const char *nameserver;
	const char *domain;
};

static const struct flag flags[] = {
	{ .name = "for", .kind = FLAG_TEXT, .at = offsetof(struct resolvconf_options, way),
	    .argument = "WHAT", .choices = "plain|systemd-resolved|NetworkManager",
	    .help = "how names are looked up here; default: by what /etc/resolv.conf is" },
	{ .name = "nameserver", .kind = FLAG_TEXT, .argument = "ADDRESS[:PORT]",
	    .at = offsetof(struct resolvconf_options, nameserver),
	    .help = "where DNS is answered; default: what the daemon says" },
	{ .name = "domain", .kind = FLAG_TEXT, .at = offsetof(struct resolvconf_options, domain),
	    .argument = "NAME", .help = "the cluster's domain; default: what the daemon says" },
	{ .name = "root", .kind = FLAG_TEXT, .at = offsetof(struct resolvconf_options, root),
	    .argument = "FOLDER", .help = "write below this folder, not to the host",
	    .complete = COMPLETE_FOLDERS },
	{ .name = NULL },
};

/* From the options, or else from the daemon. */
static int
find_wish(struct cli *cli, const struct resolvconf_options *options, struct whereabouts *where,
    struct resolv_wish *wish)
{
	int status;

	wish->ns = cli_namespace(cli);
	wish->domain = options->domain;
	if (options->nameserver != NULL && addr_port_parse(options->nameserver, &wish->dns) != 0) {
		wish->dns.port = 53;
		if (addr_parse(options->nameserver, &wish->dns.addr) != 0)
			return cli_usage(cli, "%s is no address", options->nameserver);
	}
	if (options->nameserver != NULL && options->domain != NULL)
		return 0;
	status = whereabouts_ask(cli, where);
	if (status != 0)
		return status;
	if (options->domain == NULL)
		wish->domain = where->domain;
	if (options->nameserver == NULL)
		(void)whereabouts_choose(where, &wish->dns);
	return 0;
}

static int
say_result(const struct cli *cli, int err, const struct strbuf *said)
{
	fputs(said->text, stdout);
	if (err == 0)
		return 0;
	if (err == ERR_INVALID) {
		cli_say(cli, "a resolv.conf can name no port but 53, and the daemon listens at another: "
		    "let it listen at 53, or use --for systemd-resolved or NetworkManager");
		return EX_UNAVAILABLE;
	}
	cli_say(cli, "%s", err == ERR_SYSTEM ? strerror(errno) : err_text(err));
	return EX_OSERR;
}

static int
print(const struct cli *cli, enum resolv_way way, const struct resolv_wish *wish)
{
	struct strbuf text = STRBUF_INIT;

	if (way == RESOLV_RESOLVED)
		resolv_text_resolved(wish, &text);
	else if (way == RESOLV_NETWORK_MANAGER)
		resolv_text_dnsmasq(wish, &text);
	else
		resolv_text_plain(wish, &text);
	fputs(text.text, stdout);
	strbuf_release(&text);
	if (way == RESOLV_PLAIN && wish->dns.port != 53)
		cli_say(cli, "the daemon listens at port %u, which a resolv.conf cannot say",
		    wish->dns.port);
	return 0;
}

static int
resolvconf_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct resolvconf_options *options = arg;
	const char *verb = word_count == 0 ? "print" : words[0];
	const char *root = options->root != NULL ? options->root : "";
	struct strbuf said = STRBUF_INIT;
	enum resolv_way way = RESOLV_PLAIN;
	struct whereabouts where;
	struct resolv_wish wish = { .ns = NULL };
	bool install = strcmp(verb, "install") == 0;
	int status;

	if (word_count > 1 || (!install && strcmp(verb, "print") != 0 && strcmp(verb, "remove") != 0))
		return cli_usage(cli, "say print, install or remove");
	if (strcmp(verb, "remove") == 0) {
		status = say_result(cli, resolv_install_remove(root, &said), &said);
		strbuf_release(&said);
		return status;
	}
	if (options->way != NULL)
		(void)resolv_install_way(options->way, &way);
	else if (install)
		way = resolv_install_detect(root);
	status = find_wish(cli, options, &where, &wish);
	if (status != 0)
		return status;
	if (!install)
		return print(cli, way, &wish);
	status = say_result(cli, resolv_install_put(root, way, &wish, &said), &said);
	strbuf_release(&said);
	return status;
}

const struct command cmd_resolvconf = {
	.name = "resolvconf",
	.arguments = "[print|install|remove]",
	.summary = "let this host's resolver find names of the cluster",
	.group = COMMAND_HOST,
	.detail = "Prints a resolv.conf as a Pod has it, or lets the host's own resolver ask the daemon: "
	    "in /etc/resolv.conf itself, where nobody else writes it, by a drop-in of systemd-resolved, "
	    "or by NetworkManager's dnsmasq. What was there is kept and comes back with `remove`. "
	    "systemd-resolved completes single labels only: web is found, web.shop is not "
	    "(web.shop.svc.cluster.local always is).",
	.examples = "rollcall resolvconf -n shop\n"
	    "rollcall resolvconf install --for systemd-resolved\n"
	    "rollcall resolvconf remove\n",
	.flags = flags,
	.options_size = sizeof(struct resolvconf_options),
	.run = resolvconf_main,
};
