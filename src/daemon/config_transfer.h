/* config_transfer.h - who may have whole zones, and who is told of changes.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_TRANSFER_H
#define ROLLCALL_DAEMON_CONFIG_TRANSFER_H
#include <stddef.h>

#include "dns/announce.h"
#include "dns/transfer.h"
#include "source/field.h"

struct config;
struct tsig_key;

struct config_tsig {
	const char *name;
	const char *algorithm;
	const char *secret;             /* base64; NULL: in the file */
	const char *secret_file;
	struct tsig_key *key;           /* NULL: something is wrong with it, which was said */
};

struct config_transfer {
	const char **to_texts;
	size_t to_text_count;
	const char **notify_texts;
	size_t notify_text_count;
	struct config_tsig *tsig;
	size_t tsig_count;
	/* derived */
	struct announce_target *notify;
	size_t notify_count;
	struct transfer_access access;
};

extern const struct field_table config_transfer_table;

/* What the answering side needs.  ERR_NOMEM. */
int config_transfer_derive(struct config *config);
void config_transfer_release(struct config *config);
/* NULL: nobody may have a zone, and nothing is signed. */
const struct transfer_access *config_transfer_access(const struct config *config);
#endif
