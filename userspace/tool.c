// SPDX-License-Identifier: GPL-2.0-only
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
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

/* The whole of a file in memory. */
static int memory_read(int descriptor, char **text)
{
	off_t size = lseek(descriptor, 0, SEEK_END);

	*text = size < 0 ? NULL : malloc(size + 1);
	if (!*text)
		return -ENOMEM;
	if (pread(descriptor, *text, size, 0) != size) {
		free(*text);
		*text = NULL;
		return -EIO;
	}
	(*text)[size] = '\0';
	return 0;
}

static int tool_wait(const char *const argv[], const int files[3], struct error_list *errors)
{
	posix_spawn_file_actions_t actions;
	int status = 0, error, i;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	for (i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, files[i], i);
	error = spawn(&child, argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return error_system(errors, error, "cannot run %s: %s", argv[0],
				    strerror(-error));
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status ? failure_record(argv[0], status, files[STDERR_FILENO], errors) : 0;
}

/* @output may be NULL. */
static int tool_run_with(const char *const argv[], const char *input, char **output,
			 struct error_list *errors)
{
	int files[3] = {
		memory_file("input", input), memory_file("output", NULL),
		memory_file("errors", NULL),
	};
	int error = 0, i;

	for (i = 0; i < 3; i++)
		if (files[i] < 0 && !error)
			error = error_system(errors, files[i],
					     "cannot run %s: no file in memory", argv[0]);
	if (!error)
		error = tool_wait(argv, files, errors);
	if (!error && output)
		error = memory_read(files[STDOUT_FILENO], output);
	for (i = 0; i < 3; i++)
		if (files[i] >= 0)
			close(files[i]);
	return error;
}

int tool_run(const char *const argv[], const char *input, struct error_list *errors)
{
	return tool_run_with(argv, input, NULL, errors);
}

int tool_read(const char *const argv[], char **output, struct error_list *errors)
{
	return tool_run_with(argv, NULL, output, errors);
}
