#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 300
#
# A long list of random prefixes, HOSTS_PREFIXES of them: what nft makes of the text
# is what netlink sends, to the byte; how long it takes is printed.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1

# All of it is one message to the kernel, whose size only root of the machine may
# choose; guests have little memory and may be emulated.
prefixes=${HOSTS_PREFIXES-100000}
if [ -z "${HOSTS_PREFIXES-}" ] && { has_feature guest || ! grep -q 4294967295 /proc/self/uid_map; }; then
	prefixes=10000
fi
awk -v count="$prefixes" 'BEGIN {
	srand(7)
	for (i = 0; i < count; i++)
		if (i % 2)
			printf "%d.%d.%d.0/24\n", 1 + rand() * 223, rand() * 256, rand() * 256
		else if (i % 4)
			printf "2001:%x:%x::/48\n", rand() * 65536, rand() * 65536
		else
			printf "2001:%x:%x:%x::%x\n", rand() * 65536, rand() * 65536, rand() * 65536, rand() * 65536
}' >"$work/list.txt"
options=(--name web --from p0 --hosts "@$work/list.txt" --match 'tcp or arp' --to mir0)

timed() { # WHAT COMMAND...
	local start=$EPOCHREALTIME
	"${@:2}" >"$work/out"
	printf '%s: %d ms\n' "$1" $(((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}) / 1000))
}

bytes() { nft --debug=netlink list ruleset | sed -E 's/^(netdev mirror_nft [^ ]+) [0-9 ]+$/\1/; s/pkts [0-9]+ bytes [0-9]+/N/' | md5sum; }
words() { nft list ruleset | sed -E 's/packets [0-9]+ bytes [0-9]+/N/' | md5sum; }

echo "$prefixes prefixes"
timed 'apply' apply "${options[@]}"
timed 'apply again' apply "${options[@]}"
check_equal 'again' 'web: unchanged' "$(cat "$work/out")"
timed 'status' "$mirror_nft" status
timed 'generate' "$mirror_nft" generate "${options[@]}"
cp "$work/out" "$work/text"
netlink_words=$(words) netlink_bytes=$(bytes)
timed 'nft -f' nft -f "$work/text"
check_equal 'what nft lists' "$netlink_words" "$(words)"
check_equal 'the bytes that nft lists' "$netlink_bytes" "$(bytes)"
check_equal 'the text is recognised' 'web: unchanged' "$(apply "${options[@]}")"

# The last frame is one that is copied.
in=$(sed -n '500s/\.0\/24/.7/p' "$work/list.txt")
send p0 --source 224.0.0.1 --destination 240.0.0.1 --count 9
send p0 --source "$in"
expect_received mir0-tap 1 94

sed -i '500s/.*/240.0.0.1/' "$work/list.txt"
timed 'replace one' apply "${options[@]}"
check_equal 'one' 'web: replaced' "$(cat "$work/out")"
send p0 --source 224.0.0.1 --destination 240.0.0.2 --count 9
send p0 --source 224.0.0.1 --destination 240.0.0.1
expect_received mir0-tap 2 188
timed 'remove' "$mirror_nft" remove web
check_equal 'the ruleset' '' "$(nft list ruleset)"
