#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth root command:mmdebstrap
# time-limit: 240
#
# What `generate` prints for the examples of rulesets/ and for random matches, read by
# Debian 11's nft (0.9.8) and by Debian 13's (1.1.3): each makes of it what `apply` makes.
# What a release can't read is said in other words by generate --for, or told if there are
# none, and nothing else. ROUND_SEED chooses which matches.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
export MIRROR_NFT=$mirror_nft
rounds=4 seed_first=${ROUND_SEED:-100}
echo "seed $seed_first"
examples=$(dirname "$0")/../../rulesets
for device in eth0 eth1 eth2 veth1 veth2 p0; do cable "$device" "peer-$device"; done

# A release's nft reads files of its own root; this mount is gone with the case.
release() { # SUITE
	root=$("$_lib/../vm/nft" "$1" 2>"$work/root.log") || { tail -n 1 "$work/root.log" && exit 77; }
	mount -t tmpfs tmpfs "$root/tmp"
	version=$(chroot "$root" /usr/sbin/nft --version | sed 's/^nftables v\([0-9.]*\) .*/\1/')
}
load() { # FILE
	cp "$1" "$root/tmp/rules"
	chroot "$root" /usr/sbin/nft -f /tmp/rules
}

# An older nft's rules are listed by this machine's, a newer one's by itself. It joins
# tests of neighbours into other loads, which mean the same: then the rules are compared,
# their verdicts and copies.
# Sets list their elements in the order of some hash. How numbers look in a list is what a
# release notes down beside them: bytes are compared.
listed() {
	if [ "$version" = 0.9.8 ]; then
		nft --debug=netlink list ruleset | grep -E $'^(netdev|inet|  \\[|\telement)' |
			sed -E 's/^((netdev|inet) mirror_nft [^ ]+) [0-9 ]+$/\1/; s/__set[0-9]+/__set/g' |
			awk '!/^\telement/ { group++ } { printf "%06d %s\n", group, $0 }' | LC_ALL=C sort
	else
		chroot "$root" /usr/sbin/nft --debug=netlink list ruleset | grep -E '^(netdev|inet)|\[ (immediate|dup|fwd|counter) ' |
			sed -E 's/^((netdev|inet) mirror_nft [^ ]+) [0-9 ]+$/\1/'
	fi
}

compared=0 refused=0
compare() { # WHAT COMMAND...: one that a command of the tool goes behind
	local what=$1 by_netlink
	shift
	if ! "$@" generate --for "$version" >"$work/text" 2>"$work/errors"; then
		grep -q "nft $version cannot read chains of the egress hook" "$work/errors" ||
			fail "$what for $version: $(cat "$work/errors")"
		[ ! -s "$work/text" ] || fail "$what for $version: printed in spite of an error"
		# It is true.
		"$@" generate >"$work/text" 2>/dev/null
		! load "$work/text" 2>"$work/errors" || fail "$what: nft $version does read it"
		grep -q 'unknown chain hook' "$work/errors" || fail "$what: $(cat "$work/errors")"
		refused=$((refused + 1))
		return
	fi
	"$@" apply >/dev/null 2>&1
	by_netlink=$(listed)
	nft flush ruleset
	load "$work/text" || fail "$what: nft $version does not read it"
	check_equal "$what, loaded by nft $version" "$by_netlink" "$(listed)"
	"$mirror_nft" remove --all >/dev/null
	compared=$((compared + 1))
}

by_script() { sh "$script" "$@"; }
by_file() { "$mirror_nft" "$1" -f "$file" "${@:2}"; }

# Rows of numbers without a type as a rule each, which is what an older nft is to be given.
rows_apart() {
	awk -v untyped='^(@(ll|nh|th),[0-9]+,[0-9]+|ip frag-off|meta length)$' '
	# A row of places: names of one or two words with dots between them.
	!match($0, /(@[^ ]+|[a-z0-9]+ [-a-z]+) \. [^{]*\{/) { print; next }
	{
		head = substr($0, 1, RSTART - 1)
		count = split(substr($0, RSTART, RLENGTH - 2), place, " \\. ")
		whole = $0
		for (rows = substr($0, RSTART + RLENGTH); !index(rows, "}"); rows = rows $0) {
			if ((getline) <= 0) exit 1
			whole = whole "\n" $0
		}
		exit_text = substr(rows, index(rows, "}") + 1)
		rows = substr(rows, 1, index(rows, "}") - 1)
		found = 0
		for (p = 1; p <= count; p++) found += place[p] ~ untyped
		if (!found) { print whole; next }
		n = split(rows, row, ",")
		for (r = 1; r <= n; r++) {
			gsub(/^[ \t]+|[ \t]+$/, "", row[r])
			split(row[r], value, " \\. ")
			line = head
			for (p = 1; p <= count; p++) line = line (p > 1 ? " " : "") place[p] " " value[p]
			print line exit_text
		}
	}'
}

# Mirrors with random matches as one text, and as they are applied.
random_compare() { # SEED
	local by_netlink
	"$tools/round" apply "$1" 50 p0:ingress || fail "apply, seed $1"
	by_netlink=$(listed)
	(($(grep -c 'dup sreg_dev' <<<"$by_netlink") >= 50)) || fail "seed $1: too little was listed"
	nft flush ruleset
	"$tools/round" text "$1" 50 p0:ingress >"$work/text"
	if [ "$version" = 0.9.8 ]; then
		# What it is given says the same, and it makes of that what this machine's nft makes.
		rows_apart <"$work/text" >"$work/expected"
		"$tools/round" apart "$1" 50 p0:ingress >"$work/apart"
		! cmp -s "$work/expected" "$work/text" || fail "seed $1: no rows to tell apart"
		cmp -s "$work/expected" "$work/apart" || fail "seed $1: $(diff "$work/expected" "$work/apart" | head -n 6)"
		nft -f "$work/apart"
		by_netlink=$(listed)
		nft flush ruleset
		mv "$work/apart" "$work/text"
	fi
	load "$work/text" || fail "seed $1: nft $version does not read it"
	check_equal "seed $1, loaded by nft $version" "$by_netlink" "$(listed)"
	nft flush ruleset
	compared=$((compared + 50))
}

for ((i = 0; i < 250; i++)); do echo "10.$((i % 7)).$i.0/24"; echo "2001:db8:$i::/48"; done >"$work/hosts"
ingress() { "$mirror_nft" "$1" --name in --from eth1:ingress "${options[@]}" "${@:2}"; }

# What an older nft does not read without being named.
compare_rows() {
	ingress generate >"$work/text"
	ingress generate --for "$version" >"$work/apart"
	if [ "$version" != 0.9.8 ]; then
		check_equal "rows for $version" "$(<"$work/text")" "$(<"$work/apart")"
		return
	fi
	! load "$work/text" 2>"$work/errors" || fail "nft $version reads rows of numbers without a type"
	grep -q 'can not use variable sized data types' "$work/errors" || fail "rows: $(cat "$work/errors")"
	check_equal "rows for $version" "$(rows_apart <"$work/text")" "$(<"$work/apart")"
	load "$work/apart" || fail "nft $version does not read rows as rules"
	nft flush ruleset
}

for suite in bullseye trixie; do
	release $suite
	compared=0 refused=0
	for script in "$examples"/*.sh; do
		! grep -q 'path tc' "$script" || continue
		compare "${script##*/}" by_script
	done
	for file in "$examples"/*.yaml; do
		! grep -q '^ *path: tc' "$file" || continue
		! grep -q erspan "$file" || has_feature erspan || continue
		compare "${file##*/}" by_file
	done
	# What arrives alone, which every release reads.
	before=$refused
	options=(--to mir0) && compare "all" ingress
	options=(--to mir0 --match 'tcp port 443 and not host 192.0.2.9') && compare "a match" ingress
	options=(--to mir0 --match 'vlan 7 and ip6 host 2001:db8::1') && compare "a tag" ingress
	options=(--to mir0 --sample 1/10 --limit '50000 packets/second') && compare "an amount" ingress
	options=(--to mir0 --sample '1/10 flows') && compare "flows" ingress
	options=(--to mir0 --hosts 192.0.2.0/24 --hosts 2001:db8::/32 --except 192.0.2.7) && compare "hosts" ingress
	options=(--to mir0 --to mir1) && compare "two targets" ingress
	options=(--to "vxlan,remote=192.0.2.10,id=7") && compare "a tunnel" ingress
	options=(--to mir0 --hosts "@$work/hosts") && compare "a long list of hosts" ingress
	options=(--to p0 --match 'tcp port 80 or udp port 81') && compare_rows
	check_equal "refused of what arrives" "$before" $refused
	for ((seed = 1; seed <= rounds; seed++)); do random_compare $((seed_first + seed)); done
	echo "ok nft $version: $compared alike, $refused with the egress hook refused"
done
check_equal "refused for the newest" 0 $refused
