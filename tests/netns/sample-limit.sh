#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# What a sample and a limit leave out: frames by chance, flows whole, and above a
# limit everything, to the packet and the byte.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1

mirror() { apply --name s --from p0 --to mir0 "$@" >/dev/null 2>"$work/err" || fail "$(cat "$work/err")"; }
matched() { "$mirror_nft" status --json s | sed -E 's/.*"matched":\{"packets":([0-9]+).*/\1/'; }
limited() { "$mirror_nft" status --json s | sed -E 's/.*"limited":(\{[^}]*\}).*/\1/'; }
copies() { _received_packets mir0-tap; }

# By chance: 20,000 frames, of which one in ten makes 2,000, give or take eight
# times the deviation of 42.4.
mirror --sample 1/10
send p0 --count 10000
send p1 --count 10000
wait_until 5 _received_at_least mir0-tap "$(matched)" || fail 'copies are missing'
check_equal 'copies of what was chosen' "$(matched)" "$(copies)"
(($(matched) > 1660 && $(matched) < 2340)) || fail "one in ten of 20000: $(matched)"
case $("$mirror_nft" status --json s) in *'"sample":"1/10"'*) ;; *) fail 'status does not tell the sample' ;; esac
"$mirror_nft" remove s >/dev/null

# Flows: of each one all of both directions, or nothing. 200 flows are enough for
# some of both kinds.
mirror --sample '1/4 flows'
whole=0 none=0
for ((flow = 1; flow <= 200; flow++)); do
	before=$(matched)
	send p0 --sport $((20000 + flow)) --dport 80 --count 2
	"$tools/frames" send p1 --source 192.0.2.2 --destination 192.0.2.1 --protocol tcp \
		--sport 80 --dport $((20000 + flow)) --payload 40 --count 3
	case $(($(matched) - before)) in
	5) whole=$((whole + 1)) ;;
	0) none=$((none + 1)) ;;
	*) fail "of flow $flow $(($(matched) - before)) of 5 frames were chosen" ;;
	esac
done
((whole > 5 && none > 50)) || fail "of 200 flows $whole were chosen"
expect_received mir0-tap $((5 * whole)) $((5 * whole * 94))
"$mirror_nft" remove s >/dev/null

# A limit: the burst, and then no more for a day.
mirror --limit '1 packets/day burst 7 packets'
send p0 --count 20
expect_received mir0-tap 7 $((7 * 94))
check_equal 'over the limit' '{"packets":13,"bytes":1222}' "$(limited)"
check_equal matched 20 "$(matched)"
"$mirror_nft" remove s >/dev/null

# In bytes, as the kernel counts them at egress: 940 are ten frames of 94.
mirror --limit '1 bytes/second burst 940 bytes' --match 'tcp port 80'
send p0 --count 20
wait_until 5 _received_at_least mir0-tap 9 || fail 'copies are missing'
(($(copies) == 9 || $(copies) == 10)) || fail "940 bytes of frames of 94: $(copies)"
check_equal 'all of them were counted' 20 $(($(copies) + $(limited | sed -E 's/.*"packets":([0-9]+).*/\1/')))

# What cannot be done is refused.
expect_refusal 2 'mirror-nft: --sample:1:' apply --name s --from p0 --to mir0 --sample 10
expect_refusal 2 'mirror-nft: --sample:1:' apply --name s --from p0 --to mir0 --sample 2/3
expect_refusal 2 'mirror-nft: --limit:1:' apply --name s --from p0 --to mir0 --limit 10
expect_refusal 2 'mirror-nft: ' "$mirror_nft" generate --path tc --name s --from p0 --to mir0 --sample '1/10 flows'
