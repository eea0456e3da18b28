/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DEFINITION on the command line, the same for every command that takes one.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "mirror.h"

/* The lines of --help that explain DEFINITION. */
#define OPTIONS_DEFINITION_HELP \
"DEFINITION is -f FILE, repeatable, - is standard input, a folder all its *.yaml;\n" \
"or one mirror:\n" \
"  --name NAME                     what to call it, up to 15 characters\n" \
"  --from DEV[:ingress|:egress]    a device to mirror, both directions unless said; repeatable.\n" \
"                                  'veth*' is every device whose name begins so\n" \
"  --match EXPRESSION              which frames, as for tcpdump; all of them unless given\n" \
"  --hosts LIST                    only traffic to or from these: addresses and prefixes,\n" \
"                                  separated by commas, or @FILE with one a line; repeatable\n" \
"  --except LIST                   never traffic to or from these; repeatable\n" \
"  --to DEV                        where the copies go; repeatable. A device that does not\n" \
"                                  exist is made, and the sensor reads DEV-tap\n" \
"  --to TUNNEL                     to a sensor on another host: vxlan,remote=192.0.2.10,id=7\n" \
"                                  geneve,remote=...,id=7  gretap,remote=...[,key=7]\n" \
"                                  erspan,remote=...,session=7[,version=2]\n" \
"  --sample 1/N                    one frame of N; '1/N flows' for one flow of N\n" \
"  --limit RATE                    at most, as in '50000 packets/second' or '10 mbit/second'\n" \
"  --path nft|tc                   nft unless given\n"

/* Read the options of @argv (argv[0] is the command's name) into @definition: the
 * mirrors of files, or one mirror, each of them and all together validated.
 * @usage_text goes to standard output for --help. Returns 0; 1 when --help was
 * answered; or -EINVAL with records, in the order of the files' lines; or -ENOMEM. */
int options_read_definition(int argc, char **argv, const char *usage_text,
			    struct definition *definition,
			    struct error_list *errors);

/* Check the words of @argv before getopt_long() sees them: options are those of
 * @table, spelled out, -h, and names of one letter behind one dash; getopt's own abbreviations would change their
 * meaning with every option that is added. Returns 0 or -EINVAL with a record
 * that names the word. */
struct option;
int options_check(int argc, char **argv, const struct option *table,
		  struct error_list *errors);

/* Options of a command of its own, beside DEFINITION: take "--NAME" out of @argv,
 * wherever it stands, and say whether it was there. */
bool options_take_flag(int *argc, char **argv, const char *name);
/* The same for "--NAME VALUE" and "--NAME=VALUE"; @value is NULL if it was not there.
 * Returns 0, or -EINVAL with a record where the value is missing. */
int options_take_value(int *argc, char **argv, const char *name, const char **value,
		       struct error_list *errors);

#endif
