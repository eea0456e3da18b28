/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon says of a change: what happened, and what was done about it. Both
 * are told by comparing what was there before with what is there now, so that they
 * hold even where the kernel's own words of it were lost.
 */
#ifndef RUN_WORDS_H
#define RUN_WORDS_H

#include "apply.h"
#include "link.h"
#include "mirror.h"
#include "monitor.h"

struct run_device {
	unsigned int index;
	char name[IFNAMSIZ];
};

/* The devices that a mirror is hooked on. */
struct run_hooked {
	char mirror[IFNAMSIZ];
	char (*names)[IFNAMSIZ];	/* ascending, each once */
	size_t count;
};

/* How things were when the last change was done. */
struct run_memory {
	struct run_device *devices;	/* ascending by index */
	size_t device_count;
	struct run_hooked *mirrors;	/* in the order of the definition */
	size_t mirror_count;
};

/* Why it was time to look. */
enum run_reason {
	RUN_START,
	RUN_NEWS,
	RUN_RELOAD,
	RUN_RETRY,
};

#define RUN_WORDS_MAX 1024

/* Remember @links and the hooks of @definition. Returns 0 or -ENOMEM. */
int run_memory_take(struct run_memory *memory, const struct link_table *links,
		    const struct definition *definition);
void run_memory_free(struct run_memory *memory);

/* "veth1 and veth2 appeared", as far as devices have to do with @definition, and were
 * not made by us just now, see @result. Text of RUN_WORDS_MAX bytes. Returns 0 or
 * -ENOMEM. */
int run_words_cause(char *text, const struct run_memory *before,
		    const struct run_memory *now, const struct definition *definition,
		    const struct apply_result *result, const struct monitor_news *news,
		    enum run_reason reason);

/* "web mirrors veth1 and veth2; made mir0"; "" where nothing was done. */
void run_words_effect(char *text, const struct run_memory *before,
		      const struct run_memory *now, const struct definition *definition,
		      const struct apply_result *result);

/* "2 mirrors on 5 devices" */
void run_words_status(char *text, const struct run_memory *now,
		      const struct definition *definition);

#endif
