/* source_text.c - files in a source's folders that are no manifests. */
#include "source/source_text.h"

#include <string.h>

bool
source_text_is_zone(const char *path)
{
	static const char ending[] = ".zone";
	size_t len = strlen(path);

	return len >= sizeof(ending) &&
	    strcmp(path + len - (sizeof(ending) - 1), ending) == 0;
}
