# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion for bash(1): commands and options are those that the tool's help tells,
# devices those of this namespace, names those of the mirrors that run.

_mirror_nft_commands() {
	mirror-nft --help 2>/dev/null |
		awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

_mirror_nft_options() { # COMMAND
	mirror-nft "$1" --help 2>/dev/null | grep -oE '(^|[[ ])(--[a-z][a-z-]*|-f )' | tr -d '[ '
	echo --help
}

_mirror_nft_names() {
	mirror-nft status --json 2>/dev/null | grep -oE '\{"name":"[^"]*"' | cut -d '"' -f 4
}

_mirror_nft_devices() { (cd /sys/class/net 2>/dev/null && printf '%s\n' *); }

# The words that can follow an option, or nothing where anything can.
_mirror_nft_values() { # COMMAND OPTION
	case $1,$2 in
	compare,--path) echo nft tc tc-htb tc-original ;;
	compare,--target) echo lo dummy veth ifb vlan bridge-port loop vxlan gretap ;;
	compare,--protocol) echo udp tcp ;;
	*,--path) echo nft tc ;;
	*,--to) _mirror_nft_devices; echo vxlan,remote= geneve,remote= gretap,remote= erspan,remote= ;;
	compare,--from) ;;
	*,--from) _mirror_nft_devices ;;
	esac
}

_mirror_nft() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words=
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words="$(_mirror_nft_commands) --help --version"
	elif [[ $current = : || $before = : ]]; then
		# A colon is a word of its own to bash.
		current=${current#:} words='ingress egress'
	elif [[ $before = -f || $command,$before = compare,--@(from|lab|report) ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
	elif [[ $before = --@(from|to|path|target|protocol) ]]; then
		words=$(_mirror_nft_values "$command" "$before")
	elif [[ $current = -* || $command != @(remove|status) ]]; then
		words=$(_mirror_nft_options "$command")
	else
		words=$(_mirror_nft_names)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _mirror_nft mirror-nft
