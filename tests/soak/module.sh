#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# module.sh: vm/module-safety in full, in guests with two processors: the counts are in
# SOAK_PACKETS, SOAK_LOADS, SOAK_NAMESPACES, SOAK_REWRITES and SOAK_DISTINCT, the kernels
# in SOAK_KERNELS. It takes some hours.
set -euo pipefail
tests=$(cd "$(dirname "$0")/.." && pwd -P)

bad=0
for kernel in ${SOAK_KERNELS:-bullseye bookworm trixie trixie-backports}; do
	echo "# $kernel"
	"$tests/vm/run" --kernel "$kernel" --cpus 2 --time-limit 14400 --memory 1024 \
		"$tests/vm/cases/module-safety.sh" "${SOAK_PACKETS:-10000000}" "${SOAK_LOADS:-1000}" \
		"${SOAK_NAMESPACES:-1000}" "${SOAK_REWRITES:-10000}" \
		"${SOAK_DISTINCT:-10000000}" || bad=1
done
exit $bad
