#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root
#
# The kernel's own rules for its sources, by the script that the kernel's source brings.
# Switched off:
#
#   LINUX_VERSION_CODE       is for code of the kernel's own tree
#   EXPORTED_WORLD_WRITABLE  files in /proc can be opened by everybody, as the namespace's
#                            owner has to be asked at that moment (proc.h)
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd -P)
checker=$("$project/tests/vm/fetch" checkpatch)

cd "$project/kmod"
"$checker/checkpatch.pl" --no-tree --strict --terse --show-types --no-summary \
	--ignore LINUX_VERSION_CODE,EXPORTED_WORLD_WRITABLE -f ./*.[ch] compat/*.c
