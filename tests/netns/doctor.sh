#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: netns veth command:jq command:setpriv
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
vlan vlan
bridge bridge
clsact clsact
cls_bpf cls_bpf
nft command:nft
tc command:tc
END
check_equal "tried both ways" 20 $known

# The rest by nft, ip and tc themselves.
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
while read -r name commands; do
	want=false
	! _try "$_veth tc qdisc add dev p0 clsact; $commands" || want=true
	said=$(answer "$name")
	check_equal "$name" $want "${said%% *}"
done <<'END'
vxlan-ip6 ip link add x0 type vxlan id 7 dstport 4789 remote 2001:db8::1
erspan-2 ip link add x0 type erspan remote 192.0.2.1 local 192.0.2.2 seq key 7 erspan_ver 2 erspan_dir egress erspan_hwid 1
mirred tc filter add dev p0 egress matchall action mirred egress mirror dev p1 || tc filter add dev p0 egress bpf bytecode '1,6 0 0 1,' action mirred egress mirror dev p1
skbedit tc filter add dev p0 egress bpf bytecode '1,6 0 0 1,' action skbedit mark 1
police tc filter add dev p0 egress bpf bytecode '1,6 0 0 1,' action police rate 1mbit burst 10k
END

# What programs hold on to: every feature has a name of its own, and says what it needs or is there.
jq -e '.version == 1 and (.kernel | type) == "string" and (.features | length) > 30
	and ([.features[].name] | length == (unique | length))
	and all(.features[]; (.name | type) == "string" and (.present | type) == "boolean"
		and (.needs | type) == "string" and (.known or (.present | not))
		and .present == (.needs == ""))' "$work/json" >/dev/null || fail "shape: $(cat "$work/json")"

want=0
has_feature nft_ingress || has_feature cls_bpf || want=1
check_equal "status" $want $status
# For people: the same, what is missing with what it needs.
"$mirror_nft" doctor >"$work/table" || true
head -n 1 "$work/table" | grep "^kernel $(uname -r): " >/dev/null || fail "first line: $(head -n 1 "$work/table")"
check_equal "features" "$(grep -o '"name":' "$work/json" | wc -l)" "$(tail -n +4 "$work/table" | wc -l)"
if has_feature nft_egress; then
	grep -q ': nft can mirror what arrives and what leaves$' "$work/table" || fail "$(head -n 1 "$work/table")"
else
	grep -q '^nft-egress *NO *Linux 5.16 .*--path tc$' "$work/table" || fail "$(grep egress "$work/table")"
	grep -q ': nft can mirror what arrives, tc what leaves too (--path tc)$' "$work/table" ||
		fail "$(head -n 1 "$work/table")"
fi

# Somebody without the right says so, and finds out the same all the same: in a namespace
# of another user, where the kernel gives one, also for the programs that are run.
"$mirror_nft" doctor >"$work/table" || true
cp "$mirror_nft" "$work/mirror-nft"
chmod 755 "$work" "$work/mirror-nft"
for how in 'setpriv --bounding-set -net_admin --inh-caps -net_admin' \
	'setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all'; do
	# shellcheck disable=SC2086 # several words
	$how "$work/mirror-nft" doctor >"$work/other" 2>&1 || true
	grep -q '^CAP_NET_ADMIN *NO *root, or this capability, for check, apply' "$work/other" ||
		fail "no privilege: $(cat "$work/other")"
	check_equal "$how" "$(grep -v ^CAP_NET_ADMIN "$work/table")" "$(grep -v ^CAP_NET_ADMIN "$work/other")"
done
# Where there is no namespace to be had, nothing is said to be missing.
status=0
unshare --user --map-root-user bash -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" doctor' \
	"$mirror_nft" >"$work/other" 2>"$work/errors" || status=$?
check_equal "nothing tried" "1 mirror-nft: nothing could be tried, which takes a new network namespace: run as root" \
	"$status $(cat "$work/errors")"
head -n 1 "$work/other" | grep ': nothing of it could be tried$' >/dev/null || fail "nothing tried: $(head -n 1 "$work/other")"
check_equal "known without trying" "$(awk '/^(CAP_NET|mirror_p|lib|jans)/ || /^(nft|ip|tc) / { print $1, $2 }' "$work/table")" \
	"$(awk 'NR > 3 && $2 != "?" && !/ which is not loaded/ { print $1, $2 }' "$work/other")"
mkdir "$work/bin"
for program in nft ip; do ln -s "$(type -P $program)" "$work/bin/"; done
cat >"$work/bin/tc" <<<'#!/bin/sh
exit 1'
chmod +x "$work/bin/tc"
PATH=$work/bin "$mirror_nft" doctor >"$work/table" || true
grep -q '^tc  *NO  *the package iproute2, for --path tc and for compare$' "$work/table" || fail "no tc: $(cat "$work/table")"
grep -q '^clsact  *NO  *tc, and CONFIG_NET_SCH_INGRESS$' "$work/table" || fail "no tc, clsact: $(cat "$work/table")"
grep -q '^nft-dup  *yes *$' "$work/table" || fail "no tc, nft: $(cat "$work/table")"
