#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A table of command lines that are wrong: arguments ; exit status ; how the one
# line on standard error begins. Nothing may come on standard output, and what
# the user wrote must have a place: FILE:LINE:COLUMN.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

work=$(mktemp -d)
defer rm -rf "$work"
bad=0

verdict() { # NAME WHY: right if WHY is empty
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2"
		bad=1
	fi
}

check_refusal() { # NAME STATUS BEGINNING COMMAND...
	local name=$1 want=$2 beginning=$3 status=0 line why=''
	shift 3
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	line=$(head -n 1 "$work/err")
	[ "$status" = "$want" ] || why+="exit status $status instead of $want. "
	[ ! -s "$work/out" ] || why+="standard output has '$(head -n 1 "$work/out")'. "
	[ "$(wc -l <"$work/err")" = 1 ] || why+="$(wc -l <"$work/err") lines of errors. "
	[[ $line = "mirror-nft: $beginning"* ]] || why+="it says '$line'. "
	verdict "$name" "$why"
}

# @ stands for a whole definition, before what the rest of the line adds to it.
whole=(--name web --from lo --to mir0)

check_row() { # ARGUMENTS STATUS BEGINNING
	local words=() command
	eval "words=($1)"
	command=${words[0]-}
	if [ "${words[1]-}" = @ ]; then
		words=("$command" "${whole[@]}" "${words[@]:2}")
	fi
	check_refusal "$1" "$2" "$3" "$mirror_nft" "${words[@]}"
}

rows=0
while IFS=';' read -r arguments status beginning; do
	[ -n "$arguments" ] || continue
	read -r arguments <<<"$arguments"
	read -r beginning <<<"$beginning"
	check_row "$arguments" "${status// /}" "$beginning"
	rows=$((rows + 1))
done <<'END'
aply ; 2 ; command line:1:1: 'aply' is no command, see mirror-nft --help; is 'apply' meant?
STATUS ; 2 ; command line:1:1: 'STATUS' is no command, see mirror-nft --help; is 'status' meant?
bogus ; 2 ; command line:1:1: 'bogus' is no command
$'a\nb' ; 2 ; command line:1:1: 'a
--bogus ; 2 ; command line:1:1: '--bogus' is no command
generate @ --bogus ; 2 ; command line:1:7: option '--bogus' is not known
generate @ -z ; 2 ; command line:1:7: option '-z' is not known
generate @ --match ; 2 ; command line:1:7: option '--match' needs a value
generate --name ; 2 ; command line:1:1: option '--name' needs a value
generate @ left over ; 2 ; command line:1:7: 'left' is left over
generate @ --match tcp port 80 ; 2 ; command line:1:9: 'port' is left over, quote a value of several words: --match 'tcp port 80'
generate @ --match=tcp port 80 --path tc ; 2 ; command line:1:8: 'port' is left over, quote a value of several words: --match 'tcp port 80'
generate @ --sample 1/10 flows ; 2 ; command line:1:9: 'flows' is left over, quote a value of several words: --sample '1/10 flows'
generate --name web --from lo eth0 --to mir0 ; 2 ; command line:1:5: 'eth0' is left over, a value of --from has no blanks, and another one takes another --from
generate web --from lo --to mir0 ; 2 ; command line:1:1: 'web' is left over, a mirror's name is given with --name: --name web
generate @ --hosts 192.0.2.1 192.0.2.2 ; 2 ; command line:1:9: '192.0.2.2' is left over, see mirror-nft generate --help
generate @ –match tcp ; 2 ; command line:1:7: '–match' begins with a dash that is none of the keyboard's, options begin with two of those: --match
generate @ ——match tcp ; 2 ; command line:1:7: '——match' begins with a dash
generate @ --match "“tcp”" ; 2 ; --match:1:1: '“' is no part of the match language, no quotes are inside
generate @ --match "'tcp'" ; 2 ; --match:1:1: ''' is no part of the match language, no quotes are inside
doctor eth0 ; 2 ; command line:1:1: 'eth0' is left over, see mirror-nft doctor --help
doctor --jsn ; 2 ; command line:1:1: option '--jsn' is not known
generate @ --for 1 ; 2 ; --for:1:1: '1' is no version of nft, say 1.0.6
generate @ --for 1.0.6x ; 2 ; --for:1:1: '1.0.6x' is no version of nft
generate @ --for 0.9.3 ; 2 ; --for:1:1: nft 0.9.3 is older than 0.9.8, and not known to read this
generate @ --for 0.9.8 ; 2 ; --from:1:1: nft 0.9.8 cannot read chains of the egress hook, 1.0.1 can: mirror lo:ingress alone
generate --for ; 2 ; command line:1:1: option '--for' needs a value
compare --path nft,foo ; 2 ; --path:1:5: 'foo' is none, say nft, tc, tc-htb or tc-original
compare --path "" ; 2 ; --path:1:1: '' is none, say
compare --target lo,dummy, ; 2 ; --target:1:10: '' is none, say lo, dummy, veth, ifb, vlan, bridge-port, loop, vxlan or gretap
compare --protocol sctp ; 2 ; --protocol:1:1: 'sctp' is none, say udp or tcp
compare --lab x ; 2 ; command line:1:1: --lab is for a page, add --report FILE.html
compare --report ; 2 ; command line:1:1: option '--report' needs a value
generate @ --path ebpf ; 2 ; --path:1:1: 'ebpf' is no path, say nft or tc
generate @ --path "" ; 2 ; --path:1:1: '' is no path
generate @ --name other ; 2 ; --name:1:1: --name is given twice
generate -f /nowhere/mirrors.yaml ; 2 ; -f:1:1: cannot read '/nowhere/mirrors.yaml': No such file or directory
generate -f / ; 2 ; -f:1:1: cannot read '/': Is a directory
generate -f - ; 2 ; standard input:1:1: the file is empty
generate -f /dev/zero ; 2 ; -f:1:1: '/dev/zero' has more than 16 MiB
generate -f ; 2 ; command line:1:1: option '-f' needs a value
generate --f x ; 2 ; command line:1:1: option '--f' is not known
generate @ -f mirrors.yaml ; 2 ; command line:1:1: -f and --name do not go together
generate -f mirrors.yaml --path tc ; 2 ; command line:1:1: -f and --path do not go together
generate -f mirrors.yaml more.yaml ; 2 ; command line:1:3: 'more.yaml' is left over
generate --from lo --to mir0 ; 2 ; command line:1:1: the mirror has no name
generate --name web --to mir0 ; 2 ; command line:1:1: nothing to mirror
generate --name web --from lo ; 2 ; command line:1:1: nowhere to put the copies
generate --name "" --from lo --to mir0 ; 2 ; --name:1:1: the name is empty
generate --name sixteen-letters- --from lo --to mir0 ; 2 ; --name:1:1: name 'sixteen-letters-' has 16 characters
generate --name a/b --from lo --to mir0 ; 2 ; --name:1:1: name 'a/b' has the character '/'
generate --name "a b" --from lo --to mir0 ; 2 ; --name:1:1: name 'a b' has the character ' '
generate --name=-a --from lo --to mir0 ; 2 ; --name:1:1: name '-a' has the character '-'
generate --name 'a"b' --from lo --to mir0 ; 2 ; --name:1:1: name 'a"b' has the character
generate --name $'a\nb' --from lo --to mir0 ; 2 ; --name:1:1: name 'a
generate --name web --from "" --to mir0 ; 2 ; --from:1:1: the device name is empty
generate --name web --from :egress --to mir0 ; 2 ; --from:1:1: the device name is empty
generate --name web --from a/b --to mir0 ; 2 ; --from:1:1: device name 'a/b' has the character '/'
generate --name web --from "a b" --to mir0 ; 2 ; --from:1:1: device name 'a b' has the character ' '
generate --name web --from $'a\nb' --to mir0 ; 2 ; --from:1:1: device name 'a
generate --name web --from sixteen-letters- --to mir0 ; 2 ; --from:1:1: device name 'sixteen-letters-' has 16
generate --name web --from .. --to mir0 ; 2 ; --from:1:1: '..' is no device name
generate --name web --from lo:up --to mir0 ; 2 ; --from:1:4: 'up' is no direction
generate --name web --from lo: --to mir0 ; 2 ; --from:1:4: '' is no direction
generate --name web --from lo:$'x\ny' --to mir0 ; 2 ; --from:1:4: 'x
generate --name web --from lo --to "" ; 2 ; --to:1:1: the device name is empty
generate --name web --from lo --to a/b ; 2 ; --to:1:1: device name 'a/b' has the character '/'
generate --name web --from lo --to sixteen-letters- ; 2 ; --to:1:1: device name 'sixteen-letters-' has 16
generate --name web --from lo --to lo ; 2 ; --to:1:1: target 'lo' is also a source
generate --name web --from lo:egress --to lo ; 2 ; --to:1:1: target 'lo' is also a source
generate @ --to mir0 ; 2 ; --to:1:1: target 'mir0' is given twice
generate @ --to mir0-tap ; 2 ; --to:1:1: 'mir0-tap' is the end of 'mir0' that a sensor reads
generate @ --to vxlan,remote=192.0.2.10 ; 2 ; --to:1:1: vxlan has no id, give a number from 0 to 16777215
generate @ --to vxlan,remote=239.1.1.1,id=7 ; 2 ; --to:1:14: '239.1.1.1' is a multicast address
generate @ --to vxlan,remote=192.0.2.10,id=16777216 ; 2 ; --to:1:28: id '16777216' is out of range
generate @ --to gretap,remote=192.0.2.10,id=7 ; 2 ; --to:1:26: 'id' is no key of gretap
generate @ --to erspan,remote=192.0.2.10,session=1024 ; 2 ; --to:1:34: session '1024' is out of range
generate @ --to geneve,remote=::1,id=7 ; 2 ; --to:1:15: '::1' is a loopback address
generate @ --to geneve,remote=192.0.2.10,id=7,name=twelve-chars ; 2 ; --to:1:36: device name 'twelve-chars' has 12 characters
generate @ --to ipip,remote=192.0.2.10 ; 2 ; --to:1:1: 'ipip' is no kind of tunnel
generate @ --from "veth*x" ; 2 ; --from:1:5: '*' stands for any rest of a name
generate @ --sample 10 ; 2 ; --sample:1:1: '10' is no sample
generate @ --sample 1/0 ; 2 ; --sample:1:3: 1/0 is out of range
generate @ --sample 1/10 --sample 1/10 ; 2 ; --sample:1:1: --sample is given twice
generate @ --limit 10 ; 2 ; --limit:1:3: '' is no unit
generate @ --limit "10 packets/week" ; 2 ; --limit:1:12: 'week' is no time
generate @ --limit "1 packets/day" --limit "1 packets/day" ; 2 ; --limit:1:1: --limit is given twice
generate @ --path tc --sample "1/10 flows" ; 2 ; --sample:1:1: the tc path cannot sample flows, tc chooses single frames by chance: say 1/10, or choose the path nft
generate @ --path tc --limit "1 packets/day" ; 2 ; --limit:1:1: tc counts by the second, and this is no whole number of packets a second
generate @ --match "port 65536" ; 2 ; --match:1:6: port 65536 is out of range
generate @ --match "port -1" ; 2 ; --match:1:6: '-' is not understood here
generate @ --match "tcp port" ; 2 ; --match:1:9: the match ends here
generate @ --match "host 192.0.2.256" ; 2 ; --match:1:6: '192.0.2.256' is no IPv4 address
generate @ --match "host nowhere" ; 2 ; --match:1:6: 'nowhere' is no known host
generate @ --match "tcp or" ; 2 ; --match:1:7: 
generate @ --match "(tcp or udp" ; 2 ; --match:1:
generate @ --match "tcp udp" ; 2 ; --match:1:5: 'udp' is not understood here
generate @ --match "tcp port 80 and foo" ; 2 ; --match:1:17: 'foo' is no known service
generate @ --match "tcp and foo" ; 2 ; --match:1:9: 'foo'
generate @ --match "inbound" ; 2 ; --match:1:1: 
generate @ --match tcp --match udp ; 2 ; --match:1:1: --match is given twice
generate @ --match 80 ; 2 ; --match:1:3: the match ends here, expected an operator or a relation, as in '= 5'; is 'port 80' meant?
generate @ --match "tcp 80" ; 2 ; --match:1:5: '80' is not understood here, expected 'and', 'or' or the end; is 'port 80' meant?
generate @ mirrors.yaml ; 2 ; command line:1:7: 'mirrors.yaml' is left over, a file is given with -f: -f mirrors.yaml
generate -name web --from lo ; 2 ; command line:1:1: option '-name' is not known
generate -from lo --to mir0 ; 2 ; command line:1:1: '-from' is read as '-f rom', the options with long names have two dashes: --from
generate @ --path tc --match "tcp foo" ; 2 ; --match:1:1: libpcap refuses 'tcp foo'
apply --from lo --to mir0 ; 2 ; command line:1:1: the mirror has no name
apply @ --path tc --sample 1/70000 ; 2 ; --sample:1:1: the tc path samples at most 1/65535
apply @ --bogus ; 2 ; command line:1:7: option '--bogus' is not known
check @ --path tc --limit "1 bytes/second burst 275 bytes" ; 2 ; --limit:1:1: tc keeps a burst of at most 274 seconds
check --name web --to mir0 ; 2 ; command line:1:1: nothing to mirror
trace @ ; 2 ; command line:1:1: which command causes the traffic?
trace @ -- ; 2 ; command line:1:1: which command causes the traffic?
trace @ --packets 0 -- true ; 2 ; --packets:1:1: '0' is no number of packets, say 1 to 200
trace @ --packets 201 -- true ; 2 ; --packets:1:1: '201' is no number of packets
trace @ --packets=x -- true ; 2 ; --packets:1:1: 'x' is no number of packets
trace @ --packets -- true ; 2 ; --packets:1:1: '' is no number of packets
trace @ --bogus -- true ; 2 ; command line:1:7: option '--bogus' is not known
trace --name web --from lo -- true ; 2 ; command line:1:1: nowhere to put the copies
trace @ true ; 2 ; command line:1:7: 'true' is left over
remove ; 2 ; command line:1:1: say which mirrors
remove --all web ; 2 ; command line:1:1: say which mirrors
remove --bogus ; 2 ; command line:1:1: option '--bogus' is not known
status --bogus ; 2 ; command line:1:1: option '--bogus' is not known
status --watch ; 2 ; command line:1:1: option '--watch' needs a value
status --watch x ; 2 ; --watch:1:1: 'x' is no time
status --watch 0 ; 2 ; --watch:1:1: '0' is no time
status --watch -1 ; 2 ; --watch:1:1: '-1' is no time
status --watch nan ; 2 ; --watch:1:1: 'nan' is no time
status --watch 1e9 ; 2 ; --watch:1:1: '1e9' is no time
END
verdict 'the table was read' "$([ $rows -ge 88 ] || echo "only $rows rows")"

# Several mistakes are several lines, in one run.
lines=$({ "$mirror_nft" generate --name a/b --from lo:up --match foo --to 'a b' 2>&1 >/dev/null || true; } | grep -c '^mirror-nft: --')
verdict 'four mistakes are told at once' "$([ "$lines" = 4 ] || echo "$lines lines")"

# Nothing but a device that is full can be in the way of an output.
if [ -c /dev/full ]; then
	status=0
	"$mirror_nft" generate "${whole[@]}" 2>"$work/err" >/dev/full || status=$?
	verdict 'output that cannot be written is refused' "$([ "$status" = 1 ] &&
		grep -q '^mirror-nft: cannot write the output: ' "$work/err" ||
		echo "exit status $status, $(cat "$work/err")")"
fi
exit $bad
