#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# What leaves, what arrives, and both: exactly those frames are copied, byte
# for byte as many as were sent.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1

# $1: what --from says; $2, $3: how many of 5 frames a direction are copied
expect() { # FROM EGRESS INGRESS
	local copies=$(($2 + $3))
	apply --name web --from "$1" --match 'tcp port 80' --to mir0 >/dev/null
	# Not the ones of another port, in either direction; the last is copied.
	send p0 --dport 81 --sport 81 --count 5
	send p1 --dport 81 --sport 81 --count 5
	if [ "$2" = 0 ]; then
		send p0 --count 5
		send p1 --count 5
	else
		send p1 --count 5
		# A frame that arrives may still be queued: the next one comes after it.
		wait_until 5 _received_at_least mir0-tap "$3" || true
		send p0 --count 5
	fi
	expect_received mir0-tap "$copies" $((copies * 94))
	"$mirror_nft" remove web >/dev/null
}

expect p0:egress 5 0
expect p0:ingress 0 5
expect p0 5 5

# Both directions of one cable are not two mirrors of the same frame.
apply --name web --from p0:egress --from p0:ingress --from p0 --to mir0 >/dev/null
send p0 --count 3
expect_received mir0-tap 3 282
"$mirror_nft" remove web >/dev/null

# Taken away, nothing is copied: a second mirror tells when all has passed.
apply --name other --from p0 --match 'udp port 7' --to mir1 >/dev/null
send p0 --count 5
send p1 --count 5
send p1 --protocol udp --dport 7
expect_received mir1-tap 1 82
