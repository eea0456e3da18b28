#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# Whatever others do to our table is undone, and what they do elsewhere is not looked
# at; our own changes are no news.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1
define p0 mir0 'tcp port 80'
run_start
expect_hooks p0
# Chains come back in another order: which lines there are, and what the tool itself
# would change.
lines_of() { nft list ruleset | sed -E 's/packets [0-9]+ bytes [0-9]+//' | sort; }
whole=$(lines_of)
is_whole() {
	[ "$(lines_of)" = "$whole" ] &&
		[ "$("$mirror_nft" check -f "$file" 2>/dev/null)" = 'web: would change nothing' ]
}
undone() { # WHAT WAS-SAID COMMAND...
	local said lines
	lines=$(wc -l <"$log")
	"${@:3}" || fail "$*"
	wait_until 10 is_whole || fail "after $1: $(diff <(echo "$whole") <(lines_of))"
	more() { (($(wc -l <"$log") > lines)); }
	wait_until 10 more || fail "nothing was said of $1"
	said=$(sed -n "$((lines + 1)),\$p" "$log" | sed -E 's/process [0-9]+/process N/')
	check_equal "said of $1" "mirror-nft: nft (process N) changed the rules -> web was put $2" "$said"
}

nft_handle() { nft -a list chain netdev mirror_nft "$1" | sed -n "s/.*$2.*# handle //p"; }

undone 'a flush of everything' 'in place' nft flush ruleset
undone 'a table that is gone' 'in place' nft delete table netdev mirror_nft
undone 'a chain that is empty' right nft flush chain netdev mirror_nft mirror/web/copy
undone 'a rule that is gone' right nft delete rule netdev mirror_nft mirror/web/copy \
	handle "$(nft_handle mirror/web/copy 'dup to')"
undone 'one more rule' right nft add rule netdev mirror_nft mirror/web/copy counter
undone 'one more rule, before all others' right nft insert rule netdev mirror_nft mirror/web/copy counter
undone 'one more chain' right nft add chain netdev mirror_nft mirror/web/x
hook=$(nft_handle mirror/web/ingress/p0 goto)
undone 'a hook that leads nowhere' right nft delete rule netdev mirror_nft mirror/web/ingress/p0 handle "$hook"

# Frames that were counted are counted still, though others have changed a hook.
send p1 --count 3
counted() { nft list chain netdev mirror_nft mirror/web/copy | grep 'counter packets 3 ' >/dev/null; }
wait_until 5 counted || fail 'three frames are not counted'
undone 'a hook with one rule more' right nft add rule netdev mirror_nft mirror/web/ingress/p0 counter
counted || fail 'the counter begins anew after a change of a hook'
undone 'a body with one rule more' right nft add rule netdev mirror_nft mirror/web counter
counted || fail 'the counter begins anew after a change of the match'

# A mirror that the file does not have.
"$mirror_nft" apply --name other --from "p1$both" --to mir1 >/dev/null
wait_until 10 is_whole || fail "another mirror: $(nft list ruleset)"
gone() { ! exists mir1; }
wait_until 10 gone || fail 'the target of another mirror stays'

# A table of somebody else where ours should be: said once, and put right when it goes.
nft -f - <<-END
	flush ruleset
	table netdev mirror_nft { comment "mine"; }
END
complains() { grep -q 'the table netdev mirror_nft is there and not ours' "$log"; }
wait_until 10 complains || fail "not a word of a foreign table: $(tail -n 3 "$log")"
nft delete table netdev mirror_nft
wait_until 10 is_whole || fail "after a foreign table: $(nft list ruleset)"
check_equal 'complaints about it' 1 "$(grep -c 'not ours' "$log")"

# What happens elsewhere is no reason to change anything.
lines=$(wc -l <"$log")
nft add table inet elsewhere
nft add table netdev elsewhere
nft add chain netdev elsewhere c '{ type filter hook ingress device p0 priority 0; }'
nft delete table netdev elsewhere
nft delete table inet elsewhere
ip link add p5 type veth peer name p6
nft flush table netdev mirror_nft
wait_until 10 is_whole || fail "not put right: $(nft list ruleset)"
more() { (($(wc -l <"$log") > lines)); }
wait_until 10 more
check_equal 'lines said of all that' 1 $(($(wc -l <"$log") - lines))
run_stop INT
is_whole || fail 'the rules did not stay'
