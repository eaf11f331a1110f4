/* suite.c - run one file's tests with Check and tell the harness how it went. */
#include <stdlib.h>

#include "tests/suite.h"

int
main(void)
{
	/* Check gives up after 4 s, which a busy machine needs at times; a test that hangs still ends. */
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);

	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
