#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In a guest with systemd, where the package is installed and /etc/mirror-nft/web.yaml
# mirrors p0 to mir0 and p2 into a tunnel, none of which exist: see check-systemd.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

web=/etc/mirror-nft/web.yaml unit=mirror-nft.service
work=$(mktemp -d)
defer rm -rf "$work"
# Once and for all: an emulated processor has better things to do than to look for lines.
journalctl -q -f -n all -o cat -u "$unit" >"$work/journal" &
defer kill $!

property() { systemctl show -p "$1" --value "$unit"; } # NAME
log() { cat "$work/journal"; }
_logged() { grep -qxF -e "$1" "$work/journal"; }
logged() { wait_until 60 _logged "$1" || fail "it never said '$1' but: $(log | tail -n 20)"; }
hooks() {
	nft list table netdev mirror_nft 2>/dev/null |
		awk '/chain mirror/ { on = 1 } /chain tap/ { on = 0 }
			on && /type filter hook/ { gsub("\"", ""); print $6 }' | sort | paste -sd' '
}
_hooks_are() { [ "$(hooks)" = "$1" ]; }
expect_hooks() { wait_until 60 _hooks_are "$1" || fail "hooks: '$(hooks)' instead of '$1': $(log | tail -n 20)"; }
is_running() { [ "$(systemctl is-active "$unit")" = active ]; }
received() { awk -v device="$1:" '$1 == device { print $3 }' /proc/net/dev; } # DEVICE
done_with() { echo "ok $*"; }

# Frames into p0 until the file stop exists; their number is in the file sent.
stream() {
	local count=0
	while [ ! -e "$work/stop" ]; do
		frames send p1 --source 192.0.2.1 --destination 192.0.2.2 --protocol udp \
			--sport 1 --dport 2 --count 20 >/dev/null
		count=$((count + 20))
		echo $count >"$work/new"
		mv "$work/new" "$work/sent"
	done
}
_sent_more_than() { [ "$(<"$work/sent")" -gt "$1" ]; }
_all_arrived() { [ "$(received mir0-tap)" -ge "$1" ]; }
# Before, while and after COMMAND runs each frame is copied once, and none twice.
without_a_gap() { # COMMAND...
	local before child sent
	before=$(received mir0-tap)
	rm -f "$work/stop"
	echo 0 >"$work/sent"
	stream &
	child=$!
	wait_until 30 _sent_more_than 40 || fail 'nothing is sent'
	"$@" >"$work/said" 2>&1 || fail "$*: $(cat "$work/said")"
	wait_until 30 _sent_more_than $(($(<"$work/sent") + 40)) || fail 'nothing is sent any more'
	touch "$work/stop"
	wait $child
	sent=$(<"$work/sent")
	wait_until 10 _all_arrived $((before + sent)) || true
	check_equal "copies of $sent frames during $*" $((before + sent)) "$(received mir0-tap)"
	echo "$sent frames during $*, all copied"
}

at_boot() {
	wait_until 120 is_running || fail "it does not run: $(log)"
	check_equal 'restarts at boot' 0 "$(property NRestarts)"
	logged 'mirror-nft: web waits for p0, which is not there yet'
	check_equal 'units that failed' '' "$(systemctl list-units --failed --plain --no-legend | grep mirror || true)"
	done_with 'a missing device at boot is no failure'
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
	ip link add p0 arp off type veth peer name p1 arp off
	ip link add p2 arp off type veth peer name p3 arp off
	for device in p0 p1 p2 p3; do ip link set $device up; done
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=0
	expect_hooks 'p0 p2'
	ip -d link show type vxlan | grep 'remote 192.0.2.10' >/dev/null || fail 'there is no tunnel'
	check_equal 'IPv6 of mir0' 1 "$(</proc/sys/net/ipv6/conf/mir0/disable_ipv6)"
	ip link set mir0-tap up
	without_a_gap sleep 1
	done_with 'devices that come later are mirrored, a tunnel too'
}

# What the kernel says of the process, not what the unit asked for.
_from_inside() { nsenter -t "$(property MainPID)" --mount "$@"; }
sandbox() {
	local status
	status=/proc/$(property MainPID)/status
	for set in CapPrm CapEff CapBnd; do
		check_equal $set 0000000000001000 "$(awk -v name=$set: '$1 == name { print $2 }' "$status")"
	done
	check_equal 'capabilities that are inherited' '0000000000000000 0000000000000000' \
		"$(awk '/^Cap(Inh|Amb):/ { print $2 }' "$status" | paste -sd' ')"
	check_equal 'no new privileges, and system calls filtered' '1 2' \
		"$(awk '/^(NoNewPrivs|Seccomp):/ { print $2 }' "$status" | paste -sd' ')"
	for file in /etc/mirror-nft/x /usr/x /var/x /proc/sys/kernel/printk /proc/sys/net/core/rmem_max /sys/kernel/uevent_helper; do
		! _from_inside sh -c "true >>$file" 2>/dev/null || fail "it can write $file"
	done
	_from_inside sh -c 'true >>/proc/sys/net/ipv6/conf/mir0/disable_ipv6' || fail 'it cannot write what it has to'
	check_equal 'homes that it sees' '' "$(_from_inside ls -A /root 2>/dev/null || true)"
	done_with 'it can do what it needs and no more'
}

reload() {
	local process before
	process=$(property MainPID)
	printf 'mirrors:\n  more:\n    from: [p2:ingress]\n    to: [mir0]\n' >/etc/mirror-nft/more.yaml
	sed -i '/remote:$/,$d' $web
	without_a_gap systemctl reload "$unit"
	expect_hooks 'p0 p2'
	_logged_both() { grep -q '^mirror-nft: the file was read again -> more mirrors p2; .*removed remote$' "$work/journal"; }
	wait_until 60 _logged_both || fail "it never said what it read: $(log | tail -n 5)"
	done_with 'reload takes a new file and misses no frame'
	before=$(nft -s list ruleset)
	echo '    match: tcp prot 80' >>$web
	! systemctl reload "$unit" 2>"$work/refused" || fail 'a mistake is no failure of the reload'
	_logged_where() { grep -q "^mirror-nft: $web:5:" "$work/journal"; }
	wait_until 60 _logged_where || fail "it does not say where: $(log | tail -n 5)"
	check_equal 'rules after a mistake' "$before" "$(nft -s list ruleset)"
	is_running || fail 'a mistake ended it'
	done_with 'a mistake makes the reload fail, and the old definition runs'
	# What only SIGHUP's receiver can find out.
	kill -HUP "$process"
	logged 'mirror-nft: the definition stays as it was'
	check_equal 'the process' "$process" "$(property MainPID)"
	sed -i '/prot 80/d' $web
	rm /etc/mirror-nft/more.yaml
	without_a_gap systemctl reload "$unit"
	expect_hooks p0
}

meddling() {
	systemctl restart nftables
	expect_hooks p0
	done_with 'what nftables.service flushes comes back'
	without_a_gap kill -KILL "$(property MainPID)"
	_restarted() { is_running && [ "$(property NRestarts)" = 1 ]; }
	wait_until 60 _restarted || fail 'it is not restarted'
	done_with 'it is restarted when it is killed, and misses no frame'
	without_a_gap systemctl restart "$unit"
	done_with 'a restart misses no frame'
	echo '    bogus: 1' >>$web
	without_a_gap bash -c "! systemctl restart $unit"
	_gave_up() { [ "$(property ActiveState) $(property ExecMainStatus)" = 'failed 2' ]; }
	wait_until 30 _gave_up || fail "it did not give up: $(property ActiveState), $(property ExecMainStatus)"
	sed -i '/bogus/d' $web
	systemctl start "$unit"
	done_with 'a mistake at the start is told once, and the mirrors stay'
}

package() {
	local old
	old=$(property MainPID)
	without_a_gap dpkg -i /root/next.deb
	check_equal 'the version' 'mirror-nft 9.9.9' "$(mirror-nft --version)"
	is_running || fail 'it does not run after the upgrade'
	[ "$(property MainPID)" != "$old" ] || fail 'the old one still runs'
	expect_hooks p0
	done_with 'an upgrade restarts it, and misses no frame'
	dpkg -r mirror-nft >"$work/said" 2>&1 || fail "it cannot be removed: $(cat "$work/said")"
	check_equal 'tables after the removal' '' "$(nft list tables | grep mirror_nft || true)"
	! ip link show dev mir0 2>/dev/null || fail 'mir0 is still there'
	! pgrep -x mirror-nft || fail 'it still runs'
	[ -e $web ] || fail 'the definition is gone, which is for a purge'
	done_with 'a removal takes the mirrors away, and leaves the definitions'
	dpkg -P mirror-nft >"$work/said" 2>&1 || fail "it cannot be purged: $(cat "$work/said")"
	check_equal 'files that a purge leaves' '' \
		"$(find / -xdev \( -path /root -o -path /tmp -o -path /proc \) -prune -o -iname '*mirror*nft*' -print)"
	systemctl daemon-reload
	check_equal 'what systemd knows of it' not-found "$(systemctl show -p LoadState --value "$unit")"
	done_with 'a purge leaves nothing'
}

at_boot
sandbox
reload
meddling
package
