// SPDX-License-Identifier: GPL-2.0-only
#include "definition_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "definition_yaml.h"

#define SUFFIX ".yaml"

/* What editors and packages leave beside a file ends otherwise or begins with a dot. */
static int is_definition(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       !strcmp(entry->d_name + length - suffix, SUFFIX);
}

/* By bytes, so that the order is the same in every locale. */
static int entry_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int entry_read(struct definition *definition, const char *folder, const char *name,
		      const struct location *where, struct error_list *errors)
{
	size_t length = strlen(folder);
	char *path;
	int error;

	if (asprintf(&path, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name) < 0)
		return -ENOMEM;
	error = definition_read_file(definition, path, where, errors);
	free(path);
	return error;
}

static int folder_read(struct definition *definition, const char *folder,
		       const struct location *where, struct error_list *errors)
{
	struct dirent **entries;
	int i, count, error = 0;

	count = scandir(folder, &entries, is_definition, entry_compare);
	if (count < 0)
		return errno == ENOMEM ? -ENOMEM :
		       error_definition(errors, where, "cannot read '%.200s': %s", folder,
					strerror(errno));
	if (!count)
		error = error_definition(errors, where,
					 "cannot read '%.200s': Is a directory without a file *" SUFFIX,
					 folder);
	for (i = 0; i < count; i++) {
		if (error != -ENOMEM) {
			int other = entry_read(definition, folder, entries[i]->d_name, where,
					       errors);

			error = other ? other : error;
		}
		free(entries[i]);
	}
	free(entries);
	return error;
}

int definition_read_path(struct definition *definition, const char *path,
			 const struct location *where, struct error_list *errors)
{
	struct stat status;

	if (strcmp(path, "-") && !stat(path, &status) && S_ISDIR(status.st_mode))
		return folder_read(definition, path, where, errors);
	return definition_read_file(definition, path, where, errors);
}
