// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_library.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doctor_library_file(const char *function, char *text, size_t size)
{
	void *address = dlsym(RTLD_DEFAULT, function);
	char path[PATH_MAX];
	const char *slash;
	Dl_info info;

	text[0] = '\0';
	/* What it was asked for by is a link to the file with the whole version. */
	if (!address || !dladdr(address, &info) || !realpath(info.dli_fname, path))
		return;
	slash = strrchr(path, '/');
	snprintf(text, size, "%.*s", (int)size - 1, slash ? slash + 1 : path);
}
