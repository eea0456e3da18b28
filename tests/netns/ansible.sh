#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root nft_ingress nft_dup veth bridge command:ansible-playbook command:sshd
# time-limit: 120
#
# Three hosts by Ansible over ssh at once: the first run changes them, the second none, and
# of a third that one of them has to refuse, this one keeps all it had. make check-ansible
# has more.
# shellcheck source-path=SCRIPTDIR source=../ansible/hosts.bash
. "$(dirname "$0")/../ansible/hosts.bash"
hosts_start a b c

web() { # DEVICE-OF-B PORT
	cat >"$work/vars.yml" <<-END
		mirror_nft_definitions:
		  web:
		    mirrors:
		      web:
		        from: ["{{ 'eth1' if inventory_hostname != 'b' else '$1' }}:ingress"]
		        match: tcp port $2
		        to: [mir0]
	END
}

web eth1 80
play 0 -e mirror_nft_service=false -e "@$work/vars.yml"
check_equal 'the first run' 'a 1 0 0,b 1 0 0,c 1 0 0' "$recap"
for host in a b c; do expect_copies $host mir0-tap 0 80; done
before=$(for host in a b c; do host_state $host; done)
play 0 -e mirror_nft_service=false -e "@$work/vars.yml"
check_equal 'the second run' 'a 0 0 0,b 0 0 0,c 0 0 0' "$recap"
check_equal 'hosts after the second run' "$before" "$(for host in a b c; do host_state $host; done)"

before=$(host_state b)
web eth7 81
play 2 -e mirror_nft_service=false -e "@$work/vars.yml"
check_equal 'a run that one refuses' 'a 1 0 0,b 0 0 1,c 1 0 0' "$recap"
grep -q "mirror-nft: /etc/mirror-nft/web.yaml:5:7: no device 'eth7' to mirror" "$work/play" ||
	fail "it does not say why: $(cat "$work/play")"
check_equal 'the host that refused' "$before" "$(host_state b)"
expect_copies b mir0-tap 3 80
for host in a c; do expect_copies $host mir0-tap 3 81; done
