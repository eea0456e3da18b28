#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup clsact cls_bpf veth
#
# The tc path from the first apply to the last remove: copies to the packet and the
# byte, nothing changed where nothing is to change, status and JSON, several targets,
# mirrors beside each other and beside some of the nft path.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1

tc_apply() { apply --path tc "$@" 2>"$work/err" || fail "$(cat "$work/err")"; }
# All that tc has, without what was counted.
filters() {
	tc qdisc show
	for hook in ingress egress; do tc filter show dev p0 "$hook"; done
}
status() { "$mirror_nft" status --json; }

links=$(ip -o link | sed 's/ state .*//')
before=$(filters)
check_equal check 'web: would be applied
web: would make mir0, read the copies on mir0-tap' \
	"$("$mirror_nft" check --path tc --name web --from p0 --match 'tcp port 80' --to mir0)"
check_equal 'tc after check' "$before" "$(filters)"
check_equal 'devices after check' "$links" "$(ip -o link | sed 's/ state .*//')"

check_equal apply 'web: applied
web: made mir0, read the copies on mir0-tap' "$(tc_apply --name web --from p0 --match 'tcp port 80' --to mir0)"
send p0 --dport 81 --count 5
send p0 --count 3
send p1 --count 2
expect_received mir0-tap 5 470
check_equal 'status --json' '{"version":1,"mirrors":[{"name":"web","path":"tc","match":"tcp port 80","from":[{"device":"p0","direction":"ingress","present":true},{"device":"p0","direction":"egress","present":true}],"to":[{"device":"mir0","present":true,"up":true}],"matched":{"packets":5,"bytes":470},"delivered":{"packets":5,"bytes":470},"guarded":{"packets":0,"bytes":0},"problems":[]}]}' "$(status)"
check_equal status 'MIRROR  FROM  MATCH        TO    MATCHED  DELIVERED
web     p0    tcp port 80  mir0        5          5' "$("$mirror_nft" status)"

# Again: nothing changes, not even a filter's index or a counter.
before=$(filters)
check_equal 'the second apply' 'web: unchanged' "$(tc_apply --name web --from p0 --match ' tcp  port 80' --to mir0)"
check_equal 'check says so too' 'web: would change nothing' \
	"$("$mirror_nft" check --path tc --name web --from p0 --match 'tcp port 80' --to mir0 2>/dev/null)"
check_equal 'tc after the second apply' "$before" "$(filters)"
case $(status) in *'"matched":{"packets":5,"bytes":470}'*) ;; *) fail "counters: $(status)" ;; esac

# Somebody took a filter out: that is a difference, and status sees it.
tc filter del dev p0 ingress pref 49000
case $("$mirror_nft" status) in
*'web: source p0:ingress was made anew, it is not mirrored: apply again'*) ;;
*) fail "status: $("$mirror_nft" status)" ;;
esac
check_equal 'after a filter was deleted' 'web: replaced' "$(tc_apply --name web --from p0 --match 'tcp port 80' --to mir0)"
send p1 --count 2
expect_received mir0-tap 7 658

# Another mirror for the same target: of what both select one copy.
tc_apply --name all --from p0 --match tcp --to mir0 --to mir1 >/dev/null
send p0 --count 4
send p0 --dport 81 --count 1
send p1 --dport 81 --count 1
expect_received mir0-tap 13 $((13 * 94))
expect_received mir1-tap 6 $((6 * 94))
case $(status) in
*'"name":"all"'*'"matched":{"packets":6,"bytes":564},"delivered":{"packets":12,"bytes":1128}'*) ;;
*) fail "status of two: $(status)" ;;
esac
# And without it, "web" copies what the other one did for it.
check_equal 'remove all' 'all: removed' "$("$mirror_nft" remove all)"
send p0 --count 2
expect_received mir0-tap 15 $((15 * 94))
! exists mir1 || fail 'the target of a mirror that has gone stays'

# Beside one of the nft path: each has its own target; one target for both would be
# copies made twice.
apply --name nft --from p0:ingress --match 'tcp port 80' --to mir2 >/dev/null 2>&1
send p1 --count 1
expect_received mir0-tap 16 $((16 * 94))
expect_received mir2-tap 1 94
expect_refusal 2 "mirror-nft: --path:1:1: mirrors 'second' and 'nft' could copy the same frame to one target, by the tc path" \
	"$mirror_nft" apply --path tc --name second --from p0 --match tcp --to mir2
for name in second zweiter; do
	expect_refusal 2 "mirror-nft: --name:1:1: mirrors '" \
		"$mirror_nft" apply --name $name --from p0:ingress --match tcp --to mir0
done
expect_refusal 2 "mirror-nft: --name:1:1: mirror 'web' runs on the tc path" \
	"$mirror_nft" apply --name web --from p0:ingress --match 'tcp port 80' --to mir0

check_equal 'remove --all' '2 mirrors removed' "$("$mirror_nft" remove --all)"
check_equal 'devices afterwards' "$links" "$(ip -o link | sed 's/ state .*//')"
check_equal 'tc afterwards' '' "$(filters | grep -v noqueue || true)"
check_equal 'nft afterwards' '' "$(nft list ruleset)"
send p0 --count 1
