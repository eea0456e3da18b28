#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tunnels.sh FILE: what tunnels_guest.sh printed into FILE, put before tshark and before
# Suricata: both find the HTTP request and its answer in every kind of tunnel.
# shellcheck source-path=SCRIPTDIR source=suricata.bash
. "$(dirname "$0")/suricata.bash"

tshark() {
	in_root - tshark -n -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
		-r /tmp/case/capture -T fields -E separator=/s "$@" 2>/dev/null
}

# How Wireshark calls the layers, and what of the definition stands in their fields.
expect_of() { # NAME
	case $1 in
	vxlan-*) layers='udp:vxlan:eth' fields='vxlan.vni=7' ;;
	geneve-*) layers='udp:geneve:eth' fields='geneve.vni=0x000007' ;;
	gretap-*) layers='gre:eth' fields='gre.key=0x00000007' ;;
	erspan1-*) layers='gre:erspan:eth' fields='erspan.spanid=7 erspan.index=102' ;;
	erspan2-*) layers='gre:erspan:eth' fields='erspan.spanid=7 erspan.direction=True erspan.hw=33' ;;
	esac
	case $1 in
	*-ip6) layers=eth:ethertype:ipv6:$layers:ethertype:ip:tcp:http ;;
	*) layers=eth:ethertype:ip:$layers:ethertype:ip:tcp:http ;;
	esac
}

expect_tshark() { # NAME DELIVERED
	local names=() values=() field copies bad answer
	for field in $fields; do names+=(-e "${field%=*}") values+=("${field#*=}"); done
	check_equal "$1: request in tshark" "/mirror-nft-sensor-test $layers ${values[*]}" \
		"$(tshark -Y http.request -e http.request.uri -e frame.protocols "${names[@]}")"
	# 0 is bad, 1 is good, and each copy has three checksums or, without outer IPv4, two.
	tshark -Y 'tcp.port == 80' -e frame.number -e tcp.checksum.status -e ip.checksum.status \
		-e http.content_length >"$work/copies"
	read -r copies bad answer < <(awk '
		$2 !~ /^1$/ || $3 !~ /^1(,1)?$/ { bad++ }
		NF == 4 { answer = $4 }
		END { print NR, bad + 0, answer }' "$work/copies")
	check_equal "$1: copies in tshark" "$2" "$copies"
	check_equal "$1: bad checksums in tshark" 0 "$bad"
	check_equal "$1: answer in tshark" 60020 "$answer"
}

# Of ERSPAN version 2 (type III) Suricata knows nothing: docs/sensors/suricata.md says so
# as long as this is true.
expect_suricata() { # NAME DELIVERED
	case $1 in
	erspan2-*) check_equal "$1: sessions in suricata" 0 "$(suricata_stats .tcp.sessions)" ;;
	*)
		check_equal "$1: alerts of suricata" 'answer request ' "$(suricata_alerts)"
		check_equal "$1: copies in suricata" "$2" "$(suricata_stats .decoder.tcp)"
		;;
	esac
	check_equal "$1: bad checksums in suricata" 0 "$(suricata_stats .tcp.invalid_checksum)"
}

decode() { # NAME DELIVERED
	expect_of "$1"
	suricata_read "$work/capture"
	printf '%-11s %s copies; tshark: %s; suricata: %s; alerts: %s\n' "$1" "$2" "$layers" \
		"$(suricata_summary)" "$(suricata_alerts)"
	expect_tshark "$1" "$2"
	expect_suricata "$1" "$2"
}

bad=0
found=0
while read -r name delivered packed; do
	found=$((found + 1))
	base64 -d <<<"$packed" | gunzip >"$work/capture"
	status=0
	(trap - EXIT && decode "$name" "$delivered") >"$work/said" 2>"$work/why" || status=$?
	cat "$work/said"
	if [ $status = 0 ]; then
		echo "ok $name"
	else
		echo "not ok $name: $(tail -n 1 "$work/why")"
		bad=1
	fi
done <"$1"
check_equal 'kinds of tunnels' 10 $found
exit $bad
