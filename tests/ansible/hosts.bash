# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Hosts for Ansible: network namespaces, each with /etc, /usr, /var and /run of its own, a cable
# from eth1 to wire1, and a real sshd that the case reaches over a real device. Sourced.
# shellcheck source-path=SCRIPTDIR source=../netns/mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/../netns/mirror.bash"

rulesets=$(realpath "$_lib/../../rulesets")
declare -A _sshd=()
refusing=()

# Addresses of a host: 192.0.2.N, of the case in front of it: 192.0.2.1, by a bridge.
hosts_start() { # NAME...
	local name
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	ip link add office type bridge
	ip address add 192.0.2.1/24 dev office
	ip link set office up
	_controller_write
	for name; do host_add "$name"; done
}

# With $refusing in front of its sshd.
host_add() { # NAME
	local name=$1 folder=$work/$1 address=192.0.2.$((10 + ${#_sshd[@]}))
	mkdir -p "$folder"/{etc,usr,var}{,-work} "$folder"/{run/sshd,tmp}
	namespace "$name"
	ip link add "to-$name" type veth peer name eth0 netns "$name"
	ip link set "to-$name" master office up
	_set_up "$name" eth0 "$address/24"
	in_ns "$name" ip link add eth1 type veth peer name wire1
	in_ns "$name" ip link set eth1 up
	in_ns "$name" ip link set wire1 up
	wait_until 5 _carrier "$name" eth1 || fail "eth1 of $name has no carrier"
	cat >"$folder/sshd_config" <<-END
		HostKey $work/host_key
		AuthorizedKeysFile $work/key.pub
		PasswordAuthentication no
		StrictModes no
		PermitRootLogin yes
		PidFile none
		Subsystem sftp internal-sftp
	END
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec "$name" bash -ec '
		for of in etc usr var; do
			mount -t overlay -o "lowerdir=/$of,upperdir=$1/$of,workdir=$1/$of-work" overlay /$of
		done
		mount --bind "$1/run" /run
		exec "${@:2}" "$(type -P sshd)" -D -e -f "$1/sshd_config"' - "$folder" "${refusing[@]}" \
		>"$folder/log" 2>&1 &
	_sshd[$name]=$!
	defer kill $!
	wait_until 20 grep -qs 'Server listening on 0' "$folder/log" || fail "sshd of $name: $(cat "$folder/log")"
	printf '%s %s\n' "$address" "$(cut -d' ' -f1,2 "$work/host_key.pub")" >>"$work/known_hosts"
	printf '%s ansible_become=false ansible_host=%s ansible_remote_tmp=%s\n' "$name" "$address" "$folder/tmp" >>"$work/hosts"
}

# Nothing of who runs this takes part: keys, known hosts, configuration.
_controller_write() {
	cat >"$work/ssh_config" <<-END
		Host *
			User root
			IdentityFile $work/key
			IdentitiesOnly yes
			UserKnownHostsFile $work/known_hosts
			StrictHostKeyChecking yes
	END
	cat >"$work/ansible.cfg" <<-END
		[defaults]
		inventory = $work/hosts
		roles_path = $rulesets/ansible/roles
		interpreter_python = /usr/bin/python3
		retry_files_enabled = false
		[ssh_connection]
		pipelining = true
		ssh_args = -F $work/ssh_config -o ControlMaster=auto -o ControlPersist=60s
		control_path_dir = $work/cp
	END
	export ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_HOME=$work/controller ANSIBLE_NOCOLOR=1 ANSIBLE_FORKS=3
	export ANSIBLE_LOCAL_TEMP=$work/controller/tmp
}

# What a host sees: its network and its /etc.
on() { # HOST COMMAND...
	nsenter -t "${_sshd[$1]}" --mount --net "${@:2}"
}

# All that the role may touch: rules with their handles, devices, files with their times.
host_state() { # HOST
	on "$1" bash -ec '
		nft -a list ruleset | sed -E "s/packets [0-9]+ bytes [0-9]+/packets N bytes N/"
		ip -o link | sed "s/ state .*//"
		cd /etc/mirror-nft 2>/dev/null || exit 0
		find . -printf "%p %m %T@ %s %i\n" | sort
		find . -type f -exec cat {} +'
}

# The playbook with the role, its recap in $recap as lines HOST ok changed unreachable failed.
play() { # STATUS OPTION...
	local status=0
	ansible-playbook "$rulesets/ansible/site.yml" -e "mirror_nft_command=$mirror_nft" \
		"${@:2}" >"$work/play" 2>&1 </dev/null || status=$?
	[ $status = "$1" ] || fail "ansible-playbook ended with $status: $(cat "$work/play")"
	# shellcheck disable=SC2034 # for the cases
	recap=$(sed -nE 's/^([a-z]+) +: ok=[0-9]+ +changed=([0-9]+) +unreachable=([0-9]+) +failed=([0-9]+).*/\1 \2 \3 \4/p' \
		"$work/play" | sort | paste -sd,)
}

# Frames of the definitions below that come in on eth1 of a host, and all copies of them.
expect_copies() { # HOST DEVICE PACKETS-BEFORE PORT
	on "$1" "$tools/frames" send wire1 --source 192.0.2.1 --destination 192.0.2.2 --protocol tcp \
		--sport 40000 --dport "$4" --payload 40 --count 3
	wait_until 5 _host_received "$1" "$2" $(($3 + 3)) || true
	check_equal "copies on $2 of $1" "$((($3 + 3) * 94)) bytes $(($3 + 3)) packets" "$(host_received "$1" "$2")"
}
host_received() { # HOST DEVICE
	# shellcheck disable=SC2016 # for awk
	on "$1" awk -v device="$2:" '$1 == device { print $2 " bytes", $3 " packets" }' /proc/net/dev
}
_host_received() { [[ $(host_received "$1" "$2") = *" $3 packets" ]]; }
