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
#include "tunnel.h"

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
	char device[IFNAMSIZ];	/* or a pattern: "veth*" */
	bool is_pattern;
	enum direction direction;
	struct location where;
};

/* What a target is, or is to be made as. */
enum target_kind {
	TARGET_ANY,	/* a name and nothing more: what exists, else a veth pair */
	TARGET_VETH,	/* a private pair */
	TARGET_DUMMY,
	TARGET_IFB,
	TARGET_TUNNEL,	/* a private pair with a tunnel behind its tap */
};

struct target {
	char device[IFNAMSIZ];	/* the one that takes the copies */
	enum target_kind kind;
	struct tunnel tunnel;	/* TARGET_TUNNEL */
	struct location where;
};

/* 1/every: of the frames, by chance, or of the flows, both directions of one
 * together. 0: all of them. */
struct sample {
	uint32_t every;
	bool flows;
	struct location where;
};

/* At most so much; what is over is not copied, and counted. 0: no limit. */
struct limit {
	uint64_t rate;
	bool bytes;		/* else packets */
	uint32_t seconds;	/* 1, 60, 3600 or 86400: the rate's unit of time */
	uint32_t burst;		/* packets or bytes, canonical: never 0 with a rate */
	struct location where;
};

struct mirror {
	char name[IFNAMSIZ];
	struct location where;	/* of the name */
	enum mirror_path path;
	struct location path_where;
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
	struct sample sample;
	struct limit limit;
	/* What the sources are on this machine: patterns are the devices that fit,
	 * see mirror_resolve_sources(). */
	struct source *hooks;
	size_t hook_count;
};

struct definition {
	struct mirror *mirrors;
	size_t count;
	struct target *devices;		/* "devices:" of a file */
	size_t device_count;
	bool is_file;			/* else one mirror from the command line */
	char **texts;			/* names of files, which locations borrow */
	size_t text_count;
};

/* "ingress" or "egress". */
const char *direction_name(enum direction direction);

/* "nft" or "tc". */
const char *mirror_path_name(enum mirror_path path);

/* Append an empty mirror and return it, or NULL without memory. The pointer
 * lives until the next call. */
struct mirror *definition_add(struct definition *definition);

/* Append a device that targets may name. Returns 0 or -ENOMEM. */
int definition_add_device(struct definition *definition, const struct target *device);

/* Keep a copy of @text for locations to borrow. Returns it, or NULL without
 * memory. */
const char *definition_keep_text(struct definition *definition, const char *text);

/* Targets that name one of the devices become that device; then what can only be
 * judged with all mirrors in view: names that mean one thing, no circle of mirrors
 * that copy each other's copies. Returns 0, -ENOMEM, or -EINVAL with records. */
int definition_join(struct definition *definition, struct error_list *errors);

void definition_free(struct definition *definition);

/* Set the name: 1 to 15 of [A-Za-z0-9._-], not starting with "-", so that it
 * is part of an nft chain name as it stands. Returns 0, or -EINVAL with a
 * record in @errors. */
int mirror_set_name(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors);

/* "nft" or "tc". Returns 0, or -EINVAL with a record. */
int mirror_set_path(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors);

/* Set the match, a pcap-filter(7) expression; an empty text copies everything.
 * It is not read before mirror_validate(), since the path decides what can be
 * done. Returns 0 or -ENOMEM. */
int mirror_set_match(struct mirror *mirror, const char *text,
		     const struct location *where);

/* Add DEV, DEV:ingress or DEV:egress, where DEV may be a pattern, with "*" at its
 * end for any rest. One that is there already is not added twice. Returns 0, -ENOMEM, or -EINVAL with a record. */
int mirror_add_source(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors);

/* Add a target: a device, or a tunnel as in tunnel_parse(). Returns 0, -ENOMEM,
 * or -EINVAL with records. */
int mirror_add_target(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors);

/* Add a target that is complete, but for the name of a tunnel that has none: it
 * gets one that follows from what it is. Returns 0, -ENOMEM, or -EINVAL with a
 * record. */
int mirror_put_target(struct mirror *mirror, const struct target *target,
		      struct error_list *errors);

/* "1/10" or "1/10 flows". Returns 0, or -EINVAL with a record. */
int mirror_set_sample(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors);

/* "50000 packets/second", "10 mbytes/second burst 1 mbytes"; units are packets,
 * bytes, kbytes and mbytes (1024 each), kbit, mbit and gbit (1000 each), a second,
 * minute, hour or day. Without a burst it is a tenth of a second's worth, at least
 * one packet or 64 KiB. Returns 0, or -EINVAL with a record. */
int mirror_set_limit(struct mirror *mirror, const char *text,
		     const struct location *where, struct error_list *errors);

/* The texts that the two above read back to the same; "" for none. */
void mirror_sample_text(const struct sample *sample, char *text, size_t size);
void mirror_limit_text(const struct limit *limit, char *text, size_t size);
#define MIRROR_LIMIT_TEXT_MAX 80

/* Set mirror->hooks: the sources, and for patterns those of @names that fit and
 * are no targets of this mirror. Returns 0 or -ENOMEM. */
int mirror_resolve_sources(struct mirror *mirror, const char (*names)[IFNAMSIZ],
			   size_t count);

/* The hooks if they were resolved, else the sources. */
const struct source *mirror_hooks(const struct mirror *mirror, size_t *count);

/* Does a name fit a pattern, "*" at its end for any rest? */
bool mirror_pattern_fits(const char *pattern, const char *name);

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
