// SPDX-License-Identifier: GPL-2.0-only
/*
 * LD_PRELOAD=turns.so TURNS=FILE PROGRAM
 *
 * Each flock(2) of PROGRAM becomes a line of FILE, "taken" or "not yet": whether it had
 * to wait for somebody, on a machine of any speed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

int flock(int descriptor, int operation)
{
	int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
	int status = real(descriptor, operation), error = errno;
	FILE *file = fopen(getenv("TURNS"), "a");

	if (!file)
		abort();
	fputs(status ? "not yet\n" : "taken\n", file);
	fclose(file);
	errno = error;
	return status;
}
