# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Suricata of Debian 13, with its own configuration and ours included. Sourced.
# shellcheck source-path=SCRIPTDIR source=sensor.bash
. "$(dirname "${BASH_SOURCE[0]}")/sensor.bash"

cat >"$work/local.rules" <<'END'
alert http any any -> any any (msg:"request"; flow:established,to_server; http.uri; content:"/mirror-nft-sensor-test"; sid:1; rev:1;)
alert http any any -> any any (msg:"answer"; flow:established,to_client; file.data; content:"needle-of-the-page"; sid:2; rev:1;)
END

_suricata_runs() { grep -q "Engine started" "$work/log/suricata.log" 2>/dev/null; }
_suricata=()	# its arguments
_suricata_prepare() { # DEVICE [THREADS]
	rm -rf "$work/log"
	mkdir "$work/log"
	sed "s/mir0-tap/$1/; s/threads: auto/threads: ${2-auto}/" "$_lib/../../rulesets/sensors/suricata.yaml" >"$work/suricata.yaml"
	_suricata=(-c /etc/suricata/suricata.yaml --include /tmp/case/suricata.yaml
		-S /tmp/case/local.rules -l /tmp/case/log --pidfile /tmp/case/suricata.pid
		--set stats.interval=1)
}

# Returns when it captures. HOW is --af-packet or --pcap.
suricata_start() { # NAMESPACE DEVICE HOW [THREADS]
	_suricata_prepare "$2" "${4-auto}"
	in_root "$1" suricata "${_suricata[@]}" "$3" >"$work/log/out" 2>&1 &
	wait_until 30 _suricata_runs || fail "suricata: $(cat "$work/log/out")"
}

suricata_stats() { # FILTER
	jq -r "select(.event_type == \"stats\") | .stats | $1" "$work/log/eve.json" 2>/dev/null | tail -n 1
}

# A thread that waits for packets brings its counters up to date with the next one: what
# comes along is no IP.
_suricata_has() { # DEVICE COUNTER VALUE
	[ -z "$1" ] || "$tools/frames" send "$1" --type 0x88b5 --raw 0102030405 --pad 60
	[ "$(suricata_stats ".decoder.$2")" = "$3" ]
}
_suricata_gone() { ! kill -0 "$1" 2>/dev/null; }

# It has to have counted VALUE and then ends, so that all is in its log. DEVICE leads to
# where it captures, '' where it needs no frame to wake up.
suricata_stop() { # DEVICE COUNTER VALUE
	local pid
	wait_until 20 _suricata_has "$@" ||
		fail "suricata counted $(suricata_stats ".decoder.$2") for $2, not $3: $(suricata_summary)"
	pid=$(<"$work/suricata.pid")
	kill "$pid"
	wait_until 20 _suricata_gone "$pid" || fail 'suricata does not end'
}

# The same of a file of captured frames.
suricata_read() { # FILE
	_suricata_prepare mir0-tap
	cp "$1" "$work/read.pcap"
	in_root - suricata "${_suricata[@]}" -k all -r /tmp/case/read.pcap >"$work/log/out" 2>&1 ||
		fail "suricata: $(cat "$work/log/out")"
}

suricata_alerts() {
	jq -r 'select(.event_type == "alert") | .alert.signature' "$work/log/eve.json" | sort | tr '\n' ' '
}

# Of what Suricata decoded, in one line for people and for comparison.
suricata_summary() {
	suricata_stats '"largest \(.decoder.max_pkt_size), invalid checksums \(.tcp.invalid_checksum), cut short \(.decoder.invalid), sessions \(.tcp.sessions)"'
}
