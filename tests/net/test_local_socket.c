/* test_local_socket.c - a Unix socket has its mode, survives the dead and yields to the living. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <grp.h>
#include <unistd.h>

#include "base/err.h"
#include "net/local_socket.h"
#include "tests/suite.h"

static char dir[64];
static char path[128];
static struct local_socket_settings settings;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "%s/rollcall-socket-XXXXXX", "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sub/api.sock", dir);
	settings = (struct local_socket_settings){ .path = path };
}

static void
teardown(void)
{
	char sub[128];

	unlink(path);
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	rmdir(sub);
	ck_assert_int_eq(rmdir(dir), 0);
}

static mode_t
mode_of(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0 ? status.st_mode & 07777 : 0;
}

static int
connect_there(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(at.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(folder_and_socket_are_for_owner_and_group)
{
	struct local_socket *socket;
	char sub[128];
	mode_t before = umask(0);
	int fd;

	ck_assert_int_eq(local_socket_open(&settings, &socket), 0);
	umask(before);
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	ck_assert_uint_eq(mode_of(sub), 0750);
	ck_assert_uint_eq(mode_of(path), 0660);
	ck_assert_str_eq(local_socket_path(socket), path);
	fd = connect_there();
	ck_assert_int_ge(fd, 0);
	close(fd);
	local_socket_close(socket);
	ck_assert_uint_eq(mode_of(path), 0);
}
END_TEST

START_TEST(the_socket_of_the_dead_is_replaced)
{
	struct local_socket *socket, *next;

	ck_assert_int_eq(local_socket_open(&settings, &socket), 0);
	close(local_socket_take(socket));
	ck_assert_uint_eq(mode_of(path), 0660);
	ck_assert_int_eq(local_socket_open(&settings, &next), 0);
	/* Who is late in going leaves the other's alone. */
	local_socket_close(socket);
	ck_assert_uint_eq(mode_of(path), 0660);
	close(connect_there());
	local_socket_close(next);
}
END_TEST

START_TEST(the_living_and_what_is_no_socket_stay)
{
	struct local_socket *socket, *other = NULL;
	int fd;

	ck_assert_int_eq(local_socket_open(&settings, &socket), 0);
	ck_assert_int_eq(local_socket_open(&settings, &other), ERR_EXISTS);
	ck_assert_ptr_null(other);
	close(connect_there());
	local_socket_close(socket);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(local_socket_open(&settings, &other), ERR_EXISTS);
	ck_assert_uint_eq(mode_of(path), 0600);
}
END_TEST

START_TEST(what_cannot_be_made_says_why)
{
	static char far[256];
	struct local_socket *socket = NULL;

	snprintf(far, sizeof(far), "%s/%0150d", dir, 1);
	settings.path = far;
	ck_assert_int_eq(local_socket_open(&settings, &socket), ERR_LIMIT);
	snprintf(far, sizeof(far), "%s/no/such/api.sock", dir);
	ck_assert_int_eq(local_socket_open(&settings, &socket), ERR_SYSTEM);
	ck_assert_int_eq(errno, ENOENT);
	local_socket_close(NULL);
}
END_TEST

/* A child with that uid and those groups connects; is it admitted? */
static bool
admits(struct local_socket *socket, int listener, uid_t uid, gid_t gid, gid_t extra)
{
	pid_t child = fork();
	int fd;
	bool admitted;

	if (child == 0) {
		if (setgroups(extra != 0, &extra) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
			_exit(1);
		fd = connect_there();
		_exit(fd < 0 ? 2 : read(fd, &(char){ 0 }, 1) == 0 ? 0 : 3);
	}
	do {
		fd = accept(listener, NULL, NULL);
	} while (fd < 0 && errno == EAGAIN);
	admitted = local_socket_admits(socket, fd);
	close(fd);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	return admitted;
}

START_TEST(root_ourselves_and_the_group_come_in)
{
	struct local_socket *socket;
	char sub[128];
	int listener;

	/* Only root can play others. */
	if (geteuid() != 0)
		return;
	settings.give = true;
	settings.uid = 4321;
	settings.gid = 4322;
	ck_assert_int_eq(local_socket_open(&settings, &socket), 0);
	listener = local_socket_take(socket);
	/* Whatever the modes say by accident, the credentials are looked at. */
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	ck_assert_int_eq(chmod(dir, 0755) | chmod(sub, 0755) | chmod(path, 0666), 0);
	ck_assert(admits(socket, listener, 0, 0, 0));
	ck_assert(admits(socket, listener, 5000, 4322, 0));
	ck_assert(admits(socket, listener, 5000, 5000, 4322));
	ck_assert(!admits(socket, listener, 5000, 5000, 0));
	ck_assert(!admits(socket, listener, 5000, 5000, 5001));
	close(listener);
	local_socket_close(socket);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("local_socket");
	TCase *tc = tcase_create("local_socket");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, folder_and_socket_are_for_owner_and_group);
	tcase_add_test(tc, the_socket_of_the_dead_is_replaced);
	tcase_add_test(tc, the_living_and_what_is_no_socket_stay);
	tcase_add_test(tc, what_cannot_be_made_says_why);
	tcase_add_test(tc, root_ourselves_and_the_group_come_in);
	suite_add_tcase(s, tc);
	return s;
}
