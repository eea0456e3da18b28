#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth clsact command:cc
# time-limit: 300
#
# Would match_fuzz notice? Every file in tests/mutants/ makes one mistake in a
# copy of one source of the tool: match_fuzz has to find each of them. A mutant
# that changes nothing, or does not build, is a failure: the code has moved on.
# Words choose some of them.
# shellcheck source-path=SCRIPTDIR source=match_fuzz.bash
. "$(dirname "$0")/match_fuzz.bash"

here=$(cd "$(dirname "$0")" && pwd)
userspace=$here/../../userspace
seed=${MATCH_FUZZ_SEED:-1}
limit=${MATCH_FUZZ_DECISIONS:-3000000}
packages=(libmnl libnftnl libpcap jansson)
mapfile -d ' ' -t flags < <(pkg-config --cflags "${packages[@]}" | tr -d '\n')
mapfile -d ' ' -t libraries < <(pkg-config --libs "${packages[@]}" | tr -d '\n')
flags+=(-std=gnu11 -O1 -w -D_GNU_SOURCE '-DMIRROR_NFT_VERSION="mutant"' -I"$userspace" -I"$here/../tools")

# What all of them have in common.
common=()
for source in match_fuzz expression frame edge_frames; do
	cc "${flags[@]}" -c -o "$work/$source.o" "$here/../tools/$source.c" &
	common+=("$work/$source.o")
done
wait

# The wrong object comes before the library, which then keeps its own to itself.
build() { # SCRIPT NAME FOLDER
	local file
	file=$(sed -n 's/^# file: //p' "$1")
	sed -f "$1" "$userspace/$file" >"$3/$file"
	! cmp -s "$userspace/$file" "$3/$file" || { echo "not ok $2: changes nothing in $file" && return 1; }
	cc "${flags[@]}" -o "$3/match_fuzz" "$3/$file" "${common[@]}" \
		"$userspace/build/libmirror_nft.a" "${libraries[@]}" >"$3/output" 2>&1 ||
		{ echo "not ok $2: does not build: $(head -n 1 "$3/output")" && return 1; }
}

# shellcheck disable=SC2016 # for the inner shell
in_namespace=(unshare --net bash -ec '
	. "$1/match_fuzz.bash"
	match_fuzz_prepare
	match_fuzz -q "$2" "$3"' "$here/match-mutants.sh" "$here")

try() { # SCRIPT
	local name folder decisions
	name=$(basename "$1" .sed)
	folder=$work/$name
	mkdir "$folder"
	build "$1" "$name" "$folder" || return 0
	MATCH_FUZZ=$folder/match_fuzz "${in_namespace[@]}" "$seed" "$limit" >"$folder/output" 2>&1 || true
	decisions=$(sed -n 's/^seed .*), \([0-9]*\) decisions.*/\1/p' "$folder/output")
	if grep -q '^difference: ' "$folder/output"; then
		echo "ok $name: caught after $decisions decisions"
	else
		echo "not ok $name: $(tail -n 1 "$folder/output")"
	fi
}

mutants=("$here"/../mutants/*.sed)
[ $# = 0 ] || mutants=("${@/#/$here/../mutants/}")
[ ${#mutants[@]} -ge 12 ] || [ $# -gt 0 ] || fail "only ${#mutants[@]} mutants"
for mutant in "${mutants[@]}"; do
	while (($(jobs -pr | wc -l) >= 3 * $(nproc))); do wait -n; done
	try "$mutant" &
done
wait
