// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost COMMAND...	what a command took, its children's part included
 *
 * Prints to descriptor 3: "USER CPU WALL RESIDENT": milliseconds in userspace, in
 * userspace and kernel, and until it ended; and the most memory that one process of it
 * had resident, in KiB (wait4(2), getrusage(2)). Ends as the command does.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(const struct timeval *time)
{
	return time->tv_sec * 1e3 + time->tv_usec / 1e3;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	double start = now(), user;
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = vfork();
	if (!child) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("cost");
		return 1;
	}
	user = milliseconds(&usage.ru_utime);
	dprintf(3, "%.3f %.3f %.3f %ld\n", user, user + milliseconds(&usage.ru_stime),
		now() - start, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
