/*
 * kube_proto.h - objects that kubectl sends as protobuf, as the values that JSON would have given.
 * Thread: any; pure.
 *
 * `kubectl create service`, `create namespace` and `auth can-i` send no JSON whatever a server says
 * that it takes.  What else there is of protobuf is refused.
 */
#ifndef ROLLCALL_OPS_KUBE_PROTO_H
#define ROLLCALL_OPS_KUBE_PROTO_H
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define KUBE_PROTO_WHY_SIZE 160

/*
 * Service, Namespace, SelfSubjectAccessReview, SelfSubjectRulesReview, DeleteOptions.  ERR_SYNTAX:
 * not of this form; ERR_INVALID: another kind, both with the sentence; ERR_NOMEM.
 */
int kube_proto_read(const uint8_t *body, size_t len, json_t **out, char why[KUBE_PROTO_WHY_SIZE]);
#endif
