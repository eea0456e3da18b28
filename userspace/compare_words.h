/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the figures say, in plain words.
 */
#ifndef COMPARE_WORDS_H
#define COMPARE_WORDS_H

#include "compare.h"

/* Where the copies of @result ended, and why. */
void compare_words_end(const struct compare_result *result, char *text, size_t size);

/* Called with each sentence. */
typedef void (*compare_say)(const char *text, void *data);

/* Where nft and each other path agree. */
void compare_words_agreement(const struct compare_report *report, compare_say say, void *data);
/* Each point where they differ, with the cause. Returns how many. */
size_t compare_words_differences(const struct compare_report *report, compare_say say,
				 void *data);

/* Same in all that is counted, whichever path it was. */
bool compare_results_agree(const struct compare_result *a, const struct compare_result *b);
/* The result of the same case by @path, or NULL. */
const struct compare_result *compare_result_find(const struct compare_report *report,
						 const struct compare_case *what,
						 enum compare_path path);

#endif
