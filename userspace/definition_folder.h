/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A definition that is spread over the files of a folder, as /etc/mirror-nft is.
 */
#ifndef DEFINITION_FOLDER_H
#define DEFINITION_FOLDER_H

#include "mirror.h"

/* As definition_read_file(), of a file; of a folder for each file in it whose name ends
 * in ".yaml" and does not begin with a dot, in the order of their names' bytes, not of
 * folders in it. A folder without such a file is -EINVAL with a record. */
int definition_read_path(struct definition *definition, const char *path,
			 const struct location *where, struct error_list *errors);

#endif
