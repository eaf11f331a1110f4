/*
 * api_schema.h - the decoder's tables of fields, for the API's OpenAPI documents.
 * Thread: control.
 *
 * The tables lie in source, the documents are ops', and the two do not know each other: so they are
 * handed over here.  A second list of fields would tell clients something else than what is read, sooner
 * or later.
 */
#ifndef ROLLCALL_DAEMON_API_SCHEMA_H
#define ROLLCALL_DAEMON_API_SCHEMA_H

struct openapi;

/* Finished; the caller's.  NULL: no memory. */
struct openapi *api_schema_make(void);
#endif
