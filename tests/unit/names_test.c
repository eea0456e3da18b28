// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include "names.h"

int main(void)
{
	struct names names = { 0 };
	bool right = true;
	char name[16];
	size_t i;

	check(names_find(&names, "a", 0) == NAMES_NONE, "nothing is in an empty list", " ");
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "veth%zu", i / 2);
		right &= !names_add(&names, name, i % 2, i);
	}
	check(right, "five thousand are added", " ");
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "veth%zu", i / 2);
		right &= names_find(&names, name, i % 2) == i;
	}
	check(right, "each has its own number, by its kind too", " ");
	check_number("what is there keeps its number", 0,
		     names_add(&names, "veth7", 1, 99) || names_find(&names, "veth7", 1) != 15);
	check(names_find(&names, "veth7", 2) == NAMES_NONE, "another kind is not there", " ");
	check(names_find(&names, "veth2500", 0) == NAMES_NONE, "another name is not there", " ");
	names_free(&names);
	check(names_find(&names, "veth7", 1) == NAMES_NONE, "all are forgotten", " ");
	check_number("and it begins anew", 0, names_add(&names, "b", 0, 3));
	check_number("with other numbers", 3, names_find(&names, "b", 0));
	names_free(&names);
	return harness_end();
}
