#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Devices may be called what no identifier of nft could be, as sources and as
# targets, in the text as in the messages.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
# shellcheck disable=SC2016 # a dollar as such
for name in 'a@b' 'x+y' '15-characters-x' '0first' '#no' 'a;b' "it's" '{' '$x' 'ether' '...'; do
	ip link add "$name" type veth peer name peer
	ip link set "$name" up
	ip link set peer up
	wait_until 5 _runs peer
	apply --name odd --from "$name:egress" --match 'tcp port 80' --to mir0 >/dev/null
	send "$name" --dport 81
	send "$name" --count 2
	expect_received mir0-tap 2 188
	[[ $("$mirror_nft" status --json) = *'"from":[{"device":"'"$name"'","direction":"egress","present":true}]'* ]] ||
		fail "status of $name: $("$mirror_nft" status --json)"
	rules=$(ruleset | sed "s, # handle .*,,")
	"$mirror_nft" generate --name odd --from "$name:egress" --match 'tcp port 80' --to mir0 | nft -f -
	check_equal "the text of $name" "$rules" "$(ruleset | sed "s, # handle .*,,")"
	"$mirror_nft" remove odd >/dev/null

	# As a target: nothing but the name is odd.
	cable p0 p1
	apply --name odd --from p0:egress --to "$name" >/dev/null
	before=$(_received_packets peer)
	send p0
	check_equal "copies to $name" $((before + 1)) "$(_received_packets peer)"
	"$mirror_nft" remove odd >/dev/null
	exists "$name" || fail "$name is gone"
	ip link delete "$name"
	ip link delete p0
done

# Eleven characters are the most for a device with a tap beside it.
cable p0 p1
apply --name fifteen-letters --from p0:egress --to 11-letters- >/dev/null
send p0
expect_received 11-letters--tap 1 94
"$mirror_nft" remove fifteen-letters >/dev/null
