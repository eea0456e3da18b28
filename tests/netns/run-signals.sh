#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# How it begins, reads its file again, and ends.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1

# What is wrong at the start ends it.
expect_refusal 2 'mirror-nft: command line:1:1: there is no file' "$mirror_nft" run
expect_refusal 2 'mirror-nft: -f:1:1: ' "$mirror_nft" run -f "$work/nothing.yaml"
expect_refusal 2 'mirror-nft: -f:1:1: standard input' "$mirror_nft" run -f -
expect_refusal 2 'mirror-nft: command line:1:1: run takes its mirrors from files' \
	"$mirror_nft" run --name web --from p0 --to mir0
define p0 mir0 'tcp prot 80'
expect_refusal 2 "mirror-nft: $file:5:" "$mirror_nft" run -f "$file"
define p0 p0
expect_refusal 2 "mirror-nft: $file:" "$mirror_nft" run -f "$file"
check_equal 'rules of what is wrong' '' "$(ruleset)"
if has_feature command:setpriv; then
	define p0 mir0
	expect_refusal 1 'mirror-nft: ' setpriv --bounding-set -net_admin --inh-caps -net_admin \
		"$mirror_nft" run -f "$file"
	grep -q CAP_NET_ADMIN "$work/refusal.err" || fail "without privilege: $(cat "$work/refusal.err")"
fi

# The mirrors stay.
define p0 mir0
run_start
expect_hooks p0
before=$(ruleset)
run_stop TERM
said 'SIGTERM -> stopped, the mirrors stay'
check_equal 'rules that stay' "$before" "$(ruleset)"
# They are found again, and nothing is changed.
run_start
check_equal 'rules that are found' "$before" "$(ruleset)"
check_equal 'changes of what is there' 0 "$(grep -c ' -> web was' "$log")"

# Another file, and two mistakes in one.
define p1 mir0
kill -HUP $daemon
expect_hooks p1
said 'the file was read again -> web mirrors p1; web leaves out p0'
printf 'mirrors:\n  web:\n    from: [p0]\n    match: tcp prot 80\n    to: [mir0]\n    bogus: 1\n' >"$file"
kill -HUP $daemon
said 'the definition stays as it was'
check_equal 'mistakes that are told' 2 "$(grep -c "^mirror-nft: $file:[46]:[0-9]*: " "$log")"
expect_hooks p1
# What is right by itself, and refused for what is there.
define p1 p1
kill -HUP $daemon
stays() { [ "$(grep -c 'the definition stays as it was' "$log")" = 2 ]; }
wait_until 10 stays || fail "a target that is its source: $(cat "$log")"
expect_hooks p1
# It is still the old one that is kept.
nft flush ruleset
expect_hooks p1
rm "$file"
kill -HUP $daemon
stays() { [ "$(grep -c 'the definition stays as it was' "$log")" = 3 ]; }
wait_until 10 stays || fail "a file that is gone: $(cat "$log")"
# And one more mirror, less one.
printf 'mirrors:\n  a:\n    from: [p0:ingress]\n    to: [mir1]\n  b:\n    from: [p1:ingress]\n    to: [mir1]\n' >"$file"
kill -HUP $daemon
said 'the file was read again -> a mirrors p0; b mirrors p1; made mir1; removed web'
check_equal 'hooks of two' 'ingress p0,ingress p1,' "$(hooks | tr '\n' ',')"
gone() { ! exists mir0; }
wait_until 10 gone || fail 'the target of the mirror that went stays'
run_stop INT
said 'SIGINT -> stopped, the mirrors stay'

# Nothing stays.
run_start --remove-on-exit
run_stop TERM
said 'SIGTERM -> removed the mirrors'
check_equal 'rules afterwards' '' "$(ruleset)"
! exists mir1 || fail 'mir1 is still there'
