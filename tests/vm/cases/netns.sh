#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm
# time-limit: 1800
#
# netns.sh [all|most [PART PARTS]]: cases of tests/netns/ on a kernel that has every device
# and module: those that had to be skipped on the machine itself get their answer here. One
# kernel, for the time that it takes, and without those that take long and ask nothing of
# devices, or that have guests of their own on all kernels. With "all" every case, as
# `make check-guests` asks of each kernel; with "most" all but those that ask the same
# thousands of times, for the slow kernel of debug/; of PARTS of about the same length, PART.
#
# What a kernel may lack is here; any other skip is a failure.
shopt -s extglob

# Programs that only the machine has, for cases that have nothing to do with the kernel.
may_lack="command:cc command:chromium command:pdfinfo command:zsh command:mmdebstrap command:ansible-playbook command:sshd sensors"
case $(uname -r) in
5.10.*) may_lack+=" nft_egress" ;; # 5.16
esac

# Once ip_gre is there, every namespace would have its devices: gre0, gretap0, erspan0.
sysctl -qw net.core.fb_tunnels_only_for_init_net=2

/root/tests/vm/keep-hooks || exit 1

cases=(/root/tests/netns/!(atomic-*|compare|device-names|hosts|hosts-large|match-*|meddling*|parallel|random-*|run-*|sample-limit|sets-*|statements-*|status-watch|tc-replace|text-*|topology|tunnel-*|turn|verify*|whole-flows).sh)
case ${1-} in
all) cases=(/root/tests/netns/*.sh) ;;
most) cases=(/root/tests/netns/!(compare|match-fuzz|match-mutants|random-*|sets-*).sh) ;;
esac
[ $# != 3 ] || mapfile -t cases < <(printf '%s\n' "${cases[@]}" | awk -v part="$2" -v parts="$3" 'NR % parts == part - 1')
exec /root/tests/run --may-lack "$may_lack" "${cases[@]}"
