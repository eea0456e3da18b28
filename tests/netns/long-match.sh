#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# A match longer than the 128 characters of a comment is kept whole: status
# shows it, apply knows it again, and one that differs at its end only is
# another.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
long='ip and tcp and src host 192.0.2.1 and dst host 192.0.2.2 and src port 40000 and dst port 80'
long+=' and host 192.0.2.1 and host 192.0.2.2 and port 80 and port 40000 and ip tcp and ip tcp port'
other="$long 81" long="$long 80"
[ ${#long} -gt 140 ]

for path in messages text; do
	if [ $path = messages ]; then
		apply --name long --from p0:egress --match "$long" --to mir0 >/dev/null
	else
		"$mirror_nft" generate --name long --from p0:egress --match "$long" --to mir0 | nft -f -
	fi
	[[ $("$mirror_nft" status --json) = *'"match":"'"$long"'"'* ]] ||
		fail "$path: status says $("$mirror_nft" status --json)"
	[[ $("$mirror_nft" status) = *"  $long  "* ]] || fail "$path: the table says $("$mirror_nft" status)"
	check_equal "$path: again" 'long: unchanged' \
		"$(apply --name long --from p0:egress --match "$long" --to mir0)"
done
send p0 --sport 40001
send p0
expect_received mir0-tap 1 94
check_equal 'another end' 'long: replaced' \
	"$(apply --name long --from p0:egress --match "$other" --to mir0)"
[[ $("$mirror_nft" status --json) = *'"match":"'"$other"'"'* ]] || fail 'the other one is not shown'

# Exactly as long as a comment can be, and one more.
edge() { # LENGTH, HOW OFTEN " and ip", HOW OFTEN " and tcp"
	local i match="tcp and port 80"
	for ((i = 0; i < $2; i++)); do match+=" and ip"; done
	for ((i = 0; i < $3; i++)); do match+=" and tcp"; done
	check_equal "length" "$1" ${#match}
	apply --name edge --from p0:egress --match "$match" --to mir1 >/dev/null
	[[ $("$mirror_nft" status --json edge) = *'"match":"'"$match"'"'* ]] || fail "$1 characters"
	check_equal "again, $1 characters" "edge: unchanged" \
		"$(apply --name edge --from p0:egress --match "$match" --to mir1)"
}
edge 128 7 8
edge 129 6 9
