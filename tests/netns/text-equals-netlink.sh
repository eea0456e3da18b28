#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# The two ways out of a plan: what `generate` prints for nft and what `apply`
# sends make the same ruleset, in nft's words and in the bytes that it reads.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
export MIRROR_NFT=$mirror_nft
examples=$(dirname "$0")/../../rulesets

for device in eth0 eth1 eth2; do cable "$device" "peer-$device"; done

# Each rule of the bytes is headed by its handles, which are the kernel's to give.
listed() {
	nft list ruleset
	nft --debug=netlink list ruleset | sed -E 's/^(netdev mirror_nft [^ ]+) [0-9 ]+$/\1/'
}

compared=0
compare() { # WHAT COMMAND...: a command that "apply" or "generate" goes with
	local by_netlink what=$1
	shift
	"$@" apply >/dev/null
	by_netlink=$(listed)
	case $by_netlink in *'dup to "mir0"'*'[ dup sreg_dev 1 ]'*) ;; *) fail "$what: nothing was listed" ;; esac
	nft delete table netdev mirror_nft
	"$@" generate >"$work/text"
	nft -f "$work/text"
	check_equal "$what, loaded as text" "$by_netlink" "$(listed)"
	nft -f "$work/text"
	check_equal "$what, loaded twice" "$by_netlink" "$(listed)"
	# apply sees the text's rules as its own
	case $("$@" apply) in *': unchanged') ;; *) fail "$what: apply after the text is a change" ;; esac
	"$mirror_nft" remove --all >/dev/null
	compared=$((compared + 1))
}

for script in "$examples"/*.sh; do compare "$(basename "$script")" sh "$script"; done

expression() { # COMMAND
	"$mirror_nft" "$1" --name m --from eth0 --match "$match" --to mir0
}
for match in '' ip ip6 tcp udp 'ip tcp' 'ip6 udp' 'port 80' 'src port 80' 'udp dst port 53' \
	'ip6 tcp port 80' 'ip port 53' 'host 192.0.2.1' 'ip host 192.0.2.1' 'src host 192.0.2.1' \
	'host 2001:db8::1' 'dst host ::1' 'host ::ffff:192.0.2.1' 'host 0.0.0.0' \
	'tcp and port 80 and host 192.0.2.1' 'ip and ip6' 'less 60' 'not less 60 and len != 98' \
	'src host 2001:db8:1:2:3:4:5:6 and dst host 2001:db8:a:b:c:d:e:f and udp and src port 40000 and dst port 53 and ip6 and port 53 and port 40000'; do
	compare "match '$match'" expression
done
[ $compared -ge 25 ] || fail "only $compared compared"
