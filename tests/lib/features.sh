# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# has_feature NAME: can this machine do that? Each probe tries the thing itself
# in a network namespace of its own and leaves nothing behind. Sourced.
#
#   guest modules root            where we are
#   command:NAME                  a program
#   dummy veth ifb vxlan ...      any kind of link that `ip link add` knows
#   htb clsact                    queueing disciplines
#   matchall flower cls_bpf       classifiers, each with mirred behind it
#   nft_ingress nft_egress nft_dup nft_fwd nft_notrack
#   mirror_probe                  the module, loaded or for loading
#   sensors                       the root that make check-sensor makes

# Run as root of a private network namespace; a user namespace where we are not
# root already. The device p0 is a veth end that is up.
_try() { # SHELL-TEXT
	local user=()
	[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
	unshare "${user[@]}" --net bash -ec "$1" >/dev/null 2>&1
}

_veth='ip link add p0 type veth peer name p1; ip link set p0 up; ip link set p1 up; '

_try_qdisc() { _try "$_veth tc qdisc add dev p0 $1"; }

_try_filter() { _try "$_veth tc qdisc add dev p0 clsact
	tc filter add dev p0 egress $1 action mirred egress mirror dev p1"; }

_try_nft() { # HOOK RULE
	_try "$_veth nft -f - <<-END
		table netdev probe {
			chain c { type filter hook $1 device p0 priority 0; $2; }
		}
	END"
}

_probe_link() { # KIND
	local how="type $1"
	case $1 in
	veth) how="type veth peer name x1" ;;
	vlan) how="link p0 type vlan id 7" ;;
	macvlan | ipvlan) how="link p0 type $1" ;;
	vxlan | geneve) how="type $1 id 7 remote 192.0.2.1" ;;
	gretap) how="type gretap remote 192.0.2.1" ;;
	erspan) how="type erspan remote 192.0.2.1 seq key 7 erspan_ver 1" ;;
	ip6gretap) how="type ip6gretap remote 2001:db8::1" ;;
	ip6erspan) how="type ip6erspan remote 2001:db8::1 seq key 7 erspan_ver 1" ;;
	esac
	_try "$_veth ip link add x0 $how"
}

_probe() { # NAME
	case $1 in
	guest) grep -qw mirror_nft_guest /proc/cmdline ;;
	modules) [ -e /proc/modules ] ;;
	root) [ "$(id -u)" = 0 ] ;;
	netns) _try true ;;
	command:*) type -P "${1#command:}" >/dev/null ;;
	htb) _try_qdisc "root handle 1: htb default 1" ;;
	clsact) _try_qdisc clsact ;;
	matchall) _try_filter matchall ;;
	flower) _try_filter "protocol ip flower ip_proto tcp" ;;
	cls_bpf) _try_filter "bpf bytecode '1,6 0 0 65535,'" ;;
	nft_ingress) _try_nft ingress counter ;;
	nft_egress) _try_nft egress counter ;; # 5.16
	nft_dup) _try_nft ingress "dup to p1" ;;
	nft_fwd) _try_nft ingress "fwd to p1" ;;
	nft_notrack) _try "nft -f - <<<'table ip x { chain c { type filter hook output priority raw; notrack; }; }'" ;;
	sensors) [ "$(id -u)" = 0 ] && [ -d "$_cache/roots/trixie-sensors" ] ;;
	mirror_probe) [ -d /proc/net/mirror_probe ] || [ -e /lib/mirror_probe.ko ] ;;
	*) _probe_link "$1" ;;
	esac
}

_cache=${MIRROR_NFT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/mirror-nft}
declare -gA _features

has_feature() { # NAME
	if [ -z "${_features[$1]-}" ]; then
		if _probe "$1"; then _features[$1]=yes; else _features[$1]=no; fi
	fi
	[ "${_features[$1]}" = yes ]
}
