# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the scripts of this folder: clean roots of Debian 12, each looked at through
# an overlay that is gone afterwards. Sourced.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../vm/common.sh
. "$here/../vm/common.sh"
# shellcheck disable=SC2034 # for the scripts that source this
vm_dir=$here/../vm project=$(cd "$here/../.." && pwd -P)
# shellcheck disable=SC2034
next=9.9.9 # the version that is upgraded to

# shellcheck disable=SC2034 # as above
# What a small server has, and what the package depends on, as apt would bring it.
in_systemd_root=systemd-sysv,dbus,iproute2,nftables,kmod,procps,libmnl0,libnftnl11,libpcap0.8,libyaml-0-2,libjansson4

# Makes it if it is not in the cache, and prints its folder.
root() { # NAME PACKAGES
	local root=$cache/roots/$1
	(
		take_lock "root-$1"
		[ ! -e "$root" ] || exit 0
		say "making a Debian 12 with $2"
		rm -rf "$root.new"
		mkdir -p "${root%/*}"
		mmdebstrap --variant=essential --include="$2" --aptopt='APT::Install-Recommends "0"' \
			--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			bookworm "$root.new" "$(archive)" >"$root.log" 2>&1 ||
			{ cat "$root.log" >&2 && exit 1; }
		mv -T "$root.new" "$root"
	) || die "no such root"
	echo "$root"
}

# The packages as they are, and as they would be released next.
build_packages() { # WORK
	local version
	for version in '' "$next"; do
		"$here/build" ${version:+"$version"} >"$1/build" 2>&1 || { tail -n 50 "$1/build" >&2 && die "no packages"; }
	done
}

# A folder that shows ROOT and takes what is changed in it, until the script ends.
overlay() { # ROOT FOLDER
	mkdir -p "$2"
	mount -t tmpfs tmpfs "$2"
	mkdir "$2"/{changes,work,root}
	mount -t overlay -o "lowerdir=$1,upperdir=$2/changes,workdir=$2/work" overlay "$2/root"
	mount -t proc proc "$2/root/proc"
}

in_root() { # ROOT COMMAND...
	chroot "$1" env LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin "${@:2}"
}
