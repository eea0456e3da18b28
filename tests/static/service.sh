#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: command:systemd-analyze
#
# The unit as make install leaves it, by systemd's own judgement: that it is read without
# a warning, and how much is open to it. make check-systemd has it run.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name: $(tr '\n' ';' <"$work/said")"
		bad=1
	fi
}

# shellcheck disable=SC2317 # check calls these
verify() { # UNIT: its manual pages are not installed here
	systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1 | tee "$work/words"
	[ ! -s "$work/words" ]
}

# Of 100, where 0 is nothing at all; what is left are root, CAP_NET_ADMIN in the
# machine's own network, and sockets.
# shellcheck disable=SC2317
secure() { systemd-analyze security --no-pager --offline=true --threshold=20 "$1"; }
# A judge who lets everything pass is none.
# shellcheck disable=SC2317
is_open() { ! secure "$1"; }

install -d "$work/userspace"
cp -r "$project"/userspace/{Makefile,mirror-nft.service,mirror-nft,completion} "$work/userspace/"
make -s -C "$work/userspace" -o mirror-nft install prefix="$work/usr"
unit=$work/usr/lib/systemd/system/mirror-nft.service
check 'it is read without a warning' verify "$unit"
check 'it has no more than it needs' secure "$unit"
sed -i '/^CapabilityBoundingSet/d' "$unit"
check 'more would be noticed' is_open "$unit"
exit $bad
