# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The devices that tools/match_fuzz.c draws, and the program. Sourced.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

match_fuzz_options=()

# Both paths with their markers, in this namespace.
match_fuzz_prepare() {
	local device source=p0 marker='ip host 198.51.100.99'
	if ! has_feature nft_egress; then
		match_fuzz_options=(-i)
		source=p0:ingress
	fi
	quiet_namespace
	cable p0 p1
	ip link add tct0 type veth peer name tct0-tap
	ip link set tct0 up
	ip link set tct0-tap up
	"$mirror_nft" apply --name marker --from "$source" --match "$marker" --to mir0 >/dev/null
	# Room for the longest edge frame.
	for device in p0 p1 mir0 mir0-tap tct0 tct0-tap; do ip link set "$device" mtu 9100; done
	"$mirror_nft" generate --name marker --from p0 --match "$marker" --to tct0 --path tc |
		sed 's/pref [0-9]*/pref 1/' | tc -batch -
}

match_fuzz() { # SEED DECISIONS [EXPRESSION [FRAME]]
	"${MATCH_FUZZ:-$tools/match_fuzz}" "${match_fuzz_options[@]}" "$@"
}
