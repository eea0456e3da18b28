#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root
# time-limit: 900
#
# What sparse, gcc with W=1 and clang say of the module, with the headers of each kernel
# in KERNELS: two here, all four by make check-kernels.
#
# - 7.3: gcc alone. Its headers come without the script that kbuild asks about sparse, and
#   Debian's sparse (0.6.4) does not get through them anyway: typeof_unqual is new to it.
# - clang: 5.10 and 6.1, whose helper programs run on Debian 12, with its clang 14. Objects
#   alone: the kernel's objtool looks for what gcc has been told to emit.
set -u
here=$(cd "$(dirname "$0")" && pwd -P)
status=0

silent() { # WHAT SUITE MAKE-ARGUMENT...
	local said
	if said=$("$here/../vm/module" --warnings "${@:2}" 2>&1); then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2: ${said//$'\n'/; }"
		status=1
	fi
}

for suite in ${KERNELS:-bookworm trixie}; do
	case $suite in
	trixie-backports) silent "W=1" "$suite" W=1 modules ;;
	*) silent "sparse and W=1" "$suite" C=2 W=1 modules ;;
	esac
	case $suite in
	bullseye | bookworm) silent clang "$suite" CC="$here/clang" OBJECT_FILES_NON_STANDARD=y modules ;;
	esac
done
exit $status
