// SPDX-License-Identifier: GPL-2.0-only
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Files in memory instead of pipes: no side can block the other. */
static int memory_file(const char *name, const char *text)
{
	int descriptor = memfd_create(name, MFD_CLOEXEC);
	size_t length = text ? strlen(text) : 0;

	if (descriptor < 0)
		return -errno;
	if (length && write(descriptor, text, length) != (ssize_t)length) {
		close(descriptor);
		return -EIO;
	}
	lseek(descriptor, 0, SEEK_SET);
	return descriptor;
}

/* Where programs of the administrator are, for those whose PATH lacks it. */
static int spawn(pid_t *child, const char *const argv[],
		 const posix_spawn_file_actions_t *actions)
{
	static const char *const folders[] = { "/usr/sbin/", "/sbin/" };
	char path[256];
	size_t i;
	int error;

	error = posix_spawnp(child, argv[0], actions, NULL, (char **)argv, environ);
	for (i = 0; error == ENOENT && i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", folders[i], argv[0]);
		error = posix_spawn(child, path, actions, NULL, (char **)argv, environ);
	}
	return -error;
}

static int failure_record(const char *program, int status, int complaint,
			  struct error_list *errors)
{
	char text[400];
	ssize_t length;

	length = pread(complaint, text, sizeof(text) - 1, 0);
	if (length < 0)
		length = 0;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return error_system(errors, -EIO, "%s failed (status %d)%s%s", program,
			    WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			    *text ? ": " : "", text);
}

int tool_run(const char *const argv[], const char *input, struct error_list *errors)
{
	posix_spawn_file_actions_t actions;
	int in, complaint, status = 0;
	pid_t child;
	int error;

	in = memory_file("input", input);
	complaint = memory_file("errors", NULL);
	if (in < 0 || complaint < 0) {
		error = error_system(errors, in < 0 ? in : complaint,
				     "cannot run %s: no file in memory", argv[0]);
		goto out_close;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, complaint, STDERR_FILENO);
	error = spawn(&child, argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		error = error_system(errors, error, "cannot run %s: %s", argv[0],
				     strerror(-error));
		goto out_close;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		error = failure_record(argv[0], status, complaint, errors);
out_close:
	if (complaint >= 0)
		close(complaint);
	if (in >= 0)
		close(in);
	return error;
}
