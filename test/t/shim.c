/*
 * Preloaded into a server by tests, it makes the machine fail: the clock is wrong,
 * or the disk is full.  The file named by SHIM_CONTROL says how, and may be written
 * at any time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As Shim.pm packs it. */
typedef struct Control
{
	int64_t clock_offset; /* seconds that are added to the time of day */
	char full[256];       /* files whose path contains this cannot grow; empty: none */
} Control;

static const Control nothing = {0};
static const volatile Control *control = &nothing;

/* Maps the control file; children inherit the mapping. */
__attribute__((constructor)) static void
map_control(void)
{
	const char *path = getenv("SHIM_CONTROL");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(Control), PROT_READ, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		control = map;
	(void) close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *result)
{
	int status = syscall(SYS_clock_gettime, clock, result);

	/* what waits is timed by the monotonic clock, which nobody sets */
	if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		result->tv_sec += control->clock_offset;
	return status;
}

int
gettimeofday(struct timeval *restrict result, void *restrict zone)
{
	struct timespec now;

	(void) zone;
	(void) clock_gettime(CLOCK_REALTIME, &now);
	result->tv_sec = now.tv_sec;
	result->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *result)
{
	struct timespec now;

	(void) clock_gettime(CLOCK_REALTIME, &now);
	if (result != NULL)
		*result = now.tv_sec;
	return now.tv_sec;
}

/* Would a write up to this place make a file grow that cannot? */
static int
is_full(int fd, off_t end)
{
	char full[sizeof(control->full)], link[64], path[4096];
	struct stat st;
	ssize_t len;
	const char digits[] = "0123456789";
	char *p = link + sizeof(link) - 1;

	if (control->full[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(full); i++)
		full[i] = control->full[i];
	full[sizeof(full) - 1] = '\0';
	if (fstat(fd, &st) != 0 || end <= st.st_size)
		return 0;
	/* no printf: this may be called where that must not be */
	*p = '\0';
	do
		*--p = digits[fd % 10];
	while ((fd /= 10) > 0);
	p -= strlen("/proc/self/fd/");
	memcpy(p, "/proc/self/fd/", strlen("/proc/self/fd/"));
	len = readlink(p, path, sizeof(path) - 1);
	if (len < 0)
		return 0;
	path[len] = '\0';
	return strstr(path, full) != NULL;
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	if (is_full(fd, offset + (off_t) size))
	{
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, data, size, offset);
}
