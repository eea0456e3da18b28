/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in which src0 is mirrored.
 */
#ifndef COMPARE_PATH_H
#define COMPARE_PATH_H

#include "compare.h"

/* A root qdisc never sees what arrives, and the first experiment's was one. */
bool compare_path_has(enum compare_path path, enum direction direction);

/* Mirror what @what says, from src0 to @device, and take that away again. -EOPNOTSUPP
 * where this kernel's nft has no such hook. Return 0 or a negative errno with records. */
int compare_path_up(const struct compare_case *what, const char *device,
		    struct error_list *errors);
int compare_path_down(const struct compare_case *what, struct error_list *errors);

/* tc(8) -batch. Returns 0 or a negative errno with a record. */
int compare_path_tc(const char *text, struct error_list *errors);

/* What the path's own action says of failed copies; nft has no such counts. */
int compare_path_failures(const struct compare_case *what, unsigned int *drops,
			  unsigned int *overlimits, struct error_list *errors);

#endif
