/* write_fields.c - print zones/README.md as the decoder's tables have it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "source/fields_doc.h"

int
main(void)
{
	struct strbuf out = STRBUF_INIT;

	fields_doc_write(&out);
	int failed = out.err != 0 || fputs(out.text, stdout) < 0 || fflush(stdout) != 0;

	strbuf_release(&out);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
