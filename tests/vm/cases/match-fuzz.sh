#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye bookworm trixie trixie-backports
# time-limit: 900
#
# nft, cls_bpf and libpcap on random expressions, in every kernel: what nft's
# loads make of VLAN tags has changed more than once.
exec /root/tests/run -v netns/match-fuzz
