#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 300
#
# The whole experiment with the module as observer, and a guest's tc-htb.
. "$(dirname "$0")/../../lib/lib.sh"
. "$(dirname "$0")/../../lib/compare.bash"

insmod "${MIRROR_PROBE:-/lib/mirror_probe.ko}"
"$mirror_nft" compare --json >/tmp/json
grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\",\"observer\":\"module\"," /tmp/json ||
	fail "heading: $(head -c 100 /tmp/json)"
expected_cases "nft tc tc-htb" "lo dummy veth ifb" >/tmp/expected
cases=160
# The oldest has no hook for what leaves.
if [[ $(uname -r) = 5.10.* ]]; then
	sed -i '/^nft egress /d' /tmp/expected
	cases=128
fi
cases_of_json /tmp/json >/tmp/got
check_equal "number of cases" $cases "$(wc -l </tmp/got)"
diff /tmp/expected /tmp/got || fail "compare differs from what is known"
