/* kubeconfig.h - what kubectl needs to reach us over TLS.  Thread: control. */
#ifndef ROLLCALL_DAEMON_KUBECONFIG_H
#define ROLLCALL_DAEMON_KUBECONFIG_H

struct addr_port;

/*
 * A kubeconfig as JSON (clientcmd/v1 Config): the server at that address (a wildcard stands for
 * loopback), the authority out of its file, the token.  The caller frees and wipes it.  NULL: the
 * file cannot be read, or no memory.
 */
char *kubeconfig_text(const struct addr_port *bound, const char *ca_file, const char *token);
#endif
