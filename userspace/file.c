// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536

static int descriptor_read(int descriptor, size_t most, char **text, size_t *length)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (*length + 1 >= room) {
			char *grown;

			room = room ? 2 * room : PIECE;
			grown = realloc(*text, room);
			if (!grown)
				return -ENOMEM;
			*text = grown;
		}
		got = read(descriptor, *text + *length, room - *length - 1);
		if (got > 0)
			*length += got;
		if (*length > most)
			return -EFBIG;
	} while (got > 0 || (got < 0 && errno == EINTR));
	(*text)[*length] = '\0';
	return got < 0 ? -errno : 0;
}

int file_read(const char *path, size_t most, char **text, size_t *length)
{
	bool is_input = !strcmp(path, "-");
	int descriptor, error;

	*text = NULL;
	*length = 0;
	descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -errno;
	error = descriptor_read(descriptor, most, text, length);
	if (!is_input)
		close(descriptor);
	return error;
}

const char *file_shown(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}
