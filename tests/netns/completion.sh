#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth command:zsh
#
# Completion in real shells, typed at a prompt: commands, options, devices, names of
# mirrors. What it offers as options is what the help of each command has.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
folder=$(cd "$(dirname "$0")/../../userspace/completion" && pwd -P)
PATH=$(dirname "$mirror_nft"):$PATH
apply --name web --from p0:ingress --to mir0 >/dev/null 2>&1 || fail apply
apply --name dns --from p1:ingress --to mir1 >/dev/null 2>&1 || fail apply
bad=0

# What a line ends in: the words that are offered, in their order.
in_bash() { # LINE
	bash --norc -c '
		shopt -s extglob
		. "$1/mirror-nft.bash"
		COMP_LINE=$2 COMP_POINT=${#2}
		# As bash cuts it: at blanks, and a colon is a word of its own.
		read -r -a COMP_WORDS <<<"${2//:/ : }"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_mirror_nft
		printf "%s\n" "${COMPREPLY[@]}"' - "$folder" "$1" | sed '/^$/d' | sort -u | tr '\n' ' '
}

# A terminal of zsh's own, a line and a tab. What completion offers is written down where
# it is handed over.
in_zsh() { # LINE
	FOLDER=$folder LINE=$1 zsh -f -c '
		zmodload zsh/zpty
		zpty -b shell zsh -f -i
		await() { # WORD
			local text all=
			repeat 600; do
				while zpty -r -t shell text; do all+=$text; done
				[[ $all != *$1* ]] || return 0
				sleep 0.05
			done
			print -r -- "no $1: $all" >>$LIST
		}
		zpty -w shell "PS1=; fpath=($FOLDER \$fpath); autoload -U compinit; compinit -u -D"
		zpty -w shell "compadd() { local -a offered; builtin compadd -O offered \"\$@\"; print -rl -- \$offered >>$LIST; builtin compadd \"\$@\"; }"
		zpty -w shell "print re\"\"ady"
		await ready
		zpty -n -w shell "$LINE"$'"'\t\x15'"'
		zpty -w shell "print do\"\"ne"
		await done
		zpty -d shell'
	sed '/^$/d' "$LIST" | sort -u | tr '\n' ' '
	: >"$LIST"
}
export LIST=$work/list
: >"$LIST"

offers() { # LINE WORDS
	local shell got
	for shell in bash zsh; do
		case $shell in
		bash) got=$(in_bash "mirror-nft $1") ;;
		zsh) got=$(in_zsh "mirror-nft $1") ;;
		esac
		if [ "$got" = "$2 " ]; then
			echo "ok $shell: mirror-nft $1"
		else
			echo "not ok $shell: mirror-nft $1: expected '$2', got '$got'"
			bad=1
		fi
	done
}

options_of() { { mirror-nft "$1" --help | grep -oE '(^|[[ ])(--[a-z][a-z-]*|-f )' | tr -d '[ '; echo --help; } | sort -u | tr '\n' ' ' | sed 's/ $//'; }

offers 'st' status
offers 'remove ' 'dns web'
offers 'remove w' web
offers 'status d' dns
offers 'apply --from p' 'p0 p1'
offers 'apply --from p0:i' ingress
offers 'apply --path ' 'nft tc'
offers 'compare --path tc-' 'tc-htb tc-original'
offers 'apply --to vx' 'vxlan,remote='
for command in generate apply status run compare trace doctor; do
	offers "$command -" "$(options_of $command)"
done
exit $bad
