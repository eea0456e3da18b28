#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth
#
# What others have with tc stays theirs: their clsact, their filters, before and behind
# ours, on a preference of ours, in another chain. A clsact of ours goes with its last
# filter, unless others use it by now.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable other other-in

tc_apply() { apply --path tc "$@" >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"; }
everything='1,6 0 0 4294967295'
foreign() { # HOOK PREFERENCE
	tc filter add dev p0 "$1" protocol all pref "$2" handle 0x1 bpf bytecode "$everything" \
		action mirred egress mirror dev other continue
}
# Filters as tc lists them, without counters.
filters() { for hook in ingress egress; do tc filter show dev p0 "$hook"; done; }

# Theirs from the start, before and behind, and where ours would be first.
tc qdisc add dev p0 clsact
foreign egress 1
foreign egress 49000
foreign egress 60000
foreign ingress 7
before=$(filters)
tc_apply --name web --from p0 --match 'tcp port 80' --to mir0
[[ $(filters) = *'pref 49001'* ]] || fail "not on the next preference: $(filters)"
send p0 --count 3
expect_received other-in 9 $((9 * 94))
expect_received mir0-tap 3 282
tc_apply --name web --from p0 --match 'tcp port 81' --to mir0
check_equal remove 'web: removed' "$("$mirror_nft" remove web 2>&1)"
check_equal 'filters of others' "$before" "$(filters)"
tc qdisc del dev p0 clsact

# Ours, and gone with the last of our filters.
tc_apply --name web --from p0 --match 'tcp port 80' --to mir0
tc_apply --name dns --from p0 --match 'udp port 53' --to mir1
"$mirror_nft" remove web >/dev/null
[[ $(tc qdisc show dev p0) = *clsact* ]] || fail 'clsact went before our last filter'
"$mirror_nft" remove dns >/dev/null
[[ $(tc qdisc show dev p0) != *clsact* ]] || fail 'clsact stays behind'

# Ours, and used by others meanwhile: in the same hook, in another chain, in a preference
# of ours.
for hook in 'egress protocol all pref 1' 'ingress protocol all pref 1 chain 7' 'egress protocol all pref 49000'; do
	tc_apply --name web --from p0 --match 'tcp port 80' --to mir0
	# shellcheck disable=SC2086 # words
	tc filter add dev p0 $hook handle 0x9 bpf bytecode "$everything" action mirred egress mirror dev other continue
	check_equal "remove beside $hook" 'mirror-nft: warning: p0: the qdisc clsact, which we made, stays: others have filters there now
web: removed' "$("$mirror_nft" remove web 2>&1)"
	[ "$(filters | grep -c 'handle 0x9')" = 1 ] || fail "$hook: $(filters)"
	[ "$(filters | grep -c 'bytecode')" = 1 ] || fail "$hook: ours is there still: $(filters)"
	tc qdisc del dev p0 clsact
done

# An ingress qdisc leaves no room: it is named, and nothing is changed.
tc qdisc add dev p0 ingress
tc filter add dev p0 parent ffff: protocol all pref 1 bpf bytecode "$everything" action mirred egress mirror dev other continue
before=$(tc qdisc show && tc filter show dev p0 parent ffff: && ip -o link | sed 's/ state .*//')
expect_refusal 1 'mirror-nft: p0: the qdisc ingress is in the way, which is not ours: ' \
	"$mirror_nft" apply --path tc --name web --from p0 --match 'tcp port 80' --to mir0
expect_refusal 1 'mirror-nft: p0: the qdisc ingress is in the way' \
	"$mirror_nft" check --path tc --name web --from p0 --match 'tcp port 80' --to mir0
check_equal 'qdiscs, filters and devices' "$before" \
	"$(tc qdisc show && tc filter show dev p0 parent ffff: && ip -o link | sed 's/ state .*//')"

# A filter that only looks like ours is not: other code, no note.
tc qdisc del dev p0 ingress
tc qdisc add dev p0 clsact
foreign egress 49000
check_equal 'status beside a foreign filter' 'no mirror runs' "$("$mirror_nft" status)"
check_equal 'remove --all beside it' 'nothing to remove' "$("$mirror_nft" remove --all)"
[ "$(filters | grep -c bytecode)" = 1 ] || fail 'remove --all took a filter of others'
