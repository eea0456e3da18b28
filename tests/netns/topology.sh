#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress, vxlan, veth
# time-limit: 180
#
# One NIC and what can stand behind it, each with exactly one copy per frame;
# the guests of tests/vm/cases/topology.sh have what is missing here.
exec "$(dirname "$0")/../topology/run" "$@"
