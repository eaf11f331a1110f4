/*
 * lint.h - what objects say about each other that is likely a slip.  Thread: any; pure.
 *
 * Each file may be right by itself and the whole still be wrong: a selector that matches no
 * Pod, two Services that want one address.  The daemon's --check and `rollcall lint` both end
 * here.
 */
#ifndef ROLLCALL_SOURCE_LINT_H
#define ROLLCALL_SOURCE_LINT_H

struct allot_settings;
struct diag;
struct store;

/*
 * Check everything in the store.  Addresses and node ports are reserved and allotted on trial
 * from the given ranges: conflicts are errors.  That no image is run, or that an Ingress has no
 * address of its own, is an info; everything else is a warning. 0 or ERR_NOMEM; what was found is in diag, in the order of files, lines
 * and columns within each rule.
 */
int lint_store(const struct store *store, const struct allot_settings *ranges, struct diag *diag);
#endif
