#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh PAIRS SHORT CASE...: for bench/run, in a guest whose clock counts instructions.
# Prints the machine and the records.
set -euo pipefail
export BENCH_GUEST=1 BENCH_FRAMES=2000 BENCH_PAIRS=$1 BENCH_SHORT=$2 BENCH_RECORDS=/tmp/records
shift 2
modprobe pktgen
: >$BENCH_RECORDS
status=0
"$(dirname "$0")/cases" "$@" || status=$?
cat $BENCH_RECORDS
exit $status
