#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 240
#
# The filter takes what the kernel's checker takes, in pieces of any size, and
# what it refuses leaves the old one.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

filter() { within a cat $probe/filter; }

accept() { # TEXT [END]...: with a newline, without, with a comma
	local end text=$1
	shift
	for end; do
		within a sh -c "echo all >$probe/filter"
		same "emptied" "$(filter)" all
		within a bash -c 'printf "%s$3" "$1" >$2/filter' - "$text" $probe "$end" || fail "refused: '$text$end'"
		same "read back of '$text$end'" "$(filter)" "$text"
	done
}

refuse() { # TEXT [PRINTF-FORMAT]: one write that says EINVAL
	local message
	printf "${2:-%s\n}" "$1" >/tmp/text
	message=$(within a dd if=/tmp/text of=$probe/filter bs=200k status=none 2>&1) && fail "accepted: '${1:0:80}'"
	[[ $message = *"Invalid argument"* ]] || fail "not EINVAL for '${1:0:80}': $message"
	same "the filter after refusing '${1:0:80}'" "$(filter)" "$old"
}

program() { # N: the longest text of N instructions, the last one a return
	awk -v n="$1" 'BEGIN { printf "%d", n
		for (i = 1; i < n; i++) printf ",0 255 255 4294967295"; print ",6 0 0 65535" }'
}

load
pair
old=all
same "at first" "$(filter)" all

# Only ICMP: protocol 1 at offset 9.
icmp='4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0'
ends=('' '\n' ',' ',\n')
accept "$icmp" "${ends[@]}"
accept '1,6 0 0 0' "${ends[@]}"
accept '1,6 0 0 4294967295' "${ends[@]}"
accept all '' '\n'

# A packet that ends before a load is one for which the program returns 0.
in_vain='2,32 0 0 70000,6 0 0 65535'
within a sh -c "echo '$in_vain' >$probe/filter" || fail "the filter that loads past the end"
reset a
within a ping -q -c 2 -i 0.01 192.0.2.2 >/dev/null
same "a load past the end" "$(counters a)" ""

within a sh -c "echo '$icmp' >$probe/filter" || fail "the filter for ICMP"
reset a
datagrams b 5 192.0.2.1 # answered by ICMP errors
within b ping -q -c 3 -i 0.01 192.0.2.1 >/dev/null
same "only ICMP in" "$(line a PRE_ROUTING va HOST ip)" "3 252 0"
same "only ICMP out" "$(line a LOCAL_OUT va HOST ip | cut -d' ' -f1)" 8
within a ping -q -c 2 -i 0.01 2001:db8::2 >/dev/null # byte 9 is 0x01 of the source's 2001
within a sh -c "echo all >$probe/filter"
datagrams b 5 192.0.2.1
same "everything again" "$(line a PRE_ROUTING va HOST ip | cut -d' ' -f1)" 8

within a sh -c "echo '$icmp' >$probe/filter"
old=$icmp
refuse ''
refuse '4'
refuse '4,'
refuse '0,'
refuse '0'
refuse "${icmp/4/5}"                             # says 5, has 4
refuse "${icmp/4/3}"                             # says 3, has 4
refuse '4,48 0 0 9,21 0 1 1,6 0 0'               # half of it
refuse '4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0,,'
refuse '4,48 0 0 9,21 0 2 1,6 0 0 65535,6 0 0 0' # a jump past the end
refuse '1,5 0 0 4294967295'                      # the same by k
refuse '1,6 0 256 0'
refuse '1,6 0 -1 0'
refuse '1,65536 0 0 0'
refuse '1,6 0 0 4294967296'
refuse '1,6 0 0 99999999999999999999999999999999'
refuse '1,6 0 0 0x1'
refuse '2,48 0 0 9,48 0 0 9'                     # does not end within a return
refuse '1,255 0 0 0'                             # no such instruction
refuse '2,96 0 0 0,6 0 0 0'                      # M[0] before it is stored
refuse '2,52 0 0 0,6 0 0 0'                      # division by zero
refuse 'all4'
refuse 'none'
refuse "$icmp" '%s\n\n'
refuse "$icmp" ' %s\n'
refuse "$icmp" '%s\0'
refuse "$icmp" '\0%s\n'
refuse '' 'all\0\n'
refuse '4294967297,6 0 0 0'
refuse '-1,6 0 0 0'
refuse "$(program 4097)"
refuse "$(head -c 131073 /dev/zero | tr '\0' 0)" '%s'

# Half a text is no error until it is known to be all: it waits, and goes
# when the file is closed.
within a sh -c "printf '1,6 0 0' >$probe/filter" || fail "the first half of a text"
same "after half a text" "$(filter)" "$icmp"
within a sh -c "{ printf '1,6 0'; sleep 0.1; printf ' 0 77\n'; } >$probe/filter" || fail "two halves"
same "after two halves" "$(filter)" "1,6 0 0 77"
within a sh -c "{ printf 'al'; sleep 0.1; printf 'l'; } >$probe/filter" || fail "two halves of all"
same "after two halves of all" "$(filter)" all

# The largest program in one write, in pages, and in what a shell makes of it.
program 4096 >/tmp/largest
[ "$(wc -c </tmp/largest)" -gt 80000 ] || fail "the largest program is small"
for size in 200k 4k 1000; do
	within a sh -c "echo all >$probe/filter"
	within a dd if=/tmp/largest of=$probe/filter bs=$size status=none || fail "in pieces of $size"
	within a cat $probe/filter | cmp - /tmp/largest || fail "read back, in pieces of $size"
done
within a sh -c "echo all >$probe/filter"
within a bash -c "echo \"\$(cat /tmp/largest)\" >$probe/filter" || fail "echo of a shell"
within a cat $probe/filter | cmp - /tmp/largest || fail "read back, echo of a shell"
reset a
within a ping -q -c 2 -i 0.01 192.0.2.2 >/dev/null
same "4096 instructions run" "$(line a LOCAL_OUT va HOST ip)" "2 168 0"

program 40 >/tmp/small
within a dd if=/tmp/small of=$probe/filter bs=1 status=none || fail "byte by byte"
within a cat $probe/filter | cmp - /tmp/small || fail "read back, byte by byte"

# Changing it under traffic loses nothing: both programs match.
within a sh -c "echo '1,6 0 0 1' >$probe/filter"
reset a
within a ping -q -f -c 2000 192.0.2.2 >/dev/null &
for i in $(seq 30); do
	within a sh -c "echo '1,6 0 0 $i' >$probe/filter" || fail "change $i"
done
wait
same "under changes" "$(line a LOCAL_OUT va HOST ip)" "2000 168000 0"
exit 0
