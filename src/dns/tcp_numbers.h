/*
 * tcp_numbers.h - numbers for connections, by which other threads may name them when they are
 * gone: none is given twice.  Thread: stream.
 */
#ifndef ROLLCALL_DNS_TCP_NUMBERS_H
#define ROLLCALL_DNS_TCP_NUMBERS_H
#include <stddef.h>
#include <stdint.h>

struct tcp_numbers;

struct tcp_numbers *tcp_numbers_new(void);
void tcp_numbers_free(struct tcp_numbers *numbers);

/* A number for `who`; 0: no memory. */
uint64_t tcp_numbers_take(struct tcp_numbers *numbers, void *who);
/* Nobody has it any more.  0 is allowed. */
void tcp_numbers_drop(struct tcp_numbers *numbers, uint64_t number);
/* Whose it is; NULL: nobody's any more. */
void *tcp_numbers_find(const struct tcp_numbers *numbers, uint64_t number);
#endif
