#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One version: the tool's, the module's, what DKMS files it under, and the packages'.
set -euo pipefail
cd "$(dirname "$0")/../.."

versions() {
	sed -n 's/^VERSION := //p' userspace/Makefile
	sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf
	sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c
	sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog
}

if [ "$(versions | wc -l)" != 4 ] || [ "$(versions | sort -u | wc -l)" != 1 ]; then
	echo "not one version: $(versions | paste -sd' ')"
	exit 1
fi
