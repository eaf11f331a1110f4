/* resolv_install.c - let a host's own resolver find names of the cluster, and take that back. */
#include "cli/resolv_install.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "cli/resolv_text.h"
#include "cli/small_file.h"

#define PLAIN "/etc/resolv.conf"
#define KEPT PLAIN ".before-rollcall"
#define RESOLVED "/etc/systemd/resolved.conf.d/rollcall.conf"
#define MANAGER "/etc/NetworkManager/conf.d/rollcall.conf"
#define DNSMASQ "/etc/NetworkManager/dnsmasq.d/rollcall.conf"
#define DNS_PORT 53

static const struct {
	const char *text;
	const char *after;              /* what is left to be done by hand */
} ways[] = {
	[RESOLV_PLAIN] = { "plain", NULL },
	[RESOLV_RESOLVED] = { "systemd-resolved", "now: systemctl restart systemd-resolved" },
	[RESOLV_NETWORK_MANAGER] = { "NetworkManager", "now: systemctl restart NetworkManager" },
};
#define WAY_COUNT 3

const char *
resolv_install_way_text(enum resolv_way way)
{
	return ways[way].text;
}

int
resolv_install_way(const char *text, enum resolv_way *way)
{
	for (unsigned i = 0; i < WAY_COUNT; i++) {
		if (strcmp(text, ways[i].text) == 0) {
			*way = (enum resolv_way)i;
			return 0;
		}
	}
	return ERR_NOTFOUND;
}

static int
path_of(char path[PATH_MAX], const char *root, const char *below)
{
	return snprintf(path, PATH_MAX, "%s%s", root, below) < PATH_MAX ? 0 : ERR_LIMIT;
}

enum resolv_way
resolv_install_detect(const char *root)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX], target[PATH_MAX];
	enum resolv_way way = RESOLV_PLAIN;
	ssize_t len;

	if (path_of(path, root, PLAIN) != 0)
		return way;
	len = readlink(path, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	if (strstr(target, "systemd/resolve") != NULL)
		return RESOLV_RESOLVED;
	if (strstr(target, "NetworkManager") != NULL)
		return RESOLV_NETWORK_MANAGER;
	if (small_file_read(path, &text) == 0 && strstr(text.text, "by NetworkManager") != NULL)
		way = RESOLV_NETWORK_MANAGER;
	strbuf_release(&text);
	return way;
}

/* ---- files of ours ---- */

static bool
is_ours(const char *path)
{
	struct strbuf text = STRBUF_INIT;
	bool ours = small_file_read(path, &text) == 0 &&
	    strncmp(text.text, RESOLV_MARK, strlen(RESOLV_MARK)) == 0;

	strbuf_release(&text);
	return ours;
}

static bool
reads_so(const char *path, const char *text)
{
	struct strbuf now = STRBUF_INIT;
	bool same = small_file_read(path, &now) == 0 && strcmp(now.text, text) == 0;

	strbuf_release(&now);
	return same;
}

/* A file of ours with this below its mark. */
static int
put_file(const char *root, const char *below, const struct strbuf *content, struct strbuf *said)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX];
	int err = path_of(path, root, below);

	strbuf_add(&text, RESOLV_MARK);
	strbuf_add(&text, content->text);
	if (err == 0)
		err = content->err != 0 ? content->err : text.err;
	if (err == 0 && reads_so(path, text.text)) {
		strbuf_addf(said, "%s is as it should be\n", path);
	} else if (err == 0) {
		err = small_file_write(path, text.text);
		if (err == 0)
			strbuf_addf(said, "wrote %s\n", path);
	}
	strbuf_release(&text);
	return err;
}

/* What is there and not ours, a link as a link, gets a second name. */
static int
keep_before(const char *root, struct strbuf *said)
{
	char path[PATH_MAX], kept[PATH_MAX];
	struct stat found;

	if (path_of(path, root, PLAIN) != 0 || path_of(kept, root, KEPT) != 0)
		return ERR_LIMIT;
	if (lstat(path, &found) != 0)
		return errno == ENOENT ? 0 : ERR_SYSTEM;
	if (is_ours(path))
		return 0;
	if (unlink(kept) != 0 && errno != ENOENT)
		return ERR_SYSTEM;
	if (linkat(AT_FDCWD, path, AT_FDCWD, kept, 0) != 0)
		return ERR_SYSTEM;
	strbuf_addf(said, "kept %s as %s; let the daemon forward to that one\n", path, kept);
	return 0;
}

/* ---- the ways ---- */

static int
put_plain(const char *root, const struct resolv_wish *wish, struct strbuf *said)
{
	struct strbuf text = STRBUF_INIT;
	int err;

	if (wish->dns.port != DNS_PORT)
		return ERR_INVALID;
	resolv_text_plain(wish, &text);
	err = keep_before(root, said);
	if (err == 0)
		err = put_file(root, PLAIN, &text, said);
	strbuf_release(&text);
	return err;
}

static int
put_resolved(const char *root, const struct resolv_wish *wish, struct strbuf *said)
{
	struct strbuf text = STRBUF_INIT;
	int err;

	resolv_text_resolved(wish, &text);
	err = put_file(root, RESOLVED, &text, said);
	strbuf_release(&text);
	return err;
}

static int
put_manager(const char *root, const struct resolv_wish *wish, struct strbuf *said)
{
	struct strbuf text = STRBUF_INIT, dnsmasq = STRBUF_INIT;
	int err;

	strbuf_add(&text, "[main]\ndns=dnsmasq\n");
	resolv_text_dnsmasq(wish, &dnsmasq);
	err = put_file(root, DNSMASQ, &dnsmasq, said);
	if (err == 0)
		err = put_file(root, MANAGER, &text, said);
	strbuf_release(&text);
	strbuf_release(&dnsmasq);
	return err;
}

int
resolv_install_put(const char *root, enum resolv_way way, const struct resolv_wish *wish,
    struct strbuf *said)
{
	int err = 0;

	switch (way) {
	case RESOLV_PLAIN:
		err = put_plain(root, wish, said);
		break;
	case RESOLV_RESOLVED:
		err = put_resolved(root, wish, said);
		break;
	case RESOLV_NETWORK_MANAGER:
		err = put_manager(root, wish, said);
		break;
	}
	if (err == 0 && ways[way].after != NULL)
		strbuf_addf(said, "%s\n", ways[way].after);
	return err;
}

/* ---- and back ---- */

/* A file of ours goes, or gives its place back; *removed counts. */
static int
remove_file(const char *root, const char *below, const char *before, size_t *removed,
    struct strbuf *said)
{
	char path[PATH_MAX], kept[PATH_MAX];
	struct stat found;

	if (path_of(path, root, below) != 0 ||
	    path_of(kept, root, before != NULL ? before : "") != 0)
		return ERR_LIMIT;
	if (!is_ours(path))
		return 0;
	(*removed)++;
	if (before != NULL && lstat(kept, &found) == 0) {
		if (rename(kept, path) != 0)
			return ERR_SYSTEM;
		strbuf_addf(said, "%s is as it was before\n", path);
		return 0;
	}
	if (unlink(path) != 0)
		return ERR_SYSTEM;
	strbuf_addf(said, "removed %s\n", path);
	return 0;
}

int
resolv_install_remove(const char *root, struct strbuf *said)
{
	static const struct {
		const char *below;
		const char *before;
		enum resolv_way way;
	} files[] = {
		{ PLAIN, KEPT, RESOLV_PLAIN },
		{ RESOLVED, NULL, RESOLV_RESOLVED },
		{ DNSMASQ, NULL, RESOLV_PLAIN },
		{ MANAGER, NULL, RESOLV_NETWORK_MANAGER },
	};
	size_t removed = 0;
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		size_t before = removed;

		err = remove_file(root, files[i].below, files[i].before, &removed, said);
		if (removed > before && ways[files[i].way].after != NULL)
			strbuf_addf(said, "%s\n", ways[files[i].way].after);
	}
	if (err == 0 && removed == 0)
		strbuf_add(said, "nothing of ours is installed\n");
	return err;
}
