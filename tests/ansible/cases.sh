#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The inventory of rulesets/ansible on three hosts, from nothing to nothing: dry runs,
# repetition, changes, mistakes, and one host that fails half way while the others go on.
# shellcheck source-path=SCRIPTDIR source=hosts.bash
. "$(dirname "$0")/hosts.bash"

done_with() { echo "ok $*"; }
example() { play "$1" -i "$work/hosts" -i "$rulesets/ansible/inventory.yml" "${@:2}"; }
all_states() { for host in a b c; do host_state $host; done; }
says() { grep -qF -e "$1" "$work/play" || fail "it does not say '$1': $(cat "$work/play")"; }
# The same for who does not mind that it was changed meanwhile and changed back: handles, the
# order of chains and the time of the folder.
host_meaning() { host_state "$1" | sed -E 's/ # handle [0-9]+//; /^\. /d' | sort; }
mirrors() { on "$1" "$mirror_nft" status --json | jq -r '[.mirrors[] | .name + ":" + .match] | join(",")'; }
# What a run is to make of the example: other ports, for all hosts.
port() { printf -- '-e{"web":{"web":{"mirrors":{"web":{"from":["%s"],"match":"tcp port %s","to":["mir0"]}}}}}' "$1" "$2"; }
only_b() { printf "{{ inventory_hostname == 'b' and '%s' or '%s' }}" "$1" "$2"; }

from_nothing() {
	local before
	before=$(all_states)
	example 0 --check
	check_equal 'a dry run of the first' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
	check_equal 'hosts after it' "$before" "$(all_states)"
	done_with 'check mode tells what would change, and changes nothing'
	example 0
	check_equal 'the first run' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
	check_equal 'mirrors of a' 'web:tcp port 80' "$(mirrors a)"
	check_equal 'mirrors of c' 'names:port 53,web:tcp port 80' "$(mirrors c)"
	check_equal 'files of c' 'internal.txt names.yaml web.yaml' "$(on c ls /etc/mirror-nft | paste -sd' ')"
	for host in a b c; do expect_copies $host mir0-tap 0 80; done
	expect_copies c mir1-tap 0 53
	done_with 'three hosts at once have their mirrors, each its own'
	before=$(all_states)
	example 0
	check_equal 'the second run' 'a 0 0 0,b 0 0 0,c 0 0 0' "$recap"
	example 0 --check
	check_equal 'a dry run after it' 'a 0 0 0,b 0 0 0,c 0 0 0' "$recap"
	check_equal 'hosts after both' "$before" "$(all_states)"
	done_with 'the second run changes nothing, to the handles of rules'
}

changes() {
	local before
	before=$(all_states)
	example 0 --check -v "$(port eth1 81)"
	check_equal 'a dry run of a change' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
	says 'web: would be replaced'
	check_equal 'hosts after it' "$before" "$(all_states)"
	done_with 'check mode tells of a change'
	example 0 -e '{"mirror_nft_lists":{"internal.txt":["192.0.2.2"]}}' --limit a
	expect_no_copy a
	example 0 --limit a
	check_equal 'back again' 'a 1 0 0' "$recap"
	expect_copies a mir0-tap 6 80
	done_with 'a list that changes counts'
	on a bash -c 'nft delete table netdev mirror_nft'
	example 0
	check_equal 'after meddling' 'a 1 0 0,b 0 0 0,c 0 0 0' "$recap"
	expect_copies a mir0-tap 9 80
	done_with 'what somebody deleted comes back, there alone'
	on b bash -c 'printf "mirrors:\n  own:\n    from: [eth1]\n    to: [mir2]\n" >/etc/mirror-nft/own.yaml'
	example 0 -e '{"names":{}}'
	check_equal 'a file less here, one of others there' 'a 0 0 0,b 1 0 0,c 1 0 0' "$recap"
	check_equal 'mirrors of b' 'own:,web:tcp port 80' "$(mirrors b)"
	check_equal 'mirrors of c' 'web:tcp port 80' "$(mirrors c)"
	check_equal 'files of c' 'internal.txt web.yaml' "$(on c ls /etc/mirror-nft | paste -sd' ')"
	on b rm /etc/mirror-nft/own.yaml
	example 0
	check_equal 'mirrors of b' 'web:tcp port 80' "$(mirrors b)"
	check_equal 'mirrors of c' 'names:port 53,web:tcp port 80' "$(mirrors c)"
	done_with 'files that are not wanted go, those of others stay and count'
}

# Frames that the list takes out, then a marker that another match lets through.
expect_no_copy() { # HOST
	on "$1" "$tools/frames" send wire1 --source 192.0.2.1 --destination 192.0.2.2 --protocol tcp \
		--sport 40000 --dport 80 --payload 40 --count 5
	on "$1" "$tools/frames" send wire1 --source 192.0.2.1 --destination 192.0.2.3 --protocol tcp \
		--sport 40000 --dport 80 --payload 40 --count 3
	wait_until 5 _host_received "$1" mir0-tap 6 || true
	check_equal 'copies beside the list' '564 bytes 6 packets' "$(host_received "$1" mir0-tap)"
}

refusals() {
	local before
	before=$(all_states)
	example 2 "$(port eth1 '80 adn udp')"
	check_equal 'a mistake' 'a 0 0 1,b 0 0 1,c 0 0 1' "$recap"
	says 'mirror-nft: /etc/mirror-nft/web.yaml:'
	check_equal 'hosts after it' "$before" "$(all_states)"
	done_with 'a mistake is told with its place, and nothing changes'
	example 2 -e '{"mirror_nft_definitions":{}}'
	says 'mirror_nft_definitions is empty'
	example 2 -e '{"mirror_nft_lists":{"../x":[]}}'
	says "'../x' is no name of a file in /etc/mirror-nft"
	check_equal 'hosts after it' "$before" "$(all_states)"
	done_with 'names and definitions that cannot be meant are refused'
	before=$(host_state b)
	example 2 "$(port "$(only_b eth7 eth1)" 82)"
	check_equal 'a device that one lacks' 'a 1 0 0,b 0 0 1,c 1 0 0' "$recap"
	check_equal 'b after it' "$before" "$(host_state b)"
	check_equal 'mirrors of a' 'web:tcp port 82' "$(mirrors a)"
	done_with 'a host that lacks a device stays as it was, the others are done'
	example 0
}

# The kernel has the new rules when the file cannot be replaced: a mount is on it.
half_way() {
	local before
	before=$(host_meaning b)
	on b mount --bind /etc/mirror-nft/web.yaml /etc/mirror-nft/web.yaml
	example 2 "$(port eth1 83)"
	check_equal 'a file that cannot be replaced' 'a 1 0 0,b 0 0 1,c 1 0 0' "$recap"
	says 'Device or resource busy'
	on b umount /etc/mirror-nft/web.yaml
	check_equal 'b after it' "$before" "$(host_meaning b)"
	check_equal 'mirrors of a' 'web:tcp port 83' "$(mirrors a)"
	expect_copies b mir0-tap "$(packets b mir0-tap)" 80
	done_with 'after a failure half way a host has the old files and the old rules'
	example 0
	check_equal 'then all are the same again' 'a 1 0 0,b 0 0 0,c 1 0 0' "$recap"
}
packets() { host_received "$@" | cut -d' ' -f3; }

# The tool itself, behind a script that ends the session in the middle of the work.
lost_connection() {
	local other=$work/tool
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/bash\n[ "$1" != apply ] || [ ! -e %q ] || kill $(pgrep -P %d)\nexec %q "$@"\n' \
		"$work/cut" "${_sshd[b]}" "$mirror_nft" >"$other"
	chmod +x "$other"
	touch "$work/cut"
	example 4 "$(port eth1 84)" -e "mirror_nft_command=$other" --limit b
	check_equal 'a connection that is lost' 'b 0 1 0' "$recap"
	rm "$work/cut"
	# shellcheck disable=SC2317 # wait_until calls it
	_b_done() { on b grep -q 'tcp port 84' /etc/mirror-nft/web.yaml; }
	wait_until 20 _b_done || fail "b is left half done: $(host_state b)"
	check_equal 'mirrors of b' 'web:tcp port 84' "$(mirrors b)"
	# shellcheck disable=SC2317
	_b_clean() { [ -z "$(on b find /etc/mirror-nft -mindepth 1 -type d)" ]; }
	wait_until 5 _b_clean || fail "something is left: $(on b find /etc/mirror-nft)"
	example 0 "$(port eth1 84)" --limit b
	check_equal 'the next run' 'b 0 0 0' "$recap"
	done_with 'a host whose connection is lost half way ends what it began'
}

# Root without CAP_NET_ADMIN: the kernel's own refusal.
kernel_refuses() {
	local before
	before=$(host_state d)
	example 2 "$(port eth1 85)"
	check_equal 'a kernel that refuses' 'a 1 0 0,b 1 0 0,c 1 0 0,d 0 0 1' "$recap"
	says 'Operation not permitted'
	check_equal 'd after it' "$before" "$(host_state d)"
	done_with 'what a kernel refuses is told in its words, and nothing is left there'
}

installed() { example 0; } # for a part that is run alone

to_nothing() {
	local before
	before=$(all_states)
	example 0 --check -e mirror_nft_state=absent
	check_equal 'a dry run of the removal' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
	check_equal 'hosts after it' "$before" "$(all_states)"
	example 0 -e mirror_nft_state=absent
	check_equal 'the removal' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
	check_equal 'hosts after it' "$nothing" "$(all_states)"
	example 0 -e mirror_nft_state=absent
	check_equal 'once more' 'a 0 0 0,b 0 0 0,c 0 0 0' "$recap"
	done_with 'absent takes all away, and then has nothing to do'
}

package() {
	mkdir -p "$work/deb/DEBIAN" "$work/deb/usr/sbin"
	cp "$mirror_nft" "$work/deb/usr/sbin/mirror-nft"
	printf '%s\n' 'Package: mirror-nft' 'Version: 0.1' "Architecture: $(dpkg --print-architecture)" \
		'Maintainer: nobody <nobody@example.com>' 'Description: for a test' >"$work/deb/DEBIAN/control"
	dpkg-deb --build --root-owner-group "$work/deb" "$work/mirror-nft.deb" >/dev/null
	local deb=(-e "mirror_nft_package=$work/mirror-nft.deb" -e mirror_nft_command=mirror-nft)
	example 0 --check "${deb[@]}"
	check_equal 'a dry run' 'a 2 0 0,b 2 0 0,c 2 0 0' "$recap"
	example 0 "${deb[@]}"
	check_equal 'with the package' 'a 3 0 0,b 3 0 0,c 3 0 0' "$recap"
	check_equal 'mirrors of a' 'web:tcp port 80' "$(mirrors a)"
	# shellcheck disable=SC2016 # for dpkg
	check_equal 'the package' 0.1 "$(on a dpkg-query -W -f '${Version}' mirror-nft)"
	example 0 "${deb[@]}"
	check_equal 'the second run' 'a 0 0 0,b 0 0 0,c 0 0 0' "$recap"
	example 0 "${deb[@]}" -e mirror_nft_state=absent
	check_equal 'the removal' 'a 2 0 0,b 2 0 0,c 2 0 0' "$recap"
	! on a test -e /usr/sbin/mirror-nft || fail 'the package is still there'
	done_with 'a package is installed, once, and removed'
}

hosts_start a b c
nothing=$(all_states)
cases=("$@")
[ $# -gt 0 ] || cases=(from_nothing changes refusals half_way lost_connection to_nothing package kernel_refuses)
for run in "${cases[@]}"; do
	[ "$run" != kernel_refuses ] || { refusing=(setpriv --bounding-set -net_admin) && host_add d; }
	"$run"
done
