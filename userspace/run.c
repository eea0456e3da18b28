// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "apply.h"
#include "monitor.h"
#include "notify.h"
#include "removal.h"
#include "run_words.h"

/* After a failure, milliseconds: twice as long after each more. */
#define RETRY_FIRST 100
#define RETRY_MOST 60000

struct run {
	const struct run_options *options;
	struct definition definition;
	struct session session;
	struct monitor monitor;
	struct notify notify;
	struct run_memory memory;
	char status[RUN_WORDS_MAX];	/* as it was said last */
	struct error_list complaint;	/* what went wrong last, and was said */
	unsigned int failures;		/* one after the other */
	int64_t retry;			/* when to try again, by clock_now() */
	int64_t watchdog;		/* when to tell it */
	int signals, poll;
	int stop;			/* the signal that ends us, or 0 */
};

/* Milliseconds to rest, at most, see rest(). */
#define REST_MOST 50

/* Milliseconds. */
static int64_t clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t clock_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* --- one look --- */

static bool complaints_are_same(const struct error_list *a, const struct error_list *b)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (!error_text(b, i) || strcmp(error_text(a, i), error_text(b, i)))
			return false;
	return a->count == b->count;
}

/* Say what is wrong, once as long as it stays the same; and when to try again. */
static void failure_note(struct run *run, int error, struct error_list *errors)
{
	int64_t pause = RETRY_FIRST;

	if (!errors->count)
		error_system(errors, error, "%s", strerror(-error));
	if (!complaints_are_same(errors, &run->complaint)) {
		error_report(errors, run->options->log);
		notify_status(&run->notify, error_text(errors, 0));
		*run->status = '\0';
	}
	error_clear(&run->complaint);
	run->complaint = *errors;
	memset(errors, 0, sizeof(*errors));
	if (run->failures < 16)
		pause <<= run->failures++;
	run->retry = clock_now() + (pause < RETRY_MOST ? pause : RETRY_MOST);
}

static void success_note(struct run *run)
{
	char status[RUN_WORDS_MAX];

	error_clear(&run->complaint);
	run->failures = 0;
	run_words_status(status, &run->memory, &run->definition);
	if (strcmp(status, run->status))
		notify_status(&run->notify, status);
	strcpy(run->status, status);
}

/* What is not there is no error, but somebody may have mistyped it. */
static void missing_say(const struct run *run)
{
	size_t i, j;

	for (i = 0; i < run->definition.count; i++) {
		const struct mirror *mirror = &run->definition.mirrors[i];

		for (j = 0; j < mirror->source_count; j++) {
			const char *device = mirror->sources[j].device;

			if (mirror->sources[j].is_pattern ||
			    link_find(&run->session.links, device) ||
			    (j && !strcmp(device, mirror->sources[j - 1].device)))
				continue;
			fprintf(run->options->log, "mirror-nft: %s waits for %s, which is not there yet\n",
				mirror->name, device);
		}
	}
}

static void change_say(const struct run *run, const struct run_memory *now,
		       const struct apply_result *result,
		       const struct monitor_news *heard, enum run_reason reason)
{
	char cause[RUN_WORDS_MAX], effect[RUN_WORDS_MAX];
	size_t i;

	run_words_effect(effect, &run->memory, now, &run->definition, result);
	if (*effect && !run_words_cause(cause, &run->memory, now, &run->definition,
					result, heard, reason))
		fprintf(run->options->log, "mirror-nft: %s -> %s\n", cause, effect);
	for (i = 0; i < result->warnings.count; i++)
		fprintf(run->options->log, "mirror-nft: warning: %s\n",
			error_text(&result->warnings, i));
	if (reason == RUN_START || reason == RUN_RELOAD)
		missing_say(run);
}

/* Where a mirror is on the tc path, what happens there is to be heard of. */
static int filters_hear(struct run *run, struct error_list *errors)
{
	size_t i;
	int error;

	for (i = 0; i < run->definition.count &&
	     run->definition.mirrors[i].path != MIRROR_PATH_TC; i++)
		;
	run->session.looks_at_tc = i < run->definition.count;
	if (!run->session.looks_at_tc)
		return 0;
	error = monitor_hear_filters(&run->monitor);
	return error ? error_system(errors, error, "cannot hear of the filters of tc: %s",
				    strerror(-error)) : 0;
}

/* Make the kernel equal to the definition. Returns 0 or a negative errno with records. */
static int look(struct run *run, enum run_reason reason, struct error_list *errors)
{
	const struct apply_options options = {
		.mode = APPLY_CHANGE, .only = true, .tolerant = true,
		.quiet = reason == RUN_NEWS || reason == RUN_RETRY,
	};
	struct monitor_news *news = &run->monitor.news, heard;
	struct apply_result result = { 0 };
	struct run_memory now = { 0 };
	int error;

	error = filters_hear(run, errors);
	if (error)
		return error;
	session_turn_take(&run->session);
	error = session_read(&run->session, errors);
	heard = *news;
	/* What comes from now on may come too late for this time. */
	news->links = news->lost = news->rules = news->filters = false;
	if (!error)
		error = apply_definition(&run->session, &run->definition, &options, &result,
					 errors);
	session_turn_give(&run->session);
	if (!error)
		error = run_memory_take(&now, &run->session.links, &run->definition);
	if (!error) {
		change_say(run, &now, &result, &heard, reason);
		run_memory_free(&run->memory);
		run->memory = now;
		*news->who = '\0';
		success_note(run);
	} else {
		run_memory_free(&now);
	}
	apply_result_free(&result);
	return error;
}

static void look_again(struct run *run, enum run_reason reason)
{
	struct error_list errors = { 0 };
	int error = look(run, reason, &errors);

	if (error)
		failure_note(run, error, &errors);
}

/* --- signals --- */

/* A definition that is wrong, or that the kernel refuses, changes nothing. */
static void reload(struct run *run)
{
	struct definition former = run->definition;
	struct error_list errors = { 0 };
	int error;

	notify_reloading(&run->notify);
	memset(&run->definition, 0, sizeof(run->definition));
	error = run->options->load(&run->definition, run->options->data, &errors);
	if (!error)
		error = look(run, RUN_RELOAD, &errors);
	if (error) {
		if (!errors.count)
			error_system(&errors, error, "%s", strerror(-error));
		error_report(&errors, run->options->log);
		fprintf(run->options->log, "mirror-nft: the definition stays as it was\n");
		definition_free(&run->definition);
		run->definition = former;
		look_again(run, RUN_NEWS);
	} else {
		definition_free(&former);
	}
	error_clear(&errors);
	notify_ready(&run->notify, *run->status ? run->status : NULL);
}

static void signals_take(struct run *run)
{
	struct signalfd_siginfo signal;

	while (read(run->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGHUP)
			reload(run);
		else
			run->stop = signal.ssi_signo;
	}
}

static int signals_open(struct run *run)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	/* Whoever read our log may go. */
	signal(SIGPIPE, SIG_IGN);
	run->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return run->signals < 0 ? -errno : 0;
}

/* --- the loop --- */

static int poll_open(struct run *run)
{
	const int descriptors[] = {
		run->signals, nl_descriptor(run->monitor.route),
		nl_descriptor(run->monitor.netfilter),
	};
	struct epoll_event event = { .events = EPOLLIN };
	size_t i;

	run->poll = epoll_create1(EPOLL_CLOEXEC);
	if (run->poll < 0)
		return -errno;
	for (i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++)
		if (epoll_ctl(run->poll, EPOLL_CTL_ADD, descriptors[i], &event))
			return -errno;
	return 0;
}

/* Milliseconds to sleep, -1 for as long as nothing happens. */
static int sleep_time(const struct run *run)
{
	int64_t until = INT64_MAX, now;

	if (run->failures)
		until = run->retry;
	if (run->notify.watchdog && run->watchdog < until)
		until = run->watchdog;
	if (until == INT64_MAX)
		return -1;
	now = clock_now();
	return until <= now ? 0 : until - now < INT32_MAX ? (int)(until - now) : INT32_MAX;
}

/* In half the time that it asks for. */
static void watchdog_tell(struct run *run)
{
	int64_t now = clock_now();

	if (!run->notify.watchdog || now < run->watchdog)
		return;
	notify_watchdog(&run->notify);
	run->watchdog = now + (int64_t)(run->notify.watchdog / 2000);
}

static int events_take(struct run *run, struct error_list *errors)
{
	int error = session_hear(&run->session);

	return error ? error_system(errors, error, "cannot read the kernel's events: %s",
				    strerror(-error)) : 0;
}

static bool has_news(const struct monitor_news *news)
{
	return news->links || news->rules || news->filters || news->lost;
}

/* Each look is at all devices. Where many come one after the other, a look at each would
 * cost the more the more there are; so it is followed by a rest as long as the processor
 * was busy with it, in which more may come, to be looked at together. */
static void rest(const struct run *run, int64_t busy)
{
	struct pollfd signals = { .fd = run->signals, .events = POLLIN };

	if (busy > 0)
		poll(&signals, 1, busy < REST_MOST ? (int)busy : REST_MOST);
}

static void news_look(struct run *run)
{
	int64_t before = clock_read(CLOCK_PROCESS_CPUTIME_ID);

	look_again(run, RUN_NEWS);
	rest(run, clock_read(CLOCK_PROCESS_CPUTIME_ID) - before);
}

static int loop(struct run *run, struct error_list *errors)
{
	const struct monitor_news *news = &run->monitor.news;
	struct epoll_event event;
	int error;

	for (;;) {
		bool is_news = has_news(news);

		watchdog_tell(run);
		if (epoll_wait(run->poll, &event, 1, is_news ? 0 : sleep_time(run)) < 0 &&
		    errno != EINTR)
			return error_system(errors, -errno, "cannot wait for events: %s",
					    strerror(errno));
		signals_take(run);
		if (run->stop)
			return 0;
		error = events_take(run, errors);
		if (error)
			return error;
		if (has_news(news))
			news_look(run);
		else if (run->failures && clock_now() >= run->retry)
			look_again(run, RUN_RETRY);
	}
}

static int finish(struct run *run, struct error_list *errors)
{
	const char *signal = run->stop == SIGINT ? "SIGINT" : "SIGTERM";
	int error;

	notify_stopping(&run->notify);
	if (!run->options->remove_on_exit) {
		fprintf(run->options->log, "mirror-nft: %s -> stopped, the mirrors stay\n",
			signal);
		return 0;
	}
	session_turn_take(&run->session);
	error = session_read(&run->session, errors);
	if (!error)
		error = removal_apply(&run->session, NULL, 0, NULL, errors);
	session_turn_give(&run->session);
	if (!error)
		fprintf(run->options->log, "mirror-nft: %s -> removed the mirrors\n", signal);
	return error;
}

static int begin(struct run *run, struct error_list *errors)
{
	int error;

	error = run->options->load(&run->definition, run->options->data, errors);
	if (error)
		return error;
	error = notify_open(&run->notify);
	if (error)
		return error_system(errors, error, "cannot tell the service manager: NOTIFY_SOCKET: %s",
				    strerror(-error));
	error = session_open(&run->session, SESSION_LOOK, errors);
	if (error)
		return error;
	error = signals_open(run);
	/* Heard from before the first look, so that nothing is missed. */
	if (!error)
		error = monitor_open(&run->monitor);
	run->session.monitor = &run->monitor;
	if (!error)
		error = poll_open(run);
	if (error)
		return error_system(errors, error, "cannot hear of the kernel's events: %s",
				    strerror(-error));
	if (!error)
		error = look(run, RUN_START, errors);
	if (!error)
		notify_ready(&run->notify, run->status);
	return error;
}

int run(const struct run_options *options, struct error_list *errors)
{
	struct run run = { .options = options, .signals = -1, .poll = -1 };
	int error;

	run.notify.socket = -1;
	run.session.turn = -1;
	error = begin(&run, errors);
	if (!error)
		error = loop(&run, errors);
	if (!error)
		error = finish(&run, errors);
	session_close(&run.session);
	monitor_close(&run.monitor);
	notify_close(&run.notify);
	if (run.poll >= 0)
		close(run.poll);
	if (run.signals >= 0)
		close(run.signals);
	run_memory_free(&run.memory);
	error_clear(&run.complaint);
	definition_free(&run.definition);
	return error;
}
