/* config_table.h - every setting of rollcall.yaml, named once.  Thread: control. */
#ifndef ROLLCALL_DAEMON_CONFIG_TABLE_H
#define ROLLCALL_DAEMON_CONFIG_TABLE_H
#include "base/addr.h"
#include "source/field.h"

/* Decodes into a struct config; lists of networks and addresses come as checked texts. */
extern const struct field_table config_table;

/* What makes a text wrong, as the end of a sentence, or NULL. */
const char *config_listen_rule(const char *text);
const char *config_cidr_rule(const char *text);
const char *config_domain_rule(const char *text);
const char *config_network_rule(const char *text);
/* A network, an address (all of its bits), or a word: loopback, private, all. */
#define CONFIG_NETWORKS_MAX 8
/* The networks a text that passed the rule stands for; "all" is the two of prefix length 0. */
size_t config_networks(const char *text, struct cidr networks[CONFIG_NETWORKS_MAX]);
#endif
