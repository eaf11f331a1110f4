/* doc_scalar.h - what type a scalar has.  Thread: any; pure. */
#ifndef ROLLCALL_SOURCE_DOC_SCALAR_H
#define ROLLCALL_SOURCE_DOC_SCALAR_H
struct doc_node;

/*
 * Set type and value of a scalar node from its text. `tag` is the explicit tag or NULL;
 * node->quoted is
 * already set.  The rules are those of the YAML to JSON conversion in front of the Kubernetes API
 * (YAML 1.1 words, so that yes, on and y are truths; no sexagesimal numbers; dates are strings).
 */
void doc_scalar_resolve(struct doc_node *node, const char *tag);
#endif
