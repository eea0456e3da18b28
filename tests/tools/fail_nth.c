// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_nth FIRST LAST load FILE	loads a module and takes it away again
 * fail_nth FIRST LAST namespace	makes a network namespace
 * fail_nth FIRST LAST write FILE TEXT	opens, writes, and closes
 * fail_nth FIRST LAST read FILE	opens, reads it all, and closes
 *
 * Does it over and over, and has allocation FIRST that the kernel makes for it fail, then
 * the next, and so on, to LAST or until it makes no more (/proc/self/fail-nth, the
 * kernel's fault-injection.rst; what is to fail is set up in debugfs). Every attempt has
 * to fail with an error or work. Prints
 *
 *	N allocations, N attempts failed, N worked; of the last N asked
 *
 * and the errors, each once: how many failed, and how many allocations the last attempt,
 * which made too few to fail, asked for. Status 1 if something else came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int die(const char *what)
{
	fprintf(stderr, "fail_nth: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int load(char **words)
{
	int descriptor = open(words[0], O_RDONLY | O_CLOEXEC), error;

	if (descriptor < 0)
		return -errno;
	error = syscall(SYS_finit_module, descriptor, "", 0) ? -errno : 0;
	close(descriptor);
	return error;
}

static void unload(void)
{
	if (syscall(SYS_delete_module, "mirror_probe", O_NONBLOCK))
		die("unloading");
}

static int namespace_make(char **words)
{
	(void)words;
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static int file_write(char **words)
{
	int descriptor = open(words[0], O_RDWR | O_CLOEXEC), error;

	if (descriptor < 0)
		return -errno;
	error = write(descriptor, words[1], strlen(words[1])) < 0 ? -errno : 0;
	return close(descriptor) && !error ? -errno : error;
}

static int file_read(char **words)
{
	int descriptor = open(words[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	char bytes[4096];
	ssize_t got;

	if (descriptor < 0)
		return -errno;
	do
		got = read(descriptor, bytes, sizeof(bytes));
	while (got > 0);
	error = got < 0 && errno != EAGAIN ? -errno : 0;
	close(descriptor);
	return error;
}

static const struct action {
	const char *name;
	int words;
	int (*attempt)(char **words);
	void (*undo)(void);
} actions[] = {
	{ "load", 1, load, unload },
	{ "namespace", 0, namespace_make, NULL },
	{ "write", 2, file_write, NULL },
	{ "read", 1, file_read, NULL },
};

/* What an attempt came to, from the process that made it. */
struct outcome {
	int error;
	unsigned int left;	/* how many allocations were missing; 0: one has failed */
};

/* In a process of its own: what it leaves open or has entered ends with it. */
static void attempt_make(const struct action *action, char **words, unsigned int number,
			 int answer)
{
	int nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	struct outcome outcome = { 0 };
	char text[16] = "";
	ssize_t length;

	if (nth < 0)
		die("fail-nth");
	length = snprintf(text, sizeof(text), "%u", number);
	if (write(nth, text, length) != length)
		die("fail-nth");
	outcome.error = action->attempt(words);
	/* What is left of the number; 0 when it has failed one. */
	length = pread(nth, text, sizeof(text) - 1, 0);
	if (length <= 0)
		die("fail-nth");
	outcome.left = strtoul(text, NULL, 10);
	if (pwrite(nth, "0", 1, 0) != 1)
		die("fail-nth");
	if (!outcome.error && action->undo)
		action->undo();
	if (write(answer, &outcome, sizeof(outcome)) != sizeof(outcome))
		die("answer");
	_exit(0); /* what is still to be printed is the parent's */
}

static struct outcome attempt(const struct action *action, char **words, unsigned int number)
{
	struct outcome outcome;
	int answer[2], status;
	pid_t child;

	if (pipe(answer))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		attempt_make(action, words, number, answer[1]);
	close(answer[1]);
	if (read(answer[0], &outcome, sizeof(outcome)) != sizeof(outcome))
		exit(1);
	close(answer[0]);
	if (waitpid(child, &status, 0) != child || status)
		exit(1);
	return outcome;
}

/* From here on they are not for programs (include/linux/errno.h). */
#define ERRORS_OF_THE_KERNEL 512

static int attempts(unsigned int first, unsigned int last, const struct action *action,
		    char **words)
{
	unsigned int number, failed = 0, worked = 0;
	bool told[ERRORS_OF_THE_KERNEL] = { false };
	struct outcome outcome = { 0 };

	for (number = first; number <= last; number++) {
		outcome = attempt(action, words, number);
		if (outcome.left)
			break;
		if (!outcome.error) {
			worked++;
			continue;
		}
		failed++;
		if (-outcome.error >= ERRORS_OF_THE_KERNEL) {
			printf("the kernel's own error %d got out\n", -outcome.error);
			return 1;
		}
		if (!told[-outcome.error])
			printf("%s\n", strerror(-outcome.error));
		told[-outcome.error] = true;
	}
	printf("%u allocations, %u attempts failed, %u worked", number - first, failed,
	       worked);
	if (outcome.left)
		printf("; of the last %u asked", number - outcome.left);
	putchar('\n');
	if (outcome.left && outcome.error) {
		printf("without a failure: %s\n", strerror(-outcome.error));
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 3 && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(argv[3], actions[i].name) && argc == actions[i].words + 4)
			return attempts(strtoul(argv[1], NULL, 10),
					strtoul(argv[2], NULL, 10), &actions[i],
					argv + 4);
	fprintf(stderr, "usage: fail_nth FIRST LAST "
			"(load FILE | namespace | write FILE TEXT | read FILE)\n");
	return 2;
}
