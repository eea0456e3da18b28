/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACE_COMMAND_H
#define TRACE_COMMAND_H

#include <signal.h>
#include <stdbool.h>

#include "error.h"

/* Keep the signals that would end us waiting, so that we can clean up first. */
void trace_signals_hold(sigset_t *before);

/* What waits then was for the command, or we end anyway. */
void trace_signals_release(const sigset_t *before);

/* Run @command (looked up in PATH) with our terminal and the signal mask @before, its
 * standard output on standard error with @output_to_errors. The signals are held:
 * SIGINT is the command's alone, SIGTERM and SIGHUP are passed on to it. @tick is
 * called about 20 times a second. Returns 0 with @status as wait(2) has it, or a
 * negative errno with a record; -EINTR when we were asked to end. */
int trace_command_run(char *const *command, bool output_to_errors, const sigset_t *before,
		      int (*tick)(void *data), void *data, int *status,
		      struct error_list *errors);

#endif
