/* pod_name.c - the address that a Pod's name spells. */
#include "dns/pod_name.h"

bool
pod_name_read(const uint8_t *label, size_t len, struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];
	unsigned dashes = 0;
	bool doubled = false;

	if (len >= sizeof(text))
		return false;
	for (size_t i = 0; i < len; i++) {
		text[i] = (char)label[i];
		/* A dot or a colon inside a label, or a NUL, must not become an address. */
		if (label[i] == '.' || label[i] == ':' || label[i] == '\0')
			return false;
		if (label[i] != '-')
			continue;
		doubled = doubled || (i > 0 && label[i - 1] == '-');
		dashes++;
	}
	text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (text[i] == '-')
			text[i] = dashes == 3 && !doubled ? '.' : ':';
	return addr_parse(text, addr) == 0;
}
