# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A real HTTP server to be mirrored, on the machine and in guests. Sourced.
#
#    client            server (-)           collector
#   +------+         +-----------+         +---------+
#   | eth0 | ======= | eth1 eth2 | ======= |  far0   |
#   +------+         +-----------+         +---------+
#   192.0.2.2     192.0.2.1 198.51.100.1   198.51.100.2
#                         2001:db8::1      2001:db8::2
# shellcheck source-path=SCRIPTDIR source=../netns/mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/../netns/mirror.bash"

# Both ends work on one processor: copies keep the order of the frames then. On several a
# copy of an acknowledgement can overtake that of the data, for any mirror, and what was
# acknowledged before it was seen counts as a gap to Suricata.
one_processor=(taskset -c 0)

lab_url=http://192.0.2.1/mirror-nft-sensor-test
lab_bytes=60020

# The page is long enough for segments that no wire has, and its needle at the end of it.
lab_make() {
	quiet_namespace
	quiet_namespace ipv6
	namespace client
	namespace collector ipv6
	link_pair - eth1 192.0.2.1/24 client eth0 192.0.2.2/24
	link_pair - eth2 198.51.100.1/24,2001:db8::1/64 collector far0 198.51.100.2/24,2001:db8::2/64
	mkdir "$work/www"
	{
		head -c 60000 /dev/zero | tr '\0' x
		echo needle-of-the-page-
	} >"$work/www/mirror-nft-sensor-test"
	"${one_processor[@]}" busybox httpd -f -p 192.0.2.1:80 -h "$work/www" &
	defer kill $!
	wait_until 30 in_ns client curl -sfo /dev/null "$lab_url" || fail 'no page from the server'
	wait_until 10 _closed || fail 'the first connection stays open'
}

# What is in the state TIME-WAIT sends nothing any more.
_closed() {
	! { ss -Htan && in_ns client ss -Htan; } | grep -vE '^(LISTEN|TIME-WAIT)' | grep . >/dev/null
}

# One request; when it returns, every frame of the connection has been sent.
lab_request() {
	check_equal 'bytes of the page' $lab_bytes "$(in_ns client "${one_processor[@]}" curl -s "$lab_url" | wc -c)"
	wait_until 10 _closed || fail 'the connection stays open'
}

# As counted by the targets: the kernel's own large segments match once and are cut.
lab_delivered() { "$mirror_nft" status --json | grep -o '"delivered":{"packets":[0-9]*' | grep -o "[0-9]*$"; }
