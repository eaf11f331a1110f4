/*
 * responder_calls.c - preloaded into a daemon: counts what responder threads must not call.
 *
 * A thread is a responder once it has called recvmmsg(2).
 */
#include "tests/system/responder_calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *old);

static struct responder_calls *calls;
static pthread_mutex_t spoilt = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool is_responder;

static void
count(uint64_t *counter, uint64_t by)
{
	if (calls != NULL && is_responder)
		__atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void
map_counters(void)
{
	const char *path = getenv(RESPONDER_CALLS_FILE);
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED :
	    mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (page == MAP_FAILED)
		_exit(98);
	calls = page;
}

void *
malloc(size_t size)
{
	count(&calls->allocations, 1);
	return __libc_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
	count(&calls->allocations, 1);
	return __libc_calloc(number, size);
}

void *
realloc(void *old, size_t size)
{
	count(&calls->allocations, 1);
	return __libc_realloc(old, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	count(&calls->allocations, 1);
	return __libc_memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	count(&calls->allocations, 1);
	*out = __libc_memalign(alignment, size);
	return *out == NULL ? 12 : 0;   /* ENOMEM */
}

void
free(void *old)
{
	count(&calls->frees, 1);
	__libc_free(old);
}

/* Symbols of the real ones are looked up at each call: nobody minds the time here. */
#define LOCK(name, type)                                                                \
	int name(type *lock)                                                            \
	{                                                                               \
		int (*next)(type *) = (int (*)(type *))real(#name);                     \
										        \
		count(&calls->locks, 1);                                                \
		return next(lock);                                                      \
	}
LOCK(pthread_mutex_lock, pthread_mutex_t)
LOCK(pthread_mutex_trylock, pthread_mutex_t)
LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
LOCK(pthread_cond_signal, pthread_cond_t)

long
syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))real("syscall");
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	count(&calls->syscalls, 1);
	return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
	    arguments[5]);
}

ssize_t
write(int fd, const void *octets, size_t len)
{
	ssize_t (*next)(int, const void *, size_t) =
	    (ssize_t (*)(int, const void *, size_t))real("write");

	count(&calls->writes, 1);
	return next(fd, octets, len);
}

/* Datagrams have come; if it is to be shown that we count, do what must not be done. */
static void
note_receipt(long received)
{
	void *volatile octets;

	if (received <= 0)
		return;
	count(&calls->received, (uint64_t)received);
	if (__atomic_load_n(&calls->spoil, __ATOMIC_RELAXED) == 0)
		return;
	octets = malloc(1);
	pthread_mutex_lock(&spoilt);
	pthread_mutex_unlock(&spoilt);
	free(octets);
}

int
recvmmsg(int fd, struct mmsghdr *messages, unsigned size, int flags, struct timespec *timeout)
{
	int (*next)(int, struct mmsghdr *, unsigned, int, struct timespec *) =
	    (int (*)(int, struct mmsghdr *, unsigned, int, struct timespec *))real("recvmmsg");
	int received;

	is_responder = true;
	received = next(fd, messages, size, flags, timeout);
	note_receipt(received);
	return received;
}

ssize_t
recvfrom(int fd, void *octets, size_t size, int flags, struct sockaddr *from, socklen_t *len)
{
	ssize_t (*next)(int, void *, size_t, int, struct sockaddr *, socklen_t *) =
	    (ssize_t (*)(int, void *, size_t, int, struct sockaddr *, socklen_t *))real("recvfrom");
	ssize_t received = next(fd, octets, size, flags, from, len);

	if (is_responder)
		note_receipt(received >= 0);
	return received;
}
