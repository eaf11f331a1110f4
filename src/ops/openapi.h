/*
 * openapi.h - what the fields of the kinds are, for `kubectl explain`, validation and apply.
 * Thread: control.
 *
 *     tables of fields, handed in --> definitions --> /openapi/v2   JSON, or protobuf (gnostic)
 *                                                 --> /openapi/v3   an index, a document per group
 *
 * The tables are the decoder's own (source/field.h), walked by the daemon: what a client is told is
 * then what is read.  Which lists are merged by what is patch_schema.h's, which patches obey.
 */
#ifndef ROLLCALL_OPS_OPENAPI_H
#define ROLLCALL_OPS_OPENAPI_H
#include <stdbool.h>
#include <stddef.h>

#include "ops/ledger.h"

struct openapi;
struct visit;

enum openapi_type {
	OPENAPI_ANY,                    /* accepted, whatever it is */
	OPENAPI_BOOLEAN,
	OPENAPI_INTEGER,
	OPENAPI_TEXT,
	OPENAPI_TIME,
	OPENAPI_INT_OR_TEXT,            /* "80", 80, "http" */
	OPENAPI_TEXTS_BY_KEY,
	OPENAPI_OBJECT,                 /* of fields that are not named here */
	OPENAPI_REF,                    /* of the definition `ref` */
};

struct openapi_field {
	const char *name;
	enum openapi_type type;
	bool list;                      /* a list of such */
	bool required;
	const char *ref;
	const char *merge_key;          /* of a list in a strategic merge patch; NULL: replaced */
	const char *doc;                /* NULL: nothing to say */
};

/* NULL: no memory. */
struct openapi *openapi_new(void);
void openapi_free(struct openapi *openapi);

/* Name: "io.k8s.api.core.v1.ServicePort". */
bool openapi_has(const struct openapi *openapi, const char *definition);
/* `doc` NULL: the fields that are of it say enough.  ERR_EXISTS, ERR_NOMEM.  All is copied. */
int openapi_add(struct openapi *openapi, const char *definition, const char *doc,
    const struct openapi_field *fields, size_t count);
/* Say that this definition is a kind's: it gets apiVersion, kind and paths.  ERR_NOMEM. */
int openapi_set_kind(struct openapi *openapi, const char *definition, enum api_kind kind);
/* All is said: make the documents, a few hundred KiB in all.  ERR_NOMEM. */
int openapi_finish(struct openapi *openapi);

/* Answer a GET below /openapi; false: there is no such document, and nothing was done. */
bool openapi_answer(const struct openapi *openapi, struct visit *visit);
#endif
