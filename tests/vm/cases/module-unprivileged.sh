#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reading is for all, writing for CAP_NET_ADMIN over the namespace.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

may() { # COMMAND...: both files can be written
	"$@" sh -c "echo reset >$probe/counters && echo '1,6 0 0 7' >$probe/filter" ||
		fail "refused: $*"
	"$@" sh -c "echo all >$probe/filter" || fail "refused: $*"
}

may_not() { # COMMAND...: neither, and with EPERM
	local text file message
	for text in reset:counters all:filter; do
		file=$probe/${text#*:}
		message=$("$@" sh -c "echo ${text%:*} >$file" 2>&1) && fail "$file written by: $*"
		[[ ${message,,} = *"operation not permitted"* ]] || fail "not EPERM but: $message"
	done
}

load
ping -q -c 1 127.0.0.1 >/dev/null
"${nobody[@]}" cat $probe/counters | grep '^LOCAL_OUT lo HOST ip 2 168 0$' >/dev/null || fail "reading counters"
same "reading the filter" "$("${nobody[@]}" cat $probe/filter)" all

may env
may_not "${nobody[@]}"
may_not setpriv --bounding-set -net_admin
may "${nobody[@]}" --inh-caps +net_admin --ambient-caps +net_admin

unshare --user true 2>/dev/null || skip "no user namespaces"
sysctl -qw kernel.unprivileged_userns_clone=1 2>/dev/null
may "${nobody[@]}" unshare --user --map-root-user --net
may_not "${nobody[@]}" unshare --user --map-root-user

# The compiled programs of such users have only so much room on a machine. Without it a
# program is interpreted or, by Debian's 6.1, refused: with an error that userspace knows.
limit=$(sysctl -n net.core.bpf_jit_limit)
sysctl -qw net.core.bpf_jit_limit=1
message=$("${nobody[@]}" unshare --user --map-root-user --net sh -c "echo '1,6 0 0 7' >$probe/filter" 2>&1) ||
	[[ ${message,,} = *"cannot allocate memory"* ]] || fail "not ENOMEM but: $message"
sysctl -qw "net.core.bpf_jit_limit=$limit"
may "${nobody[@]}" unshare --user --map-root-user --net

# Who may not open it gains nothing from a program that may.
message=$("${nobody[@]}" sh -c "exec 3>$probe/counters" 2>&1) && fail "opened for writing"
[[ ${message,,} = *"operation not permitted"* ]] || fail "not EPERM but: $message"
exit 0
