# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bench/build/send by the kernel's own generator, which sends without any system call:
# what is measured is the way of the frame alone. Its results are whole microseconds, of
# the guest's clock. Sourced by lib.bash.

# pktgen has no steps between addresses and no fixed set of frames, and would look for
# ever for one in 0.0.0.0/8, which it does not send to.
pktgen_can() { # OPTION-OF-SEND...
	[[ " $* " != *" --step "* ]]
}

# pktgen_send ROUNDS FRAMES OPTION-OF-SEND... -- DEVICE...: lines as send prints them.
pktgen_send() {
	local rounds=$1 frames=$2 mode=queue_xmit size=60 to=198.18.1.1 addresses=1 port=9091 ports=1
	local round device setting
	local -A took
	shift 2
	while [ "$1" != -- ]; do
		case $1 in
		--bypass) mode=start_xmit && shift && continue ;;
		--size) size=$2 ;;
		--to) to=$2 ;;
		--addresses) addresses=$2 ;;
		--port) port=$2 ;;
		--ports) ports=$2 ;;
		--set) ;; # drawn anew for each frame
		*) return 1 ;;
		esac
		shift 2
	done
	shift
	for ((round = 0; round < rounds; round++)); do
		for device; do
			echo rem_device_all >/proc/net/pktgen/kpktgend_0 &&
				echo "add_device $device" >/proc/net/pktgen/kpktgend_0 || return
			for setting in "count $frames" 'delay 0' 'clone_skb 0' "pkt_size $size" "xmit_mode $mode" \
				'src_mac 02:00:00:00:00:ff' 'dst_mac 02:00:00:00:00:fe' 'src_min 198.18.0.1' 'src_max 198.18.0.1' \
				'udp_src_min 40000' 'udp_src_max 40000' "dst_min $to" "dst_max $(_address_after "$to" "$addresses")" \
				"udp_dst_min $port" "udp_dst_max $((port + ports))" 'flag IPDST_RND' 'flag UDPDST_RND'; do
				echo "$setting" >"/proc/net/pktgen/$device" || return
			done
			echo start >/proc/net/pktgen/pgctrl || return
			took[$device]+=" $(awk -v frames="$frames" '
				/^Result: OK:/ { split($3, usec, "("); printf "%.1f", usec[1] * 1000 / frames; found = 1 }
				END { exit !found }' "/proc/net/pktgen/$device")" || return
		done
	done
	echo rem_device_all >/proc/net/pktgen/kpktgend_0
	for device; do echo "$device${took[$device]}"; done
}

# The first one that is not sent to any more.
_address_after() { # ADDRESS COUNT
	local a b c d number
	IFS=. read -r a b c d <<<"$1"
	number=$(((a << 24 | b << 16 | c << 8 | d) + $2))
	echo "$((number >> 24)).$((number >> 16 & 255)).$((number >> 8 & 255)).$((number & 255))"
}
