#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth bridge vxlan command:setpriv
#
# docs/mistakes.md: every mistake is made, ends in just the line that the page has, but
# for the names of this machine's devices, and changes nothing unless that is a warning.
# What two of the warnings are about does happen.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
page=$(dirname "$0")/../../docs/mistakes.md
quiet_namespace

cable eth0 far0
cable eth1 far1
cable cap0 cap1
ip address add 192.0.2.1/24 dev eth0
ip link add br0 type bridge
ip link set br0 up
cable sw0 sw1
ip link set sw1 master br0
wait_until 5 _runs br0 || fail "br0 does not run"
cable jumbo0 jumbo1
ip link set jumbo0 mtu 9000
ip link set jumbo1 mtu 9000
# Somebody reads where the page does not speak of readers.
capture_start cap1 "$work/cap1.pcap"
before=$(ruleset)$(ip -br link)

# Where those who are not root find it: not below what only root may enter.
open=$(TMPDIR=/tmp mktemp -d)
defer rm -rf "$open"
chmod 755 "$open"
cp "$mirror_nft" "$open/mirror-nft"
PATH=$open:$PATH
cd "$work" || exit

# The commands of the page that run here, with their lines.
commands() {
	awk '/^## An old kernel/ { old = 1 } /^## / && !/An old kernel/ { old = 0 }
		/^```/ { on = /^```console/ && !old; next } on' "$1"
}

status_of() { # LINE
	case $1 in
	'mirror-nft: warning: '* | '') echo 0 ;;
	'mirror-nft: '*:[0-9]*:[0-9]*:' '*) echo 2 ;;
	*) echo 1 ;;
	esac
}

# Every machine has others.
devices_cut() { sed 's/this namespace has [^;]*;/this namespace has ...;/'; }

made=0
make_mistake() { # PROMPT COMMAND LINE
	local user=() status=0
	[ "$1" = '#' ] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all)
	"${user[@]}" bash -c "$2" >"$work/out" 2>"$work/err" || status=$?
	check_equal "$2" "$(devices_cut <<<"$3")" "$(devices_cut <"$work/err")"
	check_equal "exit status of $2" "$(status_of "$3")" $status
	[ $status = 0 ] || check_equal "output of $2" '' "$(cat "$work/out")"
	"$mirror_nft" remove --all >/dev/null
	check_equal "what $2 leaves" "$before" "$(ruleset)$(ip -br link)"
	[ -z "$3" ] || made=$((made + 1))
}

prompt='' command='' line=''
while IFS= read -r text; do
	case $text in
	'# '* | '$ '*)
		[ -z "$command" ] || make_mistake "$prompt" "$command" "$line"
		prompt=${text:0:1} command=${text:2} line=''
		;;
	*) line+=${line:+$'\n'}$text ;;
	esac
done < <(commands "$page" && echo '# :')
check_equal 'mistakes made' 22 $made

# --- what two of them are about ---

# Three copies for somebody else, and then a broadcast, which is for everybody.
copies_at() { # DEVICE [-p]
	capture_start "$1" "$work/seen.pcap" "${@:2}"
	send eth1 --count 3 --to-mac 02:00:00:00:00:99
	send eth1 --to-mac ff:ff:ff:ff:ff:ff --sport 1
	wait_until 5 marker_is_there || fail "no marker on $1"
	capture_stop "$work/seen.pcap"
	capture_count "$work/seen.pcap" tcp src port 40000
}
marker_is_there() { [ "$(capture_count "$work/seen.pcap" tcp src port 1)" -gt 0 ]; }

apply --name web --from eth1 --to sw0 >/dev/null 2>&1
check_equal 'copies behind a bridge, not promiscuous' 0 "$(copies_at br0 -p)"
check_equal 'copies behind a bridge, promiscuous' 3 "$(copies_at br0)"
"$mirror_nft" remove --all >/dev/null
apply --name web --from eth1 --to mir0 >/dev/null 2>&1
check_equal 'copies on the tap, not promiscuous' 3 "$(copies_at mir0-tap -p)"
"$mirror_nft" remove --all >/dev/null

# Frames larger than the MTU where they come out do not, until that is raised.
apply --name web --from jumbo0 --to cap0 >/dev/null 2>&1
send jumbo0 --payload 4000
send jumbo0
expect_received cap1 1 94
ip link set cap1 mtu 9000
send jumbo0 --payload 4000
expect_received cap1 2 $((94 + 4054))
