#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: command:clang-format command:git
#
# .clang-format is what editors take: it is read, and it indents as the tree does. Whole
# files are not compared with it, as it has no word for comments that are aligned by tabs;
# of those this is asked: no blanks at an end, no indentation by blanks.
set -euo pipefail
cd "$(dirname "$0")/../.."

git rev-parse --git-dir >/dev/null 2>&1 || { echo 'checkout of git' && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp .clang-format "$work/"
cat >"$work/right.c" <<'END'
static int sum(const int *numbers, size_t count)
{
	int all = 0;
	size_t i;

	for (i = 0; i < count; i++)
		all += numbers[i];
	switch (all) {
	case 0: return -1;
	default: return all;
	}
}
END
sed 's/^\t*//' "$work/right.c" >"$work/wrong.c"
(cd "$work" && clang-format wrong.c) >"$work/formatted.c"
diff "$work/right.c" "$work/formatted.c" >"$work/difference" ||
	{ echo "it formats otherwise: $(tr '\n' ';' <"$work/difference")" && exit 1; }

! git grep -nE '[[:blank:]]+$|^	* {8}' -- '*.[ch]' || exit 1
