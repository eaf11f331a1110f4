/* proc_sockets.c - who listens at a TCP port of this host. */
#include "cli/proc_sockets.h"

#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0A       /* the kernel's TCP_LISTEN */

static void
add(struct proc_sockets *out, const struct addr *addr)
{
	for (size_t i = 0; i < out->count; i++)
		if (addr_compare(&out->addrs[i], addr) == 0)
			return;
	if (out->count < PROC_SOCKETS_MAX)
		out->addrs[out->count++] = *addr;
}

/* Words of 32 bits as the host has them, each in hexadecimal. */
static bool
read_address(const char *hex, struct addr *addr)
{
	size_t words = strlen(hex) / 8;

	if (strlen(hex) != 8 && strlen(hex) != 32)
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->family = words == 1 ? ADDR_IP4 : ADDR_IP6;
	for (size_t i = 0; i < words; i++) {
		char word[9] = "";
		unsigned value;

		memcpy(word, hex + 8 * i, 8);
		if (sscanf(word, "%8x", &value) != 1)
			return false;
		memcpy(addr->octets + 4 * i, &value, 4);
	}
	return true;
}

void
proc_sockets_read(const char *text, uint16_t port, struct proc_sockets *out)
{
	while (text != NULL && *text != '\0') {
		char local[33];
		unsigned number, state;
		struct addr addr;

		if (sscanf(text, " %*u: %32[0-9A-Fa-f]:%4x %*32[0-9A-Fa-f]:%*4x %2x", local, &number,
		    &state) == 3 && number == port && state == STATE_LISTEN &&
		    read_address(local, &addr))
			add(out, &addr);
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
}

bool
proc_sockets_reach(const struct proc_sockets *sockets, const struct addr *addr)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct addr *at = &sockets->addrs[i];

		if (addr_compare(at, addr) == 0)
			return true;
		/* [::] takes IPv4, too, unless it was told not to. */
		if (addr_is_unspecified(at) &&
		    (at->family == addr->family || at->family == ADDR_IP6))
			return true;
	}
	return false;
}
