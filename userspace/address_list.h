/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of addresses and prefixes: what "hosts" and "except" of a mirror hold,
 * written inline or in a file with one a line.
 */
#ifndef ADDRESS_LIST_H
#define ADDRESS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct plan_range;

/* The addresses of one family, as ranges of bytes. */
struct address_ranges {
	struct plan_range *ranges;
	size_t count, room;
};

struct address_list {
	struct address_ranges ip, ip6;
	size_t entries;			/* as they were written */
	struct location where;		/* of the first text that was added */
	bool given;			/* even if all of it was wrong */
};

/* So many mistakes of one text are told one by one. */
#define ADDRESS_ERRORS_MAX 20

/* Add addresses and prefixes of both families that stand in @text, separated by
 * commas: "192.0.2.1, 2001:db8::/32". @where is where it begins. An empty list
 * is a mistake. Returns 0, -ENOMEM, or -EINVAL with records that name the words;
 * what is right has been added even then. */
int address_list_add_text(struct address_list *list, const char *text,
			  const struct location *where, struct error_list *errors);

/* The same of @length bytes of a file's content, one a line; blank lines and
 * what follows "#" are left out. @file is what the records call it. */
int address_list_add_lines(struct address_list *list, const char *text, size_t length,
			   const char *file, struct error_list *errors);

/* The same of the file at @path, "-" is standard input. @where is where the path
 * stands, for a file that cannot be read. */
int address_list_add_file(struct address_list *list, const char *path,
			  const struct location *where, struct error_list *errors);

/* Add the addresses from @low to @high, as inet_ntop(3) writes them. Returns 0,
 * -ENOMEM, or -EINVAL for what are no two addresses of one family in order. */
int address_list_add_range(struct address_list *list, const char *low, const char *high);

/* Add the addresses of @from. Returns 0 or -ENOMEM. */
int address_list_copy(struct address_list *list, const struct address_list *from);

/* Put the ranges in order and join what overlaps or touches. */
void address_list_normalise(struct address_list *list);

/* Call @visit with the prefixes that make up the list, which is normalised, as
 * few as there can be. Returns the first answer that is not 0, or 0. */
typedef int (*address_visit)(const unsigned char *address, size_t length,
			     unsigned int bits, void *data);
int address_list_prefixes(const struct address_list *list, address_visit visit,
			  void *data);

void address_list_free(struct address_list *list);

#endif
