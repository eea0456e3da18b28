#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# A folder of definitions, as the service has: SIGHUP looks for its files anew.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1
file=$work/etc
mkdir "$file"

mirror() { printf 'mirrors:\n  %s:\n    from: [%s:ingress]\n    to: [mir0]\n' "$1" "$2" >"$file/$3"; }
stays() { [ "$(grep -c 'the definition stays as it was' "$log")" = "$1" ]; }

expect_refusal 2 "mirror-nft: -f:1:1: cannot read '$file': Is a directory without" "$mirror_nft" run -f "$file"
mirror a p0 a.yaml
run_start
check_equal 'hooks of one file' 'ingress p0' "$(hooks)"
mirror b p1 b.yaml
kill -HUP $daemon
said 'the file was read again -> b mirrors p1'
check_equal 'hooks of two files' 'ingress p0,ingress p1' "$(hooks | paste -sd,)"
before=$(ruleset)
# One mistake, and none of the files counts.
mirror a p1 a.yaml
mirror a p0 c.yaml
kill -HUP $daemon
wait_until 10 stays 1 || fail "a mirror in two files: $(cat "$log")"
grep -q "^mirror-nft: $file/c.yaml:2:3: mirror 'a' is defined in $file/a.yaml:2:3 already" "$log" ||
	fail "it does not say which two: $(cat "$log")"
check_equal 'rules after a mistake' "$before" "$(ruleset)"
rm "$file"/*
kill -HUP $daemon
wait_until 10 stays 2 || fail "an empty folder: $(cat "$log")"
check_equal 'rules of an empty folder' "$before" "$(ruleset)"
mirror b p1 b.yaml
kill -HUP $daemon
said 'the file was read again -> removed a'
check_equal 'hooks of the file that is left' 'ingress p1' "$(hooks)"
run_stop TERM
