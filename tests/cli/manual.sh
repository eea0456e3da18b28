#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages: man(1) finds nothing wrong with them; they have the commands, options
# and keys that the tool has, and no others; and what they show as examples works.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

root=$(cd "$(dirname "$0")/../.." && pwd -P)
pages=$root/docs/man
work=$(mktemp -d)
defer rm -rf "$work"
bad=0

verdict() { # WHAT EXPECTED GOT
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $(diff <(echo "$2") <(echo "$3") | tr '\n' ' ')"
		bad=1
	fi
}

for page in "$pages"/*.[0-9]; do
	verdict "man --warnings ${page##*/}" "" \
		"$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
done

# The lines of one section, or of one subsection.
section() { # PAGE Sh|Ss TITLE
	awk -v kind=".$2" -v title="$3" '$1 == ".Sh" || (kind == ".Ss" && $1 == ".Ss") {
		on = $1 == kind && substr($0, 5) == title; next } on' "$1"
}
# "Fl \-only" and "Fl f" of items, as "--only" and "-f".
page_options() { sed -n 's/^\.It Fl \(\\-\)*\([a-z-]*\).*/\1\2/p' | sed 's/^\\-/--/; /^--/!s/^/-/' | sort -u; }
help_options() { # COMMAND
	"$mirror_nft" "$1" --help | grep -oE '(^|[[ ])(--[a-z][a-z-]*|-f )' | tr -d '[ ' | sort -u
}

mapfile -t commands < <("$mirror_nft" --help | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }')
page=$pages/mirror-nft.8
verdict 'commands' "$(printf '%s\n' "${commands[@]}")" "$(section "$page" Sh COMMANDS | sed -n 's/^\.Ss //p')"
for command in "${commands[@]}"; do
	options=$(section "$page" Ss "$command" | page_options)
	if "$mirror_nft" "$command" --help | grep '^DEFINITION is' >/dev/null; then
		options=$(printf '%s\n%s\n' "$options" "$(section "$page" Sh DEFINITIONS | page_options)" | sed '/^$/d' | sort -u)
	fi
	verdict "options of $command" "$(help_options "$command")" "$options"
done

# What a key is told to be that is none: all keys there are.
keys() { # YAML
	printf '%s\n' "$1" >"$work/keys.yaml"
	{ "$mirror_nft" generate -f "$work/keys.yaml" 2>&1 || true; } | sed -n 's/.*is no \(key\|kind\) .*\(, it has\|, say\) //p' |
		head -n 1 | sed 's/, \| and \| or /\n/g' | sort
}
page_keys() { sed -n 's/^\.It Ic //p' | sed 's/ , /\n/g' | sort; }
page=$pages/mirror-nft.yaml.5
verdict 'keys of a definition' "$(keys 'other: 1')" "$(section "$page" Sh 'A DEFINITION' | page_keys)"
verdict 'keys of a mirror' "$(keys 'mirrors: {web: {other: 1}}')" "$(section "$page" Sh 'A MIRROR' | page_keys)"
kinds=$(keys 'devices: {mir0: {kind: other}}')
for kind in $kinds; do
	case $kind in
	veth | dummy | ifb)
		verdict "kind $kind" 1 "$(section "$page" Sh DEVICES | grep -cE "^\.Ql $kind( ,)?$")"
		;;
	*) verdict "keys of $kind" "$(keys "devices: {mir0: {kind: $kind, other: 1}}")" "$(section "$page" Ss "$kind" | page_keys)" ;;
	esac
done

# Examples, each in a file: those of commands, with their lines joined, and definitions.
awk -v into="$work/example" '/^\.Bd -literal/ { on = 1; n++; next } /^\.Ed/ { on = 0 } on { print >(into "." n) }' \
	"$pages/mirror-nft.yaml.5"
for example in "$work"/example.*; do
	verdict "definition ${example##*.}: $(grep -c '' "$example") lines" "" \
		"$("$mirror_nft" generate -f "$example" 2>&1 >"$work/rules")"
	[ -s "$work/rules" ] || { echo "not ok definition ${example##*.}: no rules"; bad=1; }
done
[ -e "$work/example.4" ] || { echo 'not ok definitions: four at least'; bad=1; }
count=0
while read -r line; do
	line=${line/mirror-nft apply/'"$mirror_nft"' generate}
	line=${line/mirror-nft generate/'"$mirror_nft"' generate}
	verdict "$line" "" "$(eval "$line" 2>&1 >/dev/null)"
	count=$((count + 1))
done < <(sed 's/\\e$/\\/' "$pages/mirror-nft.8" | sed ':a; /\\$/ { N; s/\\\n[\t ]*//; ta }' | grep -E '^mirror-nft (apply|generate) ')
[ $count -ge 3 ] || { echo 'not ok commands: three at least'; bad=1; }

# The module's files and parameters.
page=$pages/mirror_probe.4
verdict 'parameters' "$(sed -n 's/^module_param(\([a-z_]*\),.*/\1/p' "$root"/kmod/*.c | sort)" \
	"$(section "$page" Sh PARAMETERS | sed -n 's/^\.It Va //p' | sort)"
verdict 'files' "$(printf '/proc/net/mirror_probe/%s\n' counters events filter stages)" \
	"$(section "$page" Sh FILES | sed -n 's/^\.It Pa //p' | sort)"
exit $bad
