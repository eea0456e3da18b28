// SPDX-License-Identifier: GPL-2.0-only
#include "trace_command.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int child_spawn(char *const *command, bool output_to_errors, const sigset_t *mask,
		       pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	if (output_to_errors)
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_setsigmask(&attributes, mask);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawnp(child, command[0], &actions, &attributes, command, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

static void signals_list(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGQUIT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGCHLD);
}

void trace_signals_hold(sigset_t *before)
{
	sigset_t signals;

	signals_list(&signals);
	sigprocmask(SIG_BLOCK, &signals, before);
}

/* One that waits, or 0. */
static int signal_take(const struct timespec *longest)
{
	sigset_t signals;
	int number;

	signals_list(&signals);
	number = sigtimedwait(&signals, NULL, longest);
	return number > 0 ? number : 0;
}

void trace_signals_release(const sigset_t *before)
{
	static const struct timespec none;

	while (signal_take(&none))
		;
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Until the child ends. */
static int child_wait(pid_t child, int (*tick)(void *data), void *data, int *status,
		      struct error_list *errors)
{
	static const struct timespec step = { 0, 50 * 1000 * 1000 };
	int error = 0, number, asked = 0;
	pid_t ended;

	while (!(ended = waitpid(child, status, WNOHANG)) || (ended < 0 && errno == EINTR)) {
		number = signal_take(&step);
		if (number == SIGTERM || number == SIGHUP) {
			asked = number;
			kill(child, number);
		}
		if (!error)
			error = tick(data);
	}
	if (ended < 0)
		return -errno;
	if (asked && !error)
		error = error_system(errors, -EINTR, "ended by a signal (%s) before the command was done",
				     strsignal(asked));
	return error;
}

int trace_command_run(char *const *command, bool output_to_errors, const sigset_t *before,
		      int (*tick)(void *data), void *data, int *status,
		      struct error_list *errors)
{
	static const struct timespec none;
	int error, number;
	pid_t child;

	while ((number = signal_take(&none)))
		if (number != SIGCHLD)
			return error_system(errors, -EINTR, "ended by a signal (%s) before the command began",
					    strsignal(number));
	error = child_spawn(command, output_to_errors, before, &child);
	if (error)
		return error_system(errors, error, "cannot run '%.200s': %s", command[0],
				    strerror(-error));
	return child_wait(child, tick, data, status, errors);
}
