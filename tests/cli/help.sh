#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Help goes to standard output with exit status 0, for every command that
# "mirror-nft --help" names, and without a word on standard error.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

work=$(mktemp -d)
defer rm -rf "$work"
bad=0

expect_help() { # BEGINNING ARGUMENT...
	local beginning=$1 status=0
	shift
	"$mirror_nft" "$@" >"$work/out" 2>"$work/err" || status=$?
	if [ $status = 0 ] && [ ! -s "$work/err" ] && [[ $(head -n 1 "$work/out") = "$beginning"* ]]; then
		echo "ok mirror-nft $*"
	else
		echo "not ok mirror-nft $*: exit status $status, '$(head -n 1 "$work/out" "$work/err")'"
		bad=1
	fi
}

expect_help 'Usage: mirror-nft COMMAND' --help
expect_help 'Usage: mirror-nft COMMAND' -h
expect_help 'Usage: mirror-nft COMMAND' help
expect_help 'mirror-nft ' --version
expect_help 'mirror-nft ' -V

mapfile -t commands < <("$mirror_nft" --help | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }')
for command in "${commands[@]}"; do
	expect_help "Usage: mirror-nft $command" "$command" --help
	expect_help "Usage: mirror-nft $command" "$command" -h
done
for command in generate check apply remove status run; do
	if [[ " ${commands[*]} " = *" $command "* ]]; then
		echo "ok --help names $command"
	else
		echo "not ok --help names $command: it does not"
		bad=1
	fi
done

# Without a command the usage is an error.
status=0
"$mirror_nft" >"$work/out" 2>"$work/err" || status=$?
if [ $status = 2 ] && [ ! -s "$work/out" ] && grep -q '^Usage: ' "$work/err"; then
	echo 'ok no command'
else
	echo "not ok no command: exit status $status"
	bad=1
fi
exit $bad
