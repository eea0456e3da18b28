#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rulesets.sh [--bless]: every example in rulesets/ generates the file beside
# it, and nft and tc take that file. --bless writes the files anew.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
examples=$here/../../rulesets
export MIRROR_NFT=$mirror_nft
work=$(mktemp -d)
defer rm -rf "$work"

bless=no bad=0
[ "${1-}" != --bless ] || bless=yes

verdict() { # NAME COMMAND...
	if "${@:2}" >"$work/output" 2>&1; then
		echo "ok $1"
	else
		echo "not ok $1: $(tail -n 20 "$work/output")"
		bad=1
	fi
}

# The devices that the text names, in a namespace where nobody else is.
# shellcheck disable=SC2317 # verdict calls it
with_devices() { # FILE COMMAND...
	local user=()
	[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${user[@]}" --net bash -ec '
		for device in $(grep -oE "\b(eth|mir)[0-9]\b" "$1" | sort -u); do
			ip link add "$device" type veth peer name "peer-$device"
			ip link set "$device" up
		done
		"${@:2}"' - "$@"
}

golden() { # NAME FILE COMMAND...
	local name=$1 file=$2
	shift 2
	"$@" >"$work/generated"
	[ $bless = no ] || cp "$work/generated" "$file"
	verdict "$name" diff -u "$file" "$work/generated"
}

# A dry run for nft. tc has none: it loads the file, where nobody is hurt.
accepted() { # FEATURE NAME FILE COMMAND...
	if has_feature "$1"; then
		verdict "$2" with_devices "${@:3:1}" "${@:4}"
	else
		echo "skip $2 : $1"
	fi
}

found=0
for script in "$examples"/*.sh; do
	name=$(basename "$script" .sh)
	found=$((found + 1))
	golden "$name.nft is what $name.sh generates" "$examples/$name.nft" sh "$script" generate
	accepted nft_egress "nft takes $name.nft" "$examples/$name.nft" \
		nft -c -f "$examples/$name.nft"
	golden "$name.tc is what $name.sh generates for tc" "$here/$name.tc" \
		sh "$script" generate --path tc
	accepted cls_bpf "tc takes $name.tc" "$here/$name.tc" tc -batch "$here/$name.tc"
done
verdict 'there are examples' [ $found -ge 3 ]
exit $bad
