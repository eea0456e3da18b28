#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rulesets.sh [--bless]: every example in rulesets/ generates the file beside
# it, and nft and tc take that file. --bless writes the files anew. Examples are
# definition files, and scripts for the command line.
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
		named=$(sed -n "s/^# devices that have to exist: \([^(]*\).*/\1/p" "$1")
		for device in $named $(grep -oE "\b(eth|mir|veth)[0-9]\b" "$1" | sort -u); do
			ip link show "$device" >/dev/null 2>&1 ||
				ip link add "$device" type veth peer name "p-$device"
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

# Patterns are the devices that there are: two containers.
# shellcheck disable=SC2317 # golden calls it
with_containers() { # COMMAND...
	local user=()
	[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${user[@]}" --net bash -ec '
		ip link add veth1 type veth peer name eth1
		ip link add veth2 type veth peer name eth2
		"$@"' - "$@"
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
for file in "$examples"/*.yaml; do
	name=$(basename "$file" .yaml)
	found=$((found + 1))
	if grep -q '^ *path: tc' "$file"; then
		golden "$name.tc is what $name.yaml generates" "$examples/$name.tc" \
			with_containers "$mirror_nft" generate -f "$file"
		accepted cls_bpf "tc takes $name.tc" "$examples/$name.tc" \
			tc -batch "$examples/$name.tc"
		continue
	fi
	golden "$name.nft is what $name.yaml generates" "$examples/$name.nft" \
		with_containers "$mirror_nft" generate -f "$file"
	accepted nft_egress "nft takes $name.nft" "$examples/$name.nft" \
		nft -c -f "$examples/$name.nft"
done
verdict 'there are examples' [ $found -ge 10 ]
exit $bad
