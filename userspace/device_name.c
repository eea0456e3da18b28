// SPDX-License-Identifier: GPL-2.0-only
#include "device_name.h"

#include <ctype.h>
#include <string.h>

#define SHOWN_MAX 64

static int shown(size_t length)
{
	return length > SHOWN_MAX ? SHOWN_MAX : (int)length;
}

static int length_check(const char *name, size_t length, const struct location *where,
			struct error_list *errors)
{
	if (!length)
		return error_definition(errors, where,
					"the device name is empty, name a device as 'ip link' shows it");
	if (length >= IFNAMSIZ)
		return error_definition(errors, where,
					"device name '%.*s' has %zu characters, %d are the most",
					shown(length), name, length, IFNAMSIZ - 1);
	return 0;
}

static int characters_check(const char *name, size_t length, size_t count,
			    const struct location *where, struct error_list *errors)
{
	size_t i;

	for (i = 0; i < count; i++) {
		unsigned char c = name[i];

		if (c > ' ' && c < 127 && !strchr("/:\"*\\,", c))
			continue;
		return error_definition(errors, where,
					"device name '%.*s' has the character '%c' (0x%02x), which a device to mirror cannot have",
					(int)length, name, isprint(c) ? c : '?', c);
	}
	return 0;
}

/* The kernel's dev_valid_name(), and what a ruleset cannot quote. */
int device_name_check(const char *name, size_t length, const struct location *where,
		      struct error_list *errors)
{
	int error = length_check(name, length, where, errors);

	if (error)
		return error;
	if (!strncmp(name, "..", length))	/* "." and ".." */
		return error_definition(errors, where,
					"'%.*s' is no device name", (int)length, name);
	return characters_check(name, length, length, where, errors);
}

int device_name_check_pair(const char *name, size_t length,
			   const struct location *where, struct error_list *errors)
{
	int error = device_name_check(name, length, where, errors);

	if (error || length <= DEVICE_NAME_PAIR_MAX)
		return error;
	return error_definition(errors, where,
				"device name '%.*s' has %zu characters, %zu are the most for a device to make: its other end is called %.*s" DEVICE_TAP_SUFFIX,
				(int)length, name, length, DEVICE_NAME_PAIR_MAX,
				(int)length, name);
}

int device_name_check_pattern(const char *name, size_t length,
			      const struct location *where, struct error_list *errors)
{
	const char *star = memchr(name, '*', length);
	struct location place = *where;
	int error;

	error = length_check(name, length, where, errors);
	if (error)
		return error;
	if (star && star + 1 == name + length)
		return characters_check(name, length, length - 1, where, errors);
	place.column += star ? star - name : 0;
	return error_definition(errors, &place,
				"'*' stands for any rest of a name, so it can only be the last character, as in 'veth*'");
}
