#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No function of C has more than 60 lines between its braces, rows of tables not counted,
# and main.c less than 100 in all.
set -euo pipefail
cd "$(dirname "$0")/../.."
most=60

too_long() { # FILE...: FILE:LINE: how many; the last line says how many functions there are
	awk -v most=$most '
		/^{/ { start = FNR; rows = 0 }
		/^\t+{ / { rows++ }
		/^}/ && start {
			count++
			lines = FNR - start - 1 - rows
			if (lines > most) printf "%s:%d: %d lines\n", FILENAME, start, lines
			start = 0
		}
		END { print count " functions" }' "$@"
}

found=$(find userspace kmod tests -name '*.[ch]' -not -path '*/build/*' -not -name '*.mod.c' -print0 |
	sort -z | xargs -0 -n 1000 bash -c "$(declare -f too_long); most=$most; too_long \"\$@\"" -)
long=$(grep -v ' functions$' <<<"$found" || true)
count=$(awk '/ functions$/ { sum += $1 } END { print sum + 0 }' <<<"$found")
[ -z "$long" ] || { echo "functions of more than $most lines: ${long//$'\n'/, }" && exit 1; }
[ "$count" -gt 1500 ] || { echo "only $count functions were found" && exit 1; }
[ "$(wc -l <userspace/main.c)" -lt 100 ] || { echo 'main.c has 100 lines or more' && exit 1; }

# A measure that measures nothing is none.
printf 'int f(void)\n{\n%s}\n' "$(yes '	x();' | head -n $((most + 1)))"$'\n' >"${TMPDIR:-/tmp}/long.c"
grep -q ' 61 lines' <(too_long "${TMPDIR:-/tmp}/long.c") || { echo 'a function of 61 lines is let pass' && exit 1; }
echo "ok $count functions"
