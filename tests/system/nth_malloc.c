/*
 * nth_malloc.c - preloaded into a daemon: the n-th allocation from now on fails.
 *
 * $NTH_MALLOC_FILE holds n as eight octets in our own order; whoever writes it while we run decides what
 * is next.  0: none fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static int64_t *left;

__attribute__((constructor)) static void
map_counter(void)
{
	const char *path = getenv("NTH_MALLOC_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*left), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (page == MAP_FAILED)
		_exit(98);
	left = page;
}

static int
fails(void)
{
	if (left == NULL || __atomic_load_n(left, __ATOMIC_RELAXED) <= 0)
		return 0;
	if (__atomic_fetch_sub(left, 1, __ATOMIC_RELAXED) != 1)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
