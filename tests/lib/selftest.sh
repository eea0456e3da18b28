#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: veth, command:tcpdump
#
# Do the runner and lib.sh say what happened? Cases made for it pass, fail,
# skip, hang and leave things behind in a copy of the runner's folder.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

tree=$(mktemp -d)
defer rm -rf "$tree"
mkdir -p "$tree"/{cli,golden,netns,unit/build}
cp -r "$_lib/../run" "$_lib" "$tree"
rm "$tree/lib/selftest.sh"

make_case() { # PATH: reads its text
	{ echo '#!/bin/bash'; cat; } >"$tree/$1"
	chmod +x "$tree/$1"
}

run() { "$tree/run" "$@" >"$tree/out" 2>&1 && status=0 || status=$?; }

expect() { # WHAT STATUS LAST-LINE
	check_equal "$1: exit status" "$2" "$status"
	check_equal "$1: last line" "$3" "$(tail -n 1 "$tree/out")"
}

said() { grep -qF -- "$1" "$tree/out" || fail "not said: $1, but: $(cat "$tree/out")"; }

make_case unit/build/two <<<'echo ok one; echo ok two'
make_case cli/plain <<<'exit 0'
mv "$tree/cli/plain" "$tree/cli/plain.sh"
run
expect "all pass" 0 "3 passed, 0 failed, 0 skipped"
said "ok unit/two: 2 cases"
check_equal "a list" "unit/two cli/plain" "$("$tree/run" --list | xargs)"

make_case golden/lines.sh <<<'echo ok a; echo "not ok b: why"; echo "skip c : dummy"'
make_case golden/status.sh <<<'echo ok a; exit 4'
run golden
expect "lines of a case count" 1 "2 passed, 2 failed, 1 skipped"
said "not ok b: why"
said "not ok golden/status: exit status 4"
run nonsense
expect "no such case" 2 "run: no such group or case: nonsense"

make_case netns/needs.sh <<<'# needs: no-such-feature
exit 1'
make_case netns/skip.sh <<<'echo some feature; exit 77'
run netns
expect "skips" 0 "0 passed, 0 failed, 2 skipped"
said "skip netns/needs: no-such-feature"
said "skip netns/skip: some feature"
run --fail-on-skip netns
expect "skips that are failures" 1 "0 passed, 2 failed, 0 skipped"
said "not ok it: must have no-such-feature"
make_case netns/part.sh <<<'echo ok a; echo "skip b : second feature"'
run --may-lack "no-such-feature some,feature" netns
expect "one that may, two that may not" 1 "1 passed, 2 failed, 1 skipped"
said "skip netns/needs: no-such-feature"
said "not ok it: must have some feature"
said "not ok b: must have second feature"
run --may-lack "no-such-feature" netns/needs
expect "one that may alone" 0 "0 passed, 0 failed, 1 skipped"
rm "$tree/netns/part.sh"

# A feature is tried once, not for each case that needs it.
make_case netns/one.sh <<<'# needs: macvlan'
make_case netns/two.sh <<<'# needs: macvlan'
cp "$tree/lib/features.sh" "$tree/features"
echo "_try() { echo \"\$1\" >>'$tree/tried'; return 1; }" >>"$tree/lib/features.sh"
run netns/one netns/two
expect "two that lack the same" 0 "0 passed, 0 failed, 2 skipped"
check_equal "how often it was tried" 1 "$(grep -c 'type macvlan' "$tree/tried")"
mv "$tree/features" "$tree/lib/features.sh"

make_case netns/hang.sh <<<'# time-limit: 1
sleep 987'
make_case netns/leak.sh <<<'ip netns add left; ip link add left0 type veth; setsid sleep 987 & '
run netns/leak netns/hang.sh
expect "a hang" 1 "1 passed, 1 failed, 0 skipped"
said "the time limit was reached"
[ -z "$(ip netns list)" ] || fail "a namespace is left"
[ -z "$(ip -brief link show type veth)" ] || fail "a device is left"
! pgrep -x -f 'sleep 987' >/dev/null || fail "a process is left"

# shellcheck disable=SC2016 # for the case
make_case netns/lib.sh <<<'. "$(dirname "$0")/../lib/lib.sh"
quiet_namespace ipv6
namespace peer ipv6
link_pair - eth1 192.0.2.1/24,2001:db8::1/64 peer eth2 192.0.2.2/24,2001:db8::2/64
capture_start -n peer eth2 "$TMPDIR/peer" not ip6 multicast
capture_start eth1 "$TMPDIR/here" not ip6 multicast
ping -q -c 200 -i 0.002 192.0.2.2; ping -q -c 100 -i 0.002 2001:db8::2
capture_stop
check_equal "frames at the peer" 600 "$(capture_count "$TMPDIR/peer")"
check_equal "frames here" 600 "$(capture_count "$TMPDIR/here")"
check_equal "requests" 200 "$(capture_count "$TMPDIR/here" icmp and src 192.0.2.1)"
defer echo first deferred; defer echo "last  deferred"
! wait_until 1 false || exit 9
check_equal WHAT "a b" c'
run netns/lib
expect "the library" 1 "0 passed, 1 failed, 0 skipped"
grep -q 'last  deferred' "$tree/out" || fail "the case with the library: $(cat "$tree/out")"
check_equal "cleanup in reverse" "last  deferred|    first deferred" \
	"$(grep -A 1 'last  deferred' "$tree/out" | sed 's/^ *//;2s/^/    /' | paste -sd '|')"
said "failed: WHAT: expected 'a b', got 'c' (lib.sh:15)"
