#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every file says under which licence it is, and it is the one of COPYING. Only these do
# not: pages that are read as they are, output that is compared byte by byte, and files
# whose format has no place for it.
# needs: command:git
set -euo pipefail
cd "$(dirname "$0")/../.."

exempt() { # FILE
	case $1 in
	*.md | COPYING | *.png | docs/*.html) ;;
	rulesets/*.nft | rulesets/*.tc | rulesets/customers.txt | tests/golden/*) ;;
	tests/fuzz/*.dict | tests/vm/debug/*.config | *.gitignore) ;;
	debian/changelog | debian/control | debian/copyright | debian/*.docs | debian/*.dirs) ;;
	debian/*.examples | debian/*.manpages | debian/*.dkms | debian/source/format) ;;
	*) return 1 ;;
	esac
}

if ! git rev-parse --git-dir >/dev/null 2>&1; then
	echo "checkout of git"
	exit 77
fi
bad=0 count=0
while IFS= read -r -d '' file; do
	! exempt "$file" || continue
	count=$((count + 1))
	if ! head -n 5 "$file" | grep -F 'SPDX-License-Identifier: GPL-2.0-only' >/dev/null; then
		echo "not ok $file: no line SPDX-License-Identifier: GPL-2.0-only among its first five"
		bad=1
	fi
done < <(git ls-files -z)
[ $count -gt 300 ] || { echo "not ok only $count files were looked at"; bad=1; }
grep -F 'Version 2, June 1991' COPYING >/dev/null || { echo 'not ok COPYING is another licence'; bad=1; }
[ $bad = 0 ] && echo "ok $count files"
exit $bad
