/* rollcall_main.c - the process `rollcall`. */
#include <string.h>

#include "cli/command.h"
#include "probe/helper.h"

int
main(int argc, char **argv)
{
	/* `rollcall probe exec:...` starts us again as the process that spawns. */
	if (argc > 1 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
		return helper_main(argc, argv);
	return command_main(argc, argv);
}
