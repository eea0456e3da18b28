#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: netns
#
# What doctor says of a kernel is what nft, ip and tc say when they try it; it changes
# nothing, and says what it could not ask.
. "$(dirname "$0")/../lib/lib.sh"

work=$(mktemp -d)
defer rm -rf "$work"
links_before=$(ip -br link)
status=0
"$mirror_nft" doctor --json >"$work/json" 2>"$work/errors" || status=$?
# Before anything else here loads modules, some of which bring devices along.
check_equal "devices afterwards" "$links_before" "$(ip -br link)"
check_equal "rules afterwards" "" "$(nft list ruleset)"
answer() { # NAME: yes or no, and what it needs
	sed -n 's/.*{"name":"'"$1"'","present":\([a-z]*\),"needs":"\([^"]*\)".*/\1 \2/p' "$work/json"
}

grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\"," "$work/json" || fail "heading: $(head -c 100 "$work/json")"
known=0
while read -r name feature; do
	want=false
	! has_feature "$feature" || want=true
	said=$(answer "$name")
	check_equal "$name" $want "${said%% *}"
	[ $want = true ] && [ -n "${said#* }" ] && fail "$name is there and needs ${said#* }"
	[ $want = true ] || [ -n "${said#* }" ] || fail "$name is not there, and nothing is said to be needed"
	known=$((known + 1))
done <<'END'
nft-ingress nft_ingress
nft-egress nft_egress
nft-dup nft_dup
nft-fwd nft_fwd
nft-notrack nft_notrack
veth veth
dummy dummy
ifb ifb
vxlan vxlan
gretap gretap
gretap-ip6 ip6gretap
erspan-1 erspan
erspan-ip6 ip6erspan
geneve geneve
clsact clsact
cls_bpf cls_bpf
nft command:nft
tc command:tc
END
check_equal "tried both ways" 18 $known

# The rest by nft itself.
while read -r name rule; do
	want=false
	! _try_nft ingress "$rule" || want=true
	said=$(answer "$name")
	check_equal "$name" $want "${said%% *}"
done <<'END'
nft-mark meta mark set 1
nft-sample numgen random mod 10 0
nft-sample-flows jhash ip saddr . ip daddr mod 10 0
nft-limit limit rate 1000/second
nft-ranges ip saddr { 192.0.2.0/24, 198.51.100.7-198.51.100.9 }
nft-rows ip saddr . tcp dport { 192.0.2.1 . 80, 192.0.2.2 . 443 }
END

want=0
has_feature nft_ingress || has_feature cls_bpf || want=1
check_equal "status" $want $status
# For people: the same, what is missing with what it needs.
"$mirror_nft" doctor >"$work/table" || true
head -n 1 "$work/table" | grep -q "^kernel $(uname -r): " || fail "first line: $(head -n 1 "$work/table")"
check_equal "features" "$(grep -o '"name":' "$work/json" | wc -l)" "$(tail -n +4 "$work/table" | wc -l)"
if has_feature nft_egress; then
	grep -q ': nft can mirror what arrives and what leaves$' "$work/table" || fail "$(head -n 1 "$work/table")"
else
	grep -q '^nft-egress *NO *Linux 5.16 .*--path tc$' "$work/table" || fail "$(grep egress "$work/table")"
	grep -q ': nft can mirror what arrives, tc what leaves too (--path tc)$' "$work/table" ||
		fail "$(head -n 1 "$work/table")"
fi

# Somebody without the right says so; without tc on the way only that is missing.
setpriv --bounding-set -net_admin --inh-caps -net_admin "$mirror_nft" doctor >"$work/table" 2>&1 || true
grep -q '^CAP_NET_ADMIN *NO *root, or this capability, for check, apply' "$work/table" || fail "no privilege: $(cat "$work/table")"
mkdir "$work/bin"
for program in nft ip; do ln -s "$(type -P $program)" "$work/bin/"; done
cat >"$work/bin/tc" <<<'#!/bin/sh
exit 1'
chmod +x "$work/bin/tc"
PATH=$work/bin "$mirror_nft" doctor >"$work/table" || true
grep -q '^tc  *NO  *the package iproute2, for --path tc and for compare$' "$work/table" || fail "no tc: $(cat "$work/table")"
grep -q '^clsact  *NO  *tc, and CONFIG_NET_SCH_INGRESS$' "$work/table" || fail "no tc, clsact: $(cat "$work/table")"
grep -q '^nft-dup  *yes *$' "$work/table" || fail "no tc, nft: $(cat "$work/table")"
