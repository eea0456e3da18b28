// SPDX-License-Identifier: GPL-2.0-only
/*
 * expressions SEED COUNT: random expressions, one a line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "expression.h"

int main(int argc, char **argv)
{
	struct chance chance;
	char text[4096];
	long count;

	if (argc != 3)
		return 2;
	chance_begin(&chance, strtoull(argv[1], NULL, 0));
	for (count = atol(argv[2]); count > 0; count--) {
		expression_random(&chance, 1 + chance_below(&chance, 8), text, sizeof(text));
		puts(text);
	}
	return 0;
}
