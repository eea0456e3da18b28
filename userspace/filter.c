// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <stdlib.h>

/* "and" and "or" lean to the left, one level a term: free the tree without
 * recursion along that spine. */
void filter_free(struct filter *filter)
{
	while (filter) {
		struct filter *left = filter->left;

		filter_free(filter->right);
		free(filter);
		filter = left;
	}
}
