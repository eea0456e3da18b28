/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DEFINITION on the command line, the same for every command that takes one.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "mirror.h"

/* The lines of --help that explain DEFINITION. */
#define OPTIONS_DEFINITION_HELP \
"DEFINITION is one mirror:\n" \
"  --name NAME                     what to call it, up to 15 characters\n" \
"  --from DEV[:ingress|:egress]    a device to mirror, both directions unless said; repeatable\n" \
"  --match EXPRESSION              which frames, as for tcpdump; all of them unless given\n" \
"  --hosts LIST                    only traffic to or from these: addresses and prefixes,\n" \
"                                  separated by commas, or @FILE with one a line; repeatable\n" \
"  --except LIST                   never traffic to or from these; repeatable\n" \
"  --to DEV                        where the copies go; repeatable. A device that does not\n" \
"                                  exist is made, and the sensor reads DEV-tap\n" \
"  --path nft|tc                   nft unless given\n"

/* Read the options of @argv (argv[0] is the command's name) into one mirror of
 * @definition and validate it. @usage_text goes to standard output for --help.
 * Returns 0; 1 when --help was answered; or -EINVAL or -ENOMEM with records. */
int options_read_definition(int argc, char **argv, const char *usage_text,
			    struct definition *definition,
			    struct error_list *errors);

/* Check the words of @argv before getopt_long() sees them: options are those of
 * @table, spelled out, and -h; getopt's own abbreviations would change their
 * meaning with every option that is added. Returns 0 or -EINVAL with a record
 * that names the word. */
struct option;
int options_check(int argc, char **argv, const struct option *table,
		  struct error_list *errors);

#endif
