#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth vxlan
#
# The two ways out of a plan: what `generate` prints for nft and what `apply`
# sends make the same ruleset, in nft's words and in the bytes that it reads.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
export MIRROR_NFT=$mirror_nft
examples=$(dirname "$0")/../../rulesets

for device in eth0 eth1 eth2; do cable "$device" "peer-$device"; done

# Each rule of the bytes is headed by its handles, which are the kernel's to give, and so is
# the order of a set's elements there: of a hash with a secret of its own.
listed() {
	nft list ruleset
	nft --debug=netlink list ruleset |
		sed -E 's/^((netdev|inet) mirror_nft [^ ]+) [0-9 ]+$/\1/; s/__set[0-9]+/__set/g' |
		awk '!/^\telement/ { group++ } { printf "%06d %s\n", group, $0 }' | LC_ALL=C sort
}

compared=0
compare() { # WHAT COMMAND...: a command that "apply" or "generate" goes with
	local by_netlink what=$1
	shift
	"$@" apply >/dev/null
	by_netlink=$(listed)
	case $by_netlink in *'dup to "'*'[ dup sreg_dev 1 ]'*) ;; *) fail "$what: nothing was listed" ;; esac
	nft flush ruleset
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

by_file() { # COMMAND
	"$mirror_nft" "$1" -f "$file" 2>/dev/null
}
for device in veth1 veth2; do cable "$device" "peer-$device"; done
for file in "$examples"/*.yaml; do
	! grep -q '^ *path: tc' "$file" || continue
	! grep -q erspan "$file" || has_feature erspan || continue
	compare "$(basename "$file")" by_file
done

# Every kind of tunnel that there is, mirrors in each other's way, and all else
# that a definition can say.
cat >"$work/all.yaml" <<'END'
devices:
  four: {kind: vxlan, remote: 192.0.2.10, id: 7}
  six: {kind: vxlan, remote: "2001:db8::10", id: 8, port: 4790}
mirrors:
  a: {from: [eth0, eth1], match: tcp port 80, to: [mir0, four], sample: 1/3}
  c: {from: eth0, match: host 192.0.2.1, hosts: [10.0.0.0/8, "2001:db8::/32"], to: mir0}
END
cat >>"$work/all.yaml" <<'END'
  d: {from: "eth2:egress", match: tcp, to: [mir1, six], sample: 1/7 flows, limit: 10 mbit/second}
END
file=$work/all.yaml
compare 'all that there is' by_file

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
[ $compared -ge 30 ] || fail "only $compared compared"
