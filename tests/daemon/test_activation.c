/* test_activation.c - sockets that were given are sorted by address and use, and win over settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/activation.h"
#include "daemon/config.h"
#include "dns/udp.h"
#include "net/handed.h"
#include "tests/suite.h"

/* Numbers of descriptors that nobody has. */
#define FD_BASE 100000

/* "udp 127.0.0.1:53 NAME" and so on, numbered from FD_BASE. */
static struct handed
given(const char *const *lines, size_t count)
{
	struct handed handed = { .sockets = calloc(count, sizeof(*handed.sockets)), .count = count };

	for (size_t i = 0; i < count; i++) {
		char at[64], name[64];

		ck_assert_int_eq(sscanf(lines[i], "%*s %63s %63s", at, name), 2);
		handed.sockets[i] = (struct handed_socket){ .fd = FD_BASE + (int)i,
			.stream = lines[i][0] == 't', .name = strdup(name) };
		ck_assert_int_eq(addr_port_parse(at, &handed.sockets[i].at), 0);
	}
	return handed;
}

START_TEST(each_address_has_its_sockets_and_each_use_its_own)
{
	static const char *const lines[] = {
		"udp 127.0.0.1:53 dns", "tcp [::1]:53 rollcalld.socket", "udp [::1]:53 unknown",
		"udp 127.0.0.1:53 dns", "tcp 127.0.0.1:53 dns", "tcp 127.0.0.1:853 tls",
	};
	struct handed handed = given(lines, 6);
	struct activation *activation = NULL;
	struct config config = { .threads = 0 };
	size_t count;

	config.tls.certificate = "/c";
	ck_assert_int_eq(activation_sort(&handed, &activation), 0);
	ck_assert_int_eq(activation_apply(activation, &config), 0);
	ck_assert_uint_eq(config.listen_count, 2);
	ck_assert_int_eq(config.listen[0].addr.family, ADDR_IP4);
	ck_assert_int_eq(config.listen[1].addr.family, ADDR_IP6);
	const struct udp_given *udp = activation_udp(activation, &count);

	ck_assert_uint_eq(count, 3);
	ck_assert(udp[0].listen == 0 && udp[1].listen == 1 && udp[2].listen == 0);
	ck_assert(udp[0].fd == FD_BASE && udp[1].fd == FD_BASE + 2 && udp[2].fd == FD_BASE + 3);
	const struct activation_streams *tcp = activation_tcp(activation);

	ck_assert_uint_eq(tcp->count, 2);
	ck_assert(tcp->fds[0] == FD_BASE + 1 && tcp->fds[1] == FD_BASE + 4);
	ck_assert_int_eq(tcp->listen[0].addr.family, ADDR_IP6);
	ck_assert_uint_eq(config.tls.listen_count, 1);
	ck_assert_uint_eq(config.tls.listen[0].port, 853);
	ck_assert_int_eq(activation_tls(activation)->fds[0], FD_BASE + 5);
	/* Without a certificate nobody can serve it. */
	config.tls.certificate = "";
	ck_assert_int_eq(activation_apply(activation, &config), ERR_INVALID);
	activation_free(activation);
}
END_TEST

START_TEST(listen_tls_stays_ours_to_bind_where_no_socket_is_for_it)
{
	static const char *const lines[] = { "udp 127.0.0.1:53 dns", "tcp 127.0.0.1:53 dns" };
	struct handed handed = given(lines, 2);
	struct activation *activation = NULL;
	struct addr_port stated;
	struct config config = { .threads = 1 };

	ck_assert_int_eq(addr_port_parse("127.0.0.1:853", &stated), 0);
	config.tls.certificate = "/c";
	config.tls.listen = &stated;
	config.tls.listen_count = 1;
	ck_assert_int_eq(activation_sort(&handed, &activation), 0);
	ck_assert_int_eq(activation_apply(activation, &config), 0);
	ck_assert_ptr_eq(config.tls.listen, &stated);
	activation_free(activation);
}
END_TEST

START_TEST(what_does_not_go_together_is_refused)
{
	static const char *const cases[][2] = {
		{ "udp 127.0.0.1:53 dns", "udp 127.0.0.1:53 dns" },     /* no TCP */
		{ "tcp 127.0.0.1:53 dns", "tcp 127.0.0.1:53 dns" },     /* no UDP */
		{ "udp 127.0.0.1:53 dns", "tcp 127.0.0.2:53 dns" },     /* not at the same place */
		{ "udp 127.0.0.1:53 dns", "tcp 127.0.0.1:54 dns" },
		{ "udp 127.0.0.1:53 dns", "tcp 127.0.0.1:53 http" },    /* of no use */
		{ "udp 127.0.0.1:853 tls", "tcp 127.0.0.1:853 tls" },
		{ "tcp 127.0.0.1:853 tls", "tcp [::1]:853 tls" },       /* nothing for DNS */
	};
	struct activation *activation = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct handed handed = given(cases[i], 2);

		ck_assert_int_eq(activation_sort(&handed, &activation), ERR_INVALID);
		ck_assert_ptr_null(activation);
		ck_assert_uint_eq(handed.count, 0);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("activation");
	TCase *tc = tcase_create("activation");

	tcase_add_test(tc, each_address_has_its_sockets_and_each_use_its_own);
	tcase_add_test(tc, listen_tls_stays_ours_to_bind_where_no_socket_is_for_it);
	tcase_add_test(tc, what_does_not_go_together_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
