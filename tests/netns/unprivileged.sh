#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth command:setpriv
#
# Without the capability CAP_NET_ADMIN every command that needs it says so and
# ends with 1; generate needs none.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name old --from p0 --match 'tcp port 80' --to mir0 >/dev/null
before=$(ruleset)

without() { setpriv --bounding-set -net_admin --inh-caps -net_admin "$@"; }
definition=(--name web --from p0 --match 'tcp port 80' --to mir1)

! without ip link set p0 down 2>/dev/null || fail 'the capability is still there'
for command in apply check; do
	expect_refusal 1 'mirror-nft: ' without "$mirror_nft" $command "${definition[@]}"
	grep -q CAP_NET_ADMIN "$work/refusal.err" || fail "$command says $(cat "$work/refusal.err")"
done
for command in 'remove old' 'remove --all' status 'status --json' 'status --watch 1'; do
	# shellcheck disable=SC2086 # several words
	expect_refusal 1 'mirror-nft: ' without "$mirror_nft" $command
	grep -q CAP_NET_ADMIN "$work/refusal.err" || fail "$command says $(cat "$work/refusal.err")"
done
check_equal 'rules' "$before" "$(ruleset)"
! exists mir1 || fail 'a device was made'

# No capability at all, and nobody's user.
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all "$@"; }
cp "$mirror_nft" "$work/mirror-nft"
chmod 755 "$work" "$work/mirror-nft"
check_equal 'generate as nobody' "$("$mirror_nft" generate "${definition[@]}")" \
	"$(nobody "$work/mirror-nft" generate "${definition[@]}")"
check_equal 'generate for tc as nobody' "$("$mirror_nft" generate --path tc "${definition[@]}")" \
	"$(nobody "$work/mirror-nft" generate --path tc "${definition[@]}")"
nobody "$work/mirror-nft" --help >/dev/null
