/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Definition files: what the keys of the YAML mean.
 *
 *	devices:
 *	  mir0: {kind: veth}
 *	mirrors:
 *	  web:
 *	    from: [eth1:egress]
 *	    match: tcp port 443
 *	    to: [mir0, {vxlan: {remote: 192.0.2.10, id: 7}}]
 */
#ifndef DEFINITION_YAML_H
#define DEFINITION_YAML_H

#include "mirror.h"

/* More of it is no definition. */
#define DEFINITION_FILE_MAX (16 << 20)
#define DEFINITION_MIRRORS_MAX 1024
#define DEFINITION_SOURCES_MAX 4096
#define DEFINITION_TARGETS_MAX 64
/* So many mistakes of one file are told. */
#define DEFINITION_MISTAKES_MAX 500

/* Add what the file at @path holds to @definition; "-" is standard input. @where is
 * where the path stands, for a file that cannot be read. Each mirror is validated, but
 * not what they say together, see definition_join(). Returns 0, -ENOMEM, or -EINVAL with records, in no order. */
int definition_read_file(struct definition *definition, const char *path,
			 const struct location *where, struct error_list *errors);

/* The same for a text in memory, @length bytes and a NUL behind them. @file is what
 * messages call it; files that it names are looked for beside it. */
int definition_read_text(struct definition *definition, const char *text, size_t length,
			 const char *file, struct error_list *errors);

#endif
