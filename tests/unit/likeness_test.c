// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was meant by a word that is none.
 */
#include "harness.h"

#include "likeness.h"

static const struct row {
	const char *text;
	const char *words[4];
	const char *only;	/* NULL for none */
} rows[] = {
	{ "eth1", { "eth0", "eth1" }, "eth1" },
	{ "eht1", { "eth1", "lo" }, "eth1" },
	{ "ETH1", { "eth0", "eth1" }, "eth1" },
	{ "eth1", { "ETH1", "eth9x" }, "ETH1" },
	{ "eth11", { "eth1", "wlan0" }, "eth1" },
	{ "eh1", { "eth1" }, "eth1" },
	{ "enp0s33", { "enp0s3", "enp0s31f6" }, "enp0s3" },
	{ "aplyy", { "apply" }, NULL },
	{ "gernerat", { "generate", "check" }, "generate" },
	/* As near to one as to another is near to none. */
	{ "eth2", { "eth0", "eth1" }, NULL },
	{ "eth2", { "eth0", "eth1", "ehh2", "eth2" }, "eth2" },
	{ "eth2", { "eth2", "eth0", "eth1" }, "eth2" },
	{ "a", { "b", "ab" }, NULL },
	{ "", { "a" }, NULL },
	{ "abc", { "" }, NULL },
	{ "wlan0", { "lo", "eth0", "eth1" }, NULL },
	/* 32 bytes and 33. */
	{ "abcdefghijklmnopqrstuvwxyzabcdef", { "abcdefghijklmnopqrstuvwxyzabcdeg" },
	  "abcdefghijklmnopqrstuvwxyzabcdeg" },
	{ "abcdefghijklmnopqrstuvwxyzabcdefg", { "abcdefghijklmnopqrstuvwxyzabcdef" }, NULL },
	{ "abcdefghijklmnopqrstuvwxyzabcdef", { "abcdefghijklmnopqrstuvwxyzabcdefg" }, NULL },
};

int main(void)
{
	struct likeness likeness;
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *only;

		likeness_begin(&likeness, rows[i].text, strlen(rows[i].text));
		for (j = 0; j < 4 && rows[i].words[j]; j++)
			likeness_offer(&likeness, rows[i].words[j]);
		only = likeness_only(&likeness);
		check_text(rows[i].text, rows[i].only ? rows[i].only : "none", only ? only : "none");
	}
	likeness_begin(&likeness, "eth1, the rest", 4);
	likeness_offer(&likeness, "eth1");
	check_text("no more than the length is read", "eth1", likeness_only(&likeness));
	return harness_end();
}
