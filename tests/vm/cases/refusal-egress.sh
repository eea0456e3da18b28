#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye
#
# Before 5.16 there is no egress hook: apply says so, leaves nothing behind, and
# ingress works.
. "$(dirname "$0")/../../lib/lib.sh"

ip link add eth1 type veth peer name far
before=$(ip -br link)
status=0
"$mirror_nft" apply --name web --from eth1 --to mir0 >/tmp/out 2>/tmp/err || status=$?
check_equal "exit status" 1 $status
check_equal "output" "" "$(cat /tmp/out)"
check_equal "lines of error" 1 "$(wc -l </tmp/err)"
for word in 'eth1' 'no egress hook' 'Operation not supported' 'Linux 5.16' CONFIG_NETFILTER_EGRESS '--path tc' 'mirror-nft doctor'; do
	grep -qF -- "$word" /tmp/err || fail "no '$word' in: $(cat /tmp/err)"
done
check_equal "what docs/mistakes.md says" \
	"$(sed -n '/^## An old kernel/,/^## The sensor/s/^mirror-nft: /&/p' "$(dirname "$0")/../../../docs/mistakes.md")" \
	"$(cat /tmp/err)"
check_equal "devices afterwards" "$before" "$(ip -br link)"
check_equal "rules afterwards" "" "$(nft list ruleset)"

"$mirror_nft" apply --name web --from eth1:ingress --to mir0 >/dev/null
"$mirror_nft" compare --path nft,tc --target dummy --json >/tmp/json 2>/tmp/notes
grep -q 'no nft egress: .*Linux 5.16' /tmp/notes || fail "compare does not say it: $(cat /tmp/notes)"
grep -q '"path":"tc","direction":"egress"' /tmp/json || fail "compare stopped"
if grep -q '"path":"nft","direction":"egress"' /tmp/json; then
	fail "compare claims an egress hook"
fi
