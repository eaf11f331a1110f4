/*
 * filter.h - which objects a list or a watch is about: labelSelector and fieldSelector.
 * Thread: any; pure.
 *
 *     labels  a=b  a==b  a!=b  a in (b,c)  a notin (b,c)  a  !a  a>1  a<1     joined by commas
 *     fields  metadata.name=x  status.phase!=Running                          joined by commas
 */
#ifndef ROLLCALL_OPS_FILTER_H
#define ROLLCALL_OPS_FILTER_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct api_resource;
struct filter;

/* What of an object has to be at hand for filter_matches(). */
enum filter_need { FILTER_NOTHING, FILTER_METADATA, FILTER_OBJECT };

#define FILTER_WHY_SIZE 320

/*
 * Either text may be NULL or "".  ERR_NOMEM; ERR_INVALID with a sentence in `why` (HTTP 400).  At
 * most 64 conditions of 256 values.
 */
int filter_new(const struct api_resource *resource, const char *labels, const char *fields,
    struct filter **out, char why[FILTER_WHY_SIZE]);
void filter_free(struct filter *filter);

enum filter_need filter_need(const struct filter *filter);
/* false: no object of that key can match, whatever else it says.  Needs no object. */
bool filter_takes_key(const struct filter *filter, const char *ns, const char *name);
/* `object` has what filter_need() asks for. */
bool filter_matches(const struct filter *filter, const json_t *object);
#endif
