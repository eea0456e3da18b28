/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: what the user wants, and, read back from the kernel, what is
 * there. Devices are names here; they become interface indexes late, in one
 * place (link.h).
 */
#ifndef MIRROR_H
#define MIRROR_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "address_list.h"
#include "error.h"

struct filter;

enum direction {
	DIRECTION_INGRESS,
	DIRECTION_EGRESS,
};

enum mirror_path {
	MIRROR_PATH_NFT,
	MIRROR_PATH_TC,
};

/* One hook on one device; "eth1" without a direction becomes two of these. */
struct source {
	char device[IFNAMSIZ];
	enum direction direction;
	struct location where;
};

struct target {
	char device[IFNAMSIZ];
	struct location where;
};

struct mirror {
	char name[IFNAMSIZ];
	enum mirror_path path;
	char *match_text;	/* white space folded; NULL copies everything */
	char *match_source;	/* as it was written */
	struct location match_where;
	struct filter *match;	/* parsed by mirror_validate(), for the nft path */
	struct address_list hosts;	/* only to or from these, if given */
	struct address_list except;	/* never these */
	struct source *sources;
	size_t source_count;
	struct target *targets;
	size_t target_count;
};

struct definition {
	struct mirror *mirrors;
	size_t count;
};

/* "ingress" or "egress". */
const char *direction_name(enum direction direction);

/* "nft" or "tc". */
const char *mirror_path_name(enum mirror_path path);

/* Append an empty mirror and return it, or NULL without memory. The pointer
 * lives until the next call. */
struct mirror *definition_add(struct definition *definition);
void definition_free(struct definition *definition);

/* Set the name: 1 to 15 of [A-Za-z0-9._-], not starting with "-", so that it
 * is part of an nft chain name as it stands. Returns 0, or -EINVAL with a
 * record in @errors. */
int mirror_set_name(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors);

/* Set the match, a pcap-filter(7) expression; an empty text copies everything.
 * It is not read before mirror_validate(), since the path decides what can be
 * done. Returns 0 or -ENOMEM. */
int mirror_set_match(struct mirror *mirror, const char *text,
		     const struct location *where);

/* Add DEV, DEV:ingress or DEV:egress. One that is there already is not added
 * twice. Returns 0, -ENOMEM, or -EINVAL with a record. */
int mirror_add_source(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors);

/* Add a target device. Returns 0, -ENOMEM, or -EINVAL with a record. */
int mirror_add_target(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors);

/* Is anything asked of a frame? */
bool mirror_is_selective(const struct mirror *mirror);

/* Where what is asked of a frame was written, for what concerns the whole. */
const struct location *mirror_selection_where(const struct mirror *mirror);

/* Read the match and the lists: can they be said on this mirror's path? Part of
 * mirror_validate(); for callers that have other errors to report already.
 * Returns 0, -ENOMEM, or -EINVAL with a record that names the word. */
int mirror_parse_match(struct mirror *mirror, struct error_list *errors);

/* What can be judged without a kernel: something to mirror, somewhere to put
 * it, no target that is a source, a match that the path can do. Parses the
 * match. Returns 0, -ENOMEM, or -EINVAL with records. */
int mirror_validate(struct mirror *mirror, const struct location *where,
		    struct error_list *errors);

void mirror_free(struct mirror *mirror);

#endif
