#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 600
#
# compare.sh [json]: the whole experiment with the module as observer, and a guest's
# tc-htb and tc-original. With "json" it prints what compare printed.
. "$(dirname "$0")/../../lib/lib.sh"
. "$(dirname "$0")/../../lib/compare.bash"

insmod "${MIRROR_PROBE:-/lib/mirror_probe.ko}"
"$mirror_nft" compare --json >/tmp/json 2>/tmp/notes || fail "compare: $(cat /tmp/notes)"
grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\",\"observer\":\"module\"," /tmp/json ||
	fail "heading: $(head -c 100 /tmp/json)"
[ "${1-}" != json ] || cat /tmp/json

paths="nft tc tc-htb tc-original" cases=864
expected_cases "$paths" "$every_target" >/tmp/expected
expected_traits "$paths" "$every_trait" >/tmp/expected-traits
expected_lives "$paths" >/tmp/expected-lives
notes=""
# The oldest has no hook for what leaves.
if [[ $(uname -r) = 5.10.* ]]; then
	sed -i '/^nft egress /d' /tmp/expected /tmp/expected-lives
	sed -i '/^nft egress /d; / target-nft-egress /d' /tmp/expected-traits
	# Its veth cuts up large datagrams before they are mirrored.
	sed -i 's/ size .*/ size 1042 of 3/' /tmp/expected-traits
	cases=720
	notes="mirror-nft: note: no nft egress: this kernel has no egress hook for nft, it needs Linux 5.16 or later with CONFIG_NETFILTER_EGRESS
mirror-nft: note: not found out, target-nft-egress: this kernel lacks nft's egress hook"
fi
check_equal "notes" "$notes" "$(cat /tmp/notes)"
cases_of_json /tmp/json >/tmp/got
check_equal "number of cases" $cases "$(wc -l </tmp/got)"
diff /tmp/expected /tmp/got || fail "compare differs from what is known"
traits_of_json /tmp/json >/tmp/got
diff /tmp/expected-traits /tmp/got || fail "traits differ from what is known"
lives_of_json /tmp/json >/tmp/got
diff /tmp/expected-lives /tmp/got || fail "lives differ from what is known"
exit 0
