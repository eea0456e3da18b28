#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# A table of our name that is not ours is left alone by every command, and one
# that somebody holds open makes apply fail after its devices were made: they
# are gone again.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
definition=(--name web --from p0 --match 'tcp port 80' --to mir0)

nft -f - <<-END
	table netdev mirror_nft {
		comment "of somebody else"
		chain mirror/web { counter; }
	}
END
before=$(ruleset)
for command in "apply ${definition[*]/tcp port 80/tcp}" "check ${definition[*]/tcp port 80/tcp}" \
	status 'status --json' 'remove web' 'remove --all'; do
	# shellcheck disable=SC2086 # several words
	expect_refusal 1 'mirror-nft: the table netdev mirror_nft is there and not ours (its comment is "of somebody else"' \
		"$mirror_nft" $command
done
check_equal 'the table of somebody else' "$before" "$(ruleset)"
! exists mir0 || fail 'a device was made'
nft delete table netdev mirror_nft

nft add table netdev mirror_nft
expect_refusal 1 'mirror-nft: the table netdev mirror_nft is there and not ours (its comment is empty' \
	"$mirror_nft" apply "${definition[@]}"
nft delete table netdev mirror_nft

# A table with an owner takes changes from the socket that made it alone.
mkfifo "$work/commands"
nft -i <"$work/commands" >/dev/null 2>&1 &
owner=$!
exec 3>"$work/commands"
echo 'add table netdev mirror_nft { flags owner; comment "mirror-nft 1"; }' >&3
wait_until 5 nft list table netdev mirror_nft >/dev/null 2>&1 || fail 'the owned table is not there'
before=$(ruleset)
expect_refusal 1 'mirror-nft: ' "$mirror_nft" apply "${definition[@]}"
check_equal 'the owned table' "$before" "$(ruleset)"
! exists mir0 || fail 'the device is still there'
! exists mir0-tap || fail 'the tap is still there'
exec 3>&-
wait $owner || true

# Its owner gone, the table is gone, and the way is free.
wait_until 5 eval '! nft list table netdev mirror_nft 2>/dev/null'
apply "${definition[@]}" >/dev/null
send p0
expect_received mir0-tap 1 94
