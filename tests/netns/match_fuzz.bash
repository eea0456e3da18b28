# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The devices that tools/match_fuzz.c draws, and the program. Sourced.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

match_fuzz_options=()

# Does nft on egress tell a tag that a sender has put into the frame from one that
# the kernel keeps beside it? Newer kernels call both by the protocol behind them,
# and then the length of the former cannot be known.
_tells_tags_apart() {
	nft -f - <<-'END'
		table netdev tags {
			chain c { type filter hook egress device p0 priority 0; meta protocol 0x8100 counter; }
		}
	END
	send p0 --vlan 10
	[[ $(nft list table netdev tags) = *'packets 1 '* ]]
}

# Both paths with their markers, in this namespace.
match_fuzz_prepare() {
	local device source=p0 marker='ip host 198.51.100.99'
	if ! has_feature nft_egress; then
		match_fuzz_options=(-i)
		source=p0:ingress
	fi
	quiet_namespace
	cable p0 p1
	if has_feature nft_egress && ! _tells_tags_apart; then
		echo "lengths of frames sent with a tag inside : skipped, this kernel does not tell"
		match_fuzz_options+=(-t)
	fi
	! has_feature nft_egress || nft delete table netdev tags
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
