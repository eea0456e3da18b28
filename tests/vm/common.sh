# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run.

# Messages go to standard error: standard output belongs to the answers.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit "${die_status:-1}"; }

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034 # for the scripts that source this
project=$(cd "$vm_dir/../.." && pwd -P)
cache=${MIRROR_NFT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/mirror-nft}

# Several runs may want the same piece of the cache: one makes it, the others
# wait. The file stays, since removing it would give two runs two locks.
take_lock() { # NAME
	mkdir -p "$cache/locks"
	exec {lock}>"$cache/locks/$1"
	flock "$lock"
}

# Names of suites and modules end up in paths and on the kernel's command line.
plain_name() { [[ $1 =~ ^[a-zA-Z0-9][a-zA-Z0-9._-]*$ ]]; }

# The archive that the machine's own apt uses, whatever its name; the security
# archive beside it has another layout of suites.
archive() {
	local uri
	# shellcheck disable=SC2016 # fields of apt's
	uri=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(CREATED_BY)' |
		awk '$3 == "Packages" && $2 !~ /security/ { print $1; exit }')
	[ -n "$uri" ] || die "the machine's apt has no package archive (apt-get update first?)"
	echo "$uri"
}

# In the guest /bin, /lib and so on are links into /usr. A folder of that name
# in a later archive would replace the link, so every file goes below /usr.
guest_path() { # PATH
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
	*) echo "$1" ;;
	esac
}

# Static programs and scripts have none; ldd says so with a status.
libraries_of() { # FILE...
	ldd "$@" 2>/dev/null | grep -oE '(^|[[:space:]])/[^ :]+( |$)' | tr -d ' \t' | sort -u || true
}

# What is there already was put there on purpose or is the same library.
copy_into() { # ROOT FILE [GUEST]
	local to
	to=$1$(guest_path "${3:-$2}")
	[ ! -e "$to" ] || return 0
	mkdir -p "${to%/*}"
	cp -L --preserve=mode,timestamps "$2" "$to"
}

copy_libraries_of() { # ROOT FILE...
	local root=$1 library
	shift
	while read -r library; do copy_into "$root" "$library"; done < <(libraries_of "$@")
}

pack() { # ROOT ARCHIVE
	(cd "$1" && find . -print0 | cpio --null --quiet --create --format=newc --owner=0:0) >"$2"
}
