# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases with sensors: programs of the root that tests/sensor/root makes, run in
# the namespaces of the case. Sourced.
# shellcheck source-path=SCRIPTDIR source=../netns/mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/../netns/mirror.bash"

# Mounts are the case's own, and gone with it.
sensor_root=$("$_lib/../sensor/root")
mount -t tmpfs tmpfs "$sensor_root/tmp"
mount --bind /proc "$sensor_root/proc"
mount --rbind /dev "$sensor_root/dev"
mkdir -p "$sensor_root/tmp/case"
mount --bind "$work" "$sensor_root/tmp/case"

# Files of the case are in /tmp/case there.
in_root() { # NAMESPACE COMMAND...
	in_ns "$1" env TMPDIR=/tmp chroot "$sensor_root" "${@:2}"
}
