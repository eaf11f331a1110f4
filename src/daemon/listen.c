/* listen.c - which addresses to answer on, and which of them are ours to name. */
#include "daemon/listen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/err.h"
#include "net/sock.h"

/* 0, or the errno of binding a UDP socket there. */
static int
try_bind(const struct addr_port *where)
{
	int fd;

	if (sock_bind_udp(where, 0, 0, &fd) != 0)
		return errno;
	close(fd);
	return 0;
}

static bool
exists(int error)
{
	return error != EADDRNOTAVAIL && error != EAFNOSUPPORT;
}

size_t
listen_default(struct addr_port where[LISTEN_DEFAULT_MAX])
{
	static const char *const names[LISTEN_DEFAULT_MAX] = { "127.0.0.1", "::1" };
	uint16_t port = 53;
	size_t count = 0;

	for (size_t i = 0; i < LISTEN_DEFAULT_MAX; i++) {
		struct addr_port tried = { .port = 53 };
		int error;

		addr_parse(names[i], &tried.addr);
		error = try_bind(&tried);
		if (error == EACCES || error == EPERM)
			port = 1053;
		if (exists(error))
			where[count++] = tried;
	}
	for (size_t i = 0; i < count; i++)
		where[i].port = port;
	return count;
}

static int
add_addr(struct addr **list, size_t *count, size_t *room, const struct addr *addr)
{
	int err;

	for (size_t i = 0; i < *count; i++)
		if (addr_compare(&(*list)[i], addr) == 0)
			return 0;
	err = array_reserve(list, room, *count + 1, sizeof(**list));
	if (err == 0)
		(*list)[(*count)++] = *addr;
	return err;
}

/* What a wildcard of this family stands for; link-local addresses need a zone nobody can put into
 * DNS. */
static int
add_host(struct addr **list, size_t *count, size_t *room, uint8_t family)
{
	struct addr *addrs = NULL;
	size_t addr_count = 0;
	int err = sock_host_addrs(&addrs, &addr_count);

	if (err != 0)
		return err == ERR_NOMEM ? err : 0;
	for (size_t i = 0; i < addr_count && err == 0; i++)
		if (addrs[i].family == family && !addr_is_link_local(&addrs[i]))
			err = add_addr(list, count, room, &addrs[i]);
	free(addrs);
	return err;
}

static int
name_own(struct listen_own *own)
{
	bool only_loopback = true;
	size_t room = 0;
	int err = 0;

	for (size_t i = 0; i < own->all_count; i++)
		if (!addr_is_loopback(&own->all[i]))
			only_loopback = false;
	for (size_t i = 0; i < own->all_count && err == 0; i++)
		if (only_loopback || !addr_is_loopback(&own->all[i]))
			err = add_addr(&own->named, &own->named_count, &room, &own->all[i]);
	return err;
}

int
listen_own_addresses(const struct addr_port *bound, size_t count, struct listen_own *own)
{
	size_t room = 0;
	int err = 0;

	memset(own, 0, sizeof(*own));
	for (size_t i = 0; i < count && err == 0; i++) {
		if (addr_is_unspecified(&bound[i].addr))
			err = add_host(&own->all, &own->all_count, &room, bound[i].addr.family);
		else
			err = add_addr(&own->all, &own->all_count, &room, &bound[i].addr);
	}
	if (err == 0)
		err = name_own(own);
	if (err != 0)
		listen_own_release(own);
	return err;
}

static bool
same_addrs(const struct addr *a, size_t a_count, const struct addr *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (addr_compare(&a[i], &b[i]) != 0)
			return false;
	return true;
}

bool
listen_own_equal(const struct listen_own *a, const struct listen_own *b)
{
	return same_addrs(a->all, a->all_count, b->all, b->all_count) &&
	    same_addrs(a->named, a->named_count, b->named, b->named_count);
}

void
listen_own_release(struct listen_own *own)
{
	free(own->all);
	free(own->named);
	memset(own, 0, sizeof(*own));
}
