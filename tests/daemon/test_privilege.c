/* test_privilege.c - root is given up for good, or not at all.  As another user, that nothing changes. */
#include "daemon/privilege.h"

#include <grp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static const struct privilege somebody = { .change = true, .uid = 61111, .gid = 62222 };

/* Run it in a process of its own; what it returned. */
static int
in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(run());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(nobody_else_is_become_without_a_name_or_without_root)
{
	struct privilege privilege = somebody;

	ck_assert_int_eq(privilege_find("", true, &privilege), 0);
	ck_assert(!privilege.change);
	privilege = somebody;
	ck_assert_int_eq(privilege_find("root", true, &privilege), 0);
	ck_assert(!privilege.change);
	ck_assert_int_eq(privilege_find("nobody", true, &privilege), 0);
	ck_assert(privilege.change == (geteuid() == 0));
	ck_assert((privilege.uid != 0) == (geteuid() == 0));
}
END_TEST

START_TEST(a_user_who_is_not_there_is_an_error_only_where_stated)
{
	struct privilege privilege = somebody;
	int stated = privilege_find("no-such-user-here", true, &privilege);

	ck_assert_int_eq(stated, geteuid() == 0 ? ERR_NOTFOUND : 0);
	ck_assert_int_eq(privilege_find("no-such-user-here", false, &privilege), 0);
	ck_assert(!privilege.change);
}
END_TEST

static int
drop_and_look(void)
{
	static const gid_t extra[] = { 4, 27 };
	gid_t group, real, effective, saved;
	uid_t user[3];

	if (setgroups(2, extra) != 0 || privilege_drop(&somebody) != 0)
		return 1;
	if (getresuid(&user[0], &user[1], &user[2]) != 0 || getresgid(&real, &effective, &saved) != 0)
		return 2;
	if (user[0] != 61111 || user[1] != 61111 || user[2] != 61111)
		return 3;
	if (real != 62222 || effective != 62222 || saved != 62222)
		return 4;
	if (getgroups(1, &group) != 0)
		return 5;
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
		return 6;
	return prctl(PR_GET_DUMPABLE) == 0 ? 0 : 7;
}

START_TEST(user_group_and_groups_go_and_do_not_come_back)
{
	if (geteuid() == 0)
		ck_assert_int_eq(in_child(drop_and_look), 0);
}
END_TEST

static int
stay_and_look(void)
{
	static const struct privilege nobody_else = { .change = false, .uid = 61111 };
	uid_t before = getuid();

	if (privilege_drop(&nobody_else) != 0 || getuid() != before)
		return 1;
	return prctl(PR_GET_DUMPABLE) == 0 ? 0 : 2;
}

START_TEST(who_stays_is_not_dumpable_either)
{
	ck_assert_int_eq(in_child(stay_and_look), 0);
}
END_TEST

static int
drop_without_root(void)
{
	/* The first time gives root up where there is some; the second must say that it cannot. */
	static const struct privilege other = { .change = true, .uid = 61112, .gid = 62223 };

	if (geteuid() == 0 && privilege_drop(&somebody) != 0)
		return 1;
	return privilege_drop(&other) == ERR_SYSTEM ? 0 : 2;
}

START_TEST(a_change_that_the_kernel_refuses_is_said)
{
	ck_assert_int_eq(in_child(drop_without_root), 0);
}
END_TEST

START_TEST(only_a_folder_made_just_now_is_given_away)
{
	struct privilege nobody_else = { .change = false };
	struct scratch scratch;
	char made[300], there[300];
	struct stat status;

	scratch_make(&scratch);
	snprintf(made, sizeof(made), "%s/made", scratch.path);
	snprintf(there, sizeof(there), "%s/there", scratch.path);
	privilege_prepare_folder(&nobody_else, made);
	ck_assert_int_ne(stat(made, &status), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(mkdir(there, 0755), 0);
		privilege_prepare_folder(&somebody, made);
		privilege_prepare_folder(&somebody, there);
		ck_assert_int_eq(stat(made, &status), 0);
		ck_assert_uint_eq(status.st_uid, 61111);
		ck_assert_uint_eq(status.st_gid, 62222);
		ck_assert_uint_eq(status.st_mode & 07, 0);
		ck_assert_int_eq(stat(there, &status), 0);
		ck_assert_uint_eq(status.st_uid, 0);
	}
	scratch_remove(&scratch);
}
END_TEST

static int
raise_and_look(void)
{
	struct rlimit limit, after;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1;
	if (limit.rlim_max > 4096)
		limit.rlim_max = 4096;
	limit.rlim_cur = 64;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 2;
	privilege_raise_files();
	if (getrlimit(RLIMIT_NOFILE, &after) != 0)
		return 3;
	return after.rlim_cur == limit.rlim_max && after.rlim_max == limit.rlim_max ? 0 : 4;
}

START_TEST(as_many_files_as_the_hard_limit_allows)
{
	ck_assert_int_eq(in_child(raise_and_look), 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("privilege");
	TCase *tcase = tcase_create("privilege");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, nobody_else_is_become_without_a_name_or_without_root);
	tcase_add_test(tcase, a_user_who_is_not_there_is_an_error_only_where_stated);
	tcase_add_test(tcase, user_group_and_groups_go_and_do_not_come_back);
	tcase_add_test(tcase, who_stays_is_not_dumpable_either);
	tcase_add_test(tcase, a_change_that_the_kernel_refuses_is_said);
	tcase_add_test(tcase, only_a_folder_made_just_now_is_given_away);
	tcase_add_test(tcase, as_many_files_as_the_hard_limit_allows);
	return suite;
}
