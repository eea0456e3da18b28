#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# A file of several mirrors: all of them in one transaction, none where one is
# wrong; what it does not have is left alone, or taken away with --only.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1

definition() { cat >"$work/file.yaml"; }
by_file() { apply -f "$work/file.yaml" "$@"; }

definition <<'END'
mirrors:
  web: {from: p0, match: tcp port 80, to: mir0}
  dns: {from: "q0:ingress", match: udp port 53, to: [mir0, mir1]}
END
check_equal applied 'web: applied
dns: applied
web: made mir0, read the copies on mir0-tap
dns: made mir1, read the copies on mir1-tap' "$(by_file 2>/dev/null)"
before=$(ruleset)
check_equal again 'web: unchanged
dns: unchanged' "$(by_file 2>/dev/null)"
check_equal 'rules after the second time' "$before" "$(ruleset)"

send p0 --count 3
send p1 --count 2
send q1 --protocol udp --dport 53
expect_received mir0-tap 6 $((5 * 94 + 82))
expect_received mir1-tap 1 82

# One of two is wrong: nothing of the other one is done.
definition <<'END'
mirrors:
  web: {from: p0, match: tcp port 81, to: mir0}
  dns: {from: nosuch0, match: udp port 53, to: mir2}
END
expect_refusal 2 "mirror-nft: $work/file.yaml:3:15: no device 'nosuch0' to mirror" \
	apply -f "$work/file.yaml"
check_equal 'rules after a refusal' "$before" "$(ruleset)"
! exists mir2 || fail 'a device is left of a definition that was refused'
# The kernel refuses the second target's device only when it is made.
ip link add vx0 type vxlan id 9 remote 192.0.2.99 dstport 4789 2>/dev/null || skip vxlan
definition <<'END'
mirrors:
  web: {from: p0, match: tcp port 81, to: mir3}
  new: {from: p0, to: {vxlan: {remote: 192.0.2.98, id: 9, name: far}}}
END
status=0
apply -f "$work/file.yaml" >"$work/out" 2>"$work/err" || status=$?
[ $status != 0 ] || fail 'two tunnels of one number'
check_equal 'lines of errors' 1 "$(wc -l <"$work/err")"
check_equal 'rules after a refusal' "$before" "$(ruleset)"
for device in mir3 mir3-tap far far-tap far-tun; do
	! exists $device || fail "$device is left of a definition that was refused"
done
ip link delete vx0

# Others are left alone, unless they are to go.
definition <<'END'
mirrors:
  web: {from: p0, match: tcp port 80, to: mir0}
END
check_equal 'without the other' 'web: unchanged' "$(by_file 2>/dev/null)"
check_equal 'rules' "$before" "$(ruleset)"
check_equal 'what would go' 'web: would change nothing
dns: would be removed' "$("$mirror_nft" check -f "$work/file.yaml" --only 2>/dev/null)"
check_equal 'rules' "$before" "$(ruleset)"
check_equal 'the other goes' 'web: unchanged
dns: removed' "$(by_file --only 2>/dev/null)"
check_equal 'mirrors' web "$("$mirror_nft" status | awk 'NR > 1 { print $1; exit }')"
! exists mir1 || fail 'the target of the mirror that went is still there'
exists mir0 || fail 'the target of the mirror that stayed is gone'
send q1 --protocol udp --dport 53
send p0
expect_received mir0-tap 7 $((6 * 94 + 82))

# A pattern is the devices that there are, but for those that we made.
definition <<'END'
mirrors:
  all: {from: "*:egress", to: mir0}
END
ip link set lo up
by_file --only >/dev/null 2>&1
check_equal 'hooks of a pattern' 'lo p0 p1 q0 q1' "$(nft list ruleset |
	sed -n 's/.*hook egress device "\([^"]*\)".*/\1/p' | sort | tr '\n' ' ' | sed 's/ $//')"
