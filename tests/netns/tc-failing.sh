#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup clsact cls_bpf veth
#
# After an apply on the tc path that fails, wherever it fails, all is as it was: filters,
# qdiscs, rules and devices; and it says why in the kernel's own words.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1
apply --path tc --name old --from p0 --match 'tcp port 80' --to mir9 >/dev/null 2>&1
apply --name nft --from q0:ingress --match 'tcp port 80' --to mir8 >/dev/null 2>&1

state() {
	ruleset | sed 's, # handle [0-9]*,,' | sort # chains that were made anew come in another order
	tc qdisc show
	for device in p0 p1 q0 q1; do
		for hook in ingress egress; do
			tc filter show dev "$device" "$hook" 2>/dev/null | sed 's/index [0-9]*//' || true
		done
	done
	ip -o link | sed 's/ state .*//'
}

# $1: exit status, $2: how the error begins; the rest for apply
expect_nothing_changed() {
	local before
	before=$(state)
	expect_refusal "$1" "$2" "$mirror_nft" apply "${@:3}"
	check_equal "all after '$2'" "$before" "$(state)"
}

# A shared block: the second source refuses filters, after a clsact and two filters on the
# first and two on the other, one of them a replacement.
tc qdisc add dev q1 ingress_block 21 egress_block 22 clsact
cat >"$work/file" <<'FILE'
mirrors:
  old: {from: p0, match: tcp port 81, path: tc, to: mir9}
  nft: {from: q0:ingress, match: tcp port 81, to: mir8}
  more: {from: [q0, q1], match: udp, path: tc, to: mir1}
FILE
expect_nothing_changed 1 'mirror-nft: q1:egress: tc: Operation not supported: This filter block is shared' \
	-f "$work/file"
tc qdisc del dev q1 clsact

expect_nothing_changed 2 "mirror-nft: --from:1:1: no device 'nope' to mirror" \
	--path tc --name new --from nope --to mir0
expect_nothing_changed 2 'mirror-nft: --match:1:1: libpcap refuses' \
	--path tc --name new --from p0 --match 'tcp foo' --to mir0
printf '10.0.%d.1\n' {0..255} >"$work/many"
printf '11.0.%d.1\n' {0..255} >>"$work/many"
cat >"$work/file" <<FILE
mirrors:
  new: {from: p0, hosts: {file: $work/many}, path: tc, to: mir0}
FILE
expect_nothing_changed 2 'mirror-nft: ' -f "$work/file"
grep -q 'instructions, tc can load' "$work/refusal.err" || fail "$(cat "$work/refusal.err")"

# A kernel without police, or gact, says so.
if ! has_feature guest; then
	expect_nothing_changed 1 'mirror-nft: p0:ingress: this kernel has no rate limits for tc: No such file or directory: ' \
		--path tc --name new --from p0 --limit '10 packets/second' --to mir0
	expect_nothing_changed 1 'mirror-nft: p0:ingress: this kernel cannot sample by tc: No such file or directory: ' \
		--path tc --name new --from p0 --sample 1/10 --to mir0
	expect_nothing_changed 1 'mirror-nft: ' \
		--path tc --name new --from p0 --to vxlan,remote=192.0.2.10,id=7
	grep -q 'this kernel cannot lead copies into a tunnel by tc' "$work/refusal.err" ||
		fail "$(cat "$work/refusal.err")"
fi

# And they still work.
send p0 --count 2
expect_received mir9-tap 2 188
send q1 --count 2
expect_received mir8-tap 2 188

# verify: an apply whose copies get nowhere is taken back, filters and all.
ip link add dead type veth peer name dead-in
ip link set dead up
before=$(state)
"$tools/frames" send p0 --source 192.0.2.1 --destination 192.0.2.2 --protocol tcp --sport 40000 \
	--dport 80 --payload 40 --count 1
stop_sender() { kill "$sender" 2>/dev/null && wait "$sender" 2>/dev/null || true; }
( while :; do send p0 --count 5; sleep 0.02; done ) &
sender=$!
defer stop_sender
status=0
"$mirror_nft" apply --path tc --name old --from p0 --match tcp --to dead --verify 1 \
	>"$work/out" 2>"$work/err" || status=$?
stop_sender
check_equal 'exit status of an apply without copies' 1 "$status"
grep -q 'no copy of them got through dead.*all is as it was before' "$work/err" || fail "$(cat "$work/err")"
check_equal 'all after it' "$before" "$(state)"
