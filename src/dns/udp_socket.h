/* udp_socket.h - what the socket of a responder wants to be told.  Thread: control. */
#ifndef ROLLCALL_DNS_UDP_SOCKET_H
#define ROLLCALL_DNS_UDP_SOCKET_H

struct addr_port;

/* The size of its queue, and no path MTU discovery.  What the kernel refuses is a line at debug. */
void udp_socket_tune(int fd, const struct addr_port *address);

/*
 * One that was opened by somebody else, and may have been ours before a restart: nothing that was
 * asked of it then is left, and it says at which of our addresses a datagram came in.
 */
void udp_socket_renew(int fd, const struct addr_port *address);

/* Let the CPU that took a datagram in choose among so many sockets of one address; any of them. */
void udp_socket_steer(int fd, unsigned sockets);
#endif
