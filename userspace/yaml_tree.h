/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A YAML file as a tree whose nodes know their place. What it means is for others
 * to say, see definition_yaml.h.
 *
 * Columns are bytes, as everywhere in messages; libyaml counts characters.
 */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "error.h"

struct yaml_tree {
	yaml_document_t document;
	bool loaded;
	const char *file;	/* what messages call it */
	const char *text;
	size_t length;
	size_t *lines;		/* offset of each line's first byte */
	size_t line_count;
	size_t *characters;	/* offset of every YAML_TREE_STRIDE-th character */
	size_t character_count;	/* of those offsets */
};

#define YAML_TREE_STRIDE 64

/* Read @text, @length bytes and a NUL behind them, which the tree borrows together
 * with @file. It must hold one document. Returns 0, -ENOMEM, or -EINVAL with one
 * record. To be freed in any case. */
int yaml_tree_read(struct yaml_tree *tree, const char *text, size_t length,
		   const char *file, struct error_list *errors);
void yaml_tree_free(struct yaml_tree *tree);

/* NULL for a file without anything. */
yaml_node_t *yaml_tree_root(struct yaml_tree *tree);

/* NULL where @index is no node's. */
yaml_node_t *yaml_tree_node(struct yaml_tree *tree, int index);

/* How many nodes there are: what repeats others by "*alias" is none. */
size_t yaml_tree_count(const struct yaml_tree *tree);

/* Where a node's own words begin: behind anchors, quotes, and the "|" line. */
struct location yaml_tree_where(const struct yaml_tree *tree, const yaml_node_t *node);

/* Where its tag stands, "!something"; false without one. */
bool yaml_tree_tag(const struct yaml_tree *tree, const yaml_node_t *node,
		   struct location *where);

/* A scalar's text with its white space such that every word stands in the line and
 * column that it has in the file, counted from *where on; so quotes, escapes and
 * folded lines do not shift what messages say. Words with escapes in them are right
 * at their beginning. Returns a malloc'ed text, or NULL without memory. */
char *yaml_tree_align(const struct yaml_tree *tree, const yaml_node_t *node,
		      struct location *where);

#endif
