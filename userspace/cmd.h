/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One command, one file. Each gets its own name as argv[0] and returns the
 * exit status: 0 done, 1 the kernel or the system refused, 2 the definition or
 * the command line is wrong. Only commands print.
 */
#ifndef CMD_H
#define CMD_H

#include "error.h"

int cmd_generate(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_remove(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* The end of every command: print the records and free them. @error is what
 * the work returned: a negative errno that has no record gets a line too. */
int cmd_finish(int error, struct error_list *errors);

#endif
