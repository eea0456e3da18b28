#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: command:shellcheck command:git
# time-limit: 300
#
# Every script, by shellcheck. Switched off are the names that only the file that sources
# another one, or is sourced, can tell about: to follow those takes ten times as long.
set -euo pipefail
cd "$(dirname "$0")/../.."

git rev-parse --git-dir >/dev/null 2>&1 || { echo 'checkout of git' && exit 77; }
mapfile -t scripts < <(git ls-files -z |
	xargs -0 grep -slE '^#!/bin/(ba)?sh|^# shellcheck shell=')
[ ${#scripts[@]} -gt 150 ] || { echo "only ${#scripts[@]} scripts were found" && exit 1; }
printf '%s\0' "${scripts[@]}" |
	xargs -0 -P "$(nproc)" -n 20 shellcheck --format=gcc --severity=warning --exclude=SC1091,SC2034,SC2154
# With pipefail it is a matter of time: grep -q goes with the first line that it finds, and who
# has more to say dies of SIGPIPE.
! grep -nE '[^|]\| *grep -[a-zA-Z]*q' "${scripts[@]}" /dev/null | grep -vE 'static/shellcheck\.sh:' ||
	{ echo 'a pipe into grep -q: let grep read all of it, >/dev/null' && exit 1; }
echo "ok ${#scripts[@]} scripts"
