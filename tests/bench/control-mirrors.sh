#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many mirrors, each on a device of its own: apply, again, one of them changed in the file
# of all, one of them changed by its name, status, remove; against two tc commands for each device, and one tc -batch.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
target mir0

definition() { # COUNT [PORT OF THE FIRST]
	echo 'mirrors:'
	awk -v count="$1" -v first="${2-1}" 'BEGIN {
		for (i = 1; i <= count; i++)
			printf "  m%d: {from: [e%d:ingress], match: udp port %d, to: [mir0]}\n", i, i, i == 1 ? first : i
	}'
}

# mirror-nft's own words of tc for one mirror, for each device: for more than 152 at once it
# has no preferences, of which tc has one for each filter of a device.
tc_batch() { # COUNT
	"$mirror_nft" generate --path tc --name m --from e1:ingress --match 'udp port 61234' \
		--to mir0 >"$work/template" || fail 'generate'
	awk -v count="$1" '
		{ line[NR] = $0 }
		END {
			for (i = 1; i <= count; i++)
				for (k = 1; k <= NR; k++) {
					text = line[k]
					gsub(/61234/, i, text)
					sub(/ dev e1 /, " dev e" i " ", text)
					print text
				}
		}' "$work/template"
}

devices() { # add|delete FROM TO
	local i
	for ((i = $2; i <= $3; i++)); do
		case $1 in
		add) echo "link add e$i type veth peer name p$i" ;;
		delete) echo "link delete e$i" ;;
		esac
	done | ip -batch - || fail 'devices'
}

no_qdiscs() { # COUNT
	local i
	for ((i = 1; i <= $1; i++)); do echo "qdisc delete dev e$i clsact"; done | tc -batch -
}

read -r -a sizes < <(pick "1 10 100 1000" "1 3")
there=0
for size in "${sizes[@]}"; do
	samples=()
	devices add $((there + 1)) "$size"
	there=$size
	definition "$size" >"$work/all"
	definition "$size" 60000 >"$work/changed"
	tc_batch "$size" >"$work/batch"
	sed 's/^/tc /' "$work/batch" >"$work/commands"
	rounds=$pairs
	# What costs seconds of a machine is taken the least number of times.
	[ "$size" -lt 1000 ] || rounds=7
	for ((i = 0; i < rounds; i++)); do
		command_cost apply "$mirror_nft" apply -f "$work/all"
		command_cost again "$mirror_nft" apply -f "$work/all"
		command_cost change "$mirror_nft" apply -f "$work/changed"
		check_equal 'changed' 1 "$(grep -c ': replaced' "$work/out")"
		command_cost change-by-name "$mirror_nft" apply --name m1 --from e1:ingress \
			--match 'udp port 60001' --to mir0
		check_equal 'changed by name' 'm1: replaced' "$(cat "$work/out")"
		command_cost status "$mirror_nft" status
		command_cost remove "$mirror_nft" remove --all
		command_cost tc-commands bash "$work/commands"
		no_qdiscs "$size"
		command_cost tc-batch tc -batch "$work/batch"
		check_equal 'filters' "$(tc filter show dev "e$size" ingress | grep -c mirred)" 1
		no_qdiscs "$size"
	done
	record_costs "$size" apply again change change-by-name status remove tc-commands tc-batch
done
# Where a curve is linear, a hundred times as many are a hundred times as much.
ratio "apply against two tc commands each" tc-commands/wall apply/wall least 20
ratio "apply against one tc -batch" tc-batch/wall apply/wall least 3
ratio "processor's time, against two tc commands each" tc-commands/cpu apply/cpu
ratio "processor's time, against one tc -batch" tc-batch/cpu apply/cpu
ratio "change one, against apply" change/wall apply/wall most 0.05
ratio "processor's time: change one, against apply" change/cpu apply/cpu
ratio "change one by its name, against apply" change-by-name/wall apply/wall most 0.05
ratio "processor's time: change one by its name, against apply" change-by-name/cpu apply/cpu
