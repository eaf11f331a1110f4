/* test_proc_sockets.c - who listens at a TCP port of this host. */
#include "cli/proc_sockets.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
#if __BYTE_ORDER == __LITTLE_ENDIAN
#define LOOPBACK "0100007F"
#define LOOPBACK6 "00000000000000000000000001000000"
#else
#define LOOPBACK "7F000001"
#define LOOPBACK6 "00000000000000000000000000000001"
#endif
#define LINE(local, state) "   0: " local " 00000000:0000 " state " 00000000:00000000 00:00000000\n"
#define LINE6(local, state) \
	"   0: " local " 00000000000000000000000000000000:0000 " state " 00000000:00000000\n"

/* At port 8080: addresses; then whether 127.0.0.9 and ::1 are reached. */
static const struct {
	const char *text;
	const char *want;
	bool nine;
	bool six;
} files[] = {
	{ "", "", false, false },
	{ HEAD, "", false, false },
	{ HEAD LINE(LOOPBACK ":1F90", "0A"), "127.0.0.1 ", false, false },
	{ HEAD LINE(LOOPBACK ":1F90", "01"), "", false, false },
	{ HEAD LINE(LOOPBACK ":1F91", "0A"), "", false, false },
	{ HEAD LINE("00000000:1F90", "0A"), "0.0.0.0 ", true, false },
	{ HEAD LINE(LOOPBACK ":1F90", "0A") LINE(LOOPBACK ":1F90", "0A"), "127.0.0.1 ", false, false },
	{ HEAD LINE6(LOOPBACK6 ":1F90", "0A"), "::1 ", false, true },
	{ HEAD LINE6("00000000000000000000000000000000:1F90", "0A"), ":: ", true, true },
	{ "nonsense\n\n0:\n 0: 12:1F90 0:0 0A\n", "", false, false },
};

START_TEST(who_listens_is_read_from_the_kernels_table)
{
	struct proc_sockets sockets = { .count = 0 };
	char found[256] = "", text[ADDR_TEXT_SIZE];
	struct addr nine, six;

	proc_sockets_read(files[_i].text, 8080, &sockets);
	for (size_t i = 0; i < sockets.count; i++) {
		strcat(found, addr_text(&sockets.addrs[i], text));
		strcat(found, " ");
	}
	ck_assert_str_eq(found, files[_i].want);
	ck_assert_int_eq(addr_parse("127.0.0.9", &nine), 0);
	ck_assert_int_eq(addr_parse("::1", &six), 0);
	ck_assert_int_eq(proc_sockets_reach(&sockets, &nine), files[_i].nine);
	ck_assert_int_eq(proc_sockets_reach(&sockets, &six), files[_i].six);
}
END_TEST

START_TEST(no_more_are_kept_than_there_is_room_for)
{
	struct proc_sockets sockets = { .count = 0 };
	char line[256];

	for (unsigned i = 1; i < 100; i++) {
		snprintf(line, sizeof(line), LINE("%02X00007F:1F90", "0A"), i);
		proc_sockets_read(line, 8080, &sockets);
	}
	ck_assert_uint_eq(sockets.count, PROC_SOCKETS_MAX);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("proc_sockets");
	TCase *tc = tcase_create("proc_sockets");

	tcase_add_loop_test(tc, who_listens_is_read_from_the_kernels_table, 0,
	    sizeof(files) / sizeof(files[0]));
	tcase_add_test(tc, no_more_are_kept_than_there_is_room_for);
	suite_add_tcase(s, tc);
	return s;
}
