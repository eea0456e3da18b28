// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

int cmd_finish(int error, struct error_list *errors)
{
	int status;

	if (error < 0 && !errors->count)
		error_system(errors, error, "%s", strerror(-error));
	if (fflush(stdout) || ferror(stdout))
		error_system(errors, -errno, "cannot write the output: %s",
			     strerror(errno));
	status = error_report(errors, stderr);
	error_clear(errors);
	return status;
}
