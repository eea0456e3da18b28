#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth clsact command:chromium command:pdfinfo
# time-limit: 240
#
# The page of compare --report in a real browser: it asks for nothing, says no error, has
# all its pictures, nothing of which sticks out, wide and narrow, light and dark, and on
# paper. What is in it is what compare has found.
. "$(dirname "$0")/../lib/lib.sh"

work=$(mktemp -d)
defer rm -rf "$work"
"$mirror_nft" compare --path nft,tc --target lo,veth,ifb,vxlan --protocol udp --json \
	--report "$work/one.html" >"$work/one.json" 2>"$work/notes" || fail "compare: $(cat "$work/notes")"
# A second kernel, whose names want escaping, and a point that only it has.
jq -c '.kernel = "9 <&\">" | .differences += ["a <b> & c"]' "$work/one.json" >"$work/two.json"
printf '%s' '{"version":1,"cells":[{"kernel":"k","release":"9.1","topology":"self","way":"nft","verdict":"amplifies","factor":3},
	{"kernel":"l","release":"9.2","topology":"self","way":"nft","verdict":"locks up","text":"spin under <act>"}]}' >"$work/lab.json"
"$mirror_nft" compare --from "$work/one.json" --from "$work/two.json" --lab "$work/lab.json" \
	--report "$work/two.html" >"$work/said" 2>&1 || fail "from files: $(cat "$work/said")"
check_equal "said" "" "$(cat "$work/said")"
"$mirror_nft" compare --from "$work/one.json" --report "$work/again.html"
cmp "$work/one.html" "$work/again.html" || fail "the page of a file is another one"

# What the page says of itself; kept out of the page that people get.
cat >"$work/probe" <<'END'
<script>
addEventListener('load', () => {
	const wrong = [], root = document.documentElement, svgs = [...document.querySelectorAll('figure svg')];
	if (root.scrollWidth > root.clientWidth) wrong.push(`overflow ${root.scrollWidth} of ${root.clientWidth}`);
	if (performance.getEntriesByType('resource').length) wrong.push('asks for ' + performance.getEntriesByType('resource').map(r => r.name));
	for (const svg of svgs) {
		const all = svg.getBoundingClientRect(), name = svg.querySelector('title').textContent;
		if (all.width < 200 || all.height < 40) wrong.push('no picture: ' + name);
		for (const part of svg.querySelectorAll('text,rect,ellipse,path')) {
			const box = part.getBBox(), view = svg.viewBox.baseVal;
			if (box.x < 0 || box.y < 0 || box.x + box.width > view.width || box.y + box.height > view.height)
				wrong.push(`sticks out of ${name}: ${part.textContent || part.tagName}`);
		}
		for (const rect of svg.querySelectorAll('rect')) {
			const frame = rect.getBBox(), text = rect.nextElementSibling, small = text.nextElementSibling;
			for (const words of [text, small])
				if (words.getBBox().width > frame.width) wrong.push(`too long in ${name}: ${words.textContent}`);
		}
	}
	const style = getComputedStyle(document.body);
	document.body.insertAdjacentHTML('beforeend', `<pre id="verdict"></pre>`);
	document.getElementById('verdict').textContent = JSON.stringify({ pictures: svgs.length, wrong,
		rows: document.querySelectorAll('tr').length, scripts: document.scripts.length - 1,
		paper: style.backgroundColor, ink: style.color });
});
</script>
END
browse() { # WIDTH SCHEME FILE ARGUMENT...
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" --enable-logging=stderr --window-size="$1,900" \
		--blink-settings=preferredColorScheme="$2" "${@:4}" "file://$3" 2>"$work/log"
}
verdict() { # WIDTH SCHEME PAGE
	cat "$work/$3.html" "$work/probe" >"$work/probed.html"
	browse "$1" "$2" "$work/probed.html" --dump-dom >"$work/dom" || fail "chromium: $(cat "$work/log")"
	! grep CONSOLE "$work/log" >"$work/errors" || fail "the page says an error: $(cat "$work/errors")"
	sed -n 's/.*<pre id="verdict">\(.*\)<\/pre>.*/\1/p' "$work/dom" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

for page in one two; do
	for width in 1400 800 500; do
		said=$(verdict $width 1 $page)
		check_equal "what is wrong with $page at $width" "[]" "$(jq -c .wrong <<<"$said")"
		# lo and veth: two ends each; ifb and vxlan: one; in both directions.
		check_equal "pictures" 12 "$(jq .pictures <<<"$said")"
		check_equal "scripts" 0 "$(jq .scripts <<<"$said")"
	done
done
light=$(verdict 1400 1 two | jq -r '.paper + .ink')
dark=$(verdict 1400 0 two | jq -r '.paper + .ink')
check_equal "light" "rgb(255, 255, 255)rgb(28, 33, 38)" "$light"
check_equal "dark" "rgb(21, 25, 29)rgb(230, 233, 236)" "$dark"

# What is in the tables: a header and a row for each situation, trait and life.
one=$(verdict 1400 1 one)
rows=$(jq '[.cases[] | [.direction, .target, .destination]] | unique | length' "$work/one.json")
traits=$(jq '[.traits[] | [.direction, .target, .trait]] | unique | length' "$work/one.json")
lives=$(jq '[.lives[] | [.direction, .life]] | unique | length' "$work/one.json")
check_equal "situations" 32 "$rows"
check_equal "rows" $((2 + 1 + rows + 1 + traits + 1 + lives)) "$(jq .rows <<<"$one")"
grep -q '<li>a &lt;b&gt; &amp; c <span class="quiet">(9 &lt;&amp;&quot;&gt;)</span></li>' "$work/two.html" ||
	fail "a point of one kernel: $(grep '<li>a ' "$work/two.html")"
grep -q '<td>self</td><td>nft</td><td>amplifies 3</td><td>locks up</td>' "$work/two.html" || fail "the lab"
grep -q '<code>spin under &lt;act&gt;</code>: self by nft on 9.2\.' "$work/two.html" || fail "where it locked up"

browse 1400 1 "$work/two.html" --no-pdf-header-footer --print-to-pdf="$work/two.pdf"
pages=$(pdfinfo "$work/two.pdf" | sed -n 's/^Pages: *//p')
[ "${pages:-0}" -ge 2 ] || fail "on paper: ${pages:-no} pages"
pdftotext -layout "$work/two.pdf" "$work/paper"
grep -q 'Case by case' "$work/paper" || fail "the paper has no table"

# Files that are none, and places where no file can be.
said() { # STATUS PATTERN ARGUMENT...
	local status=0
	"$mirror_nft" compare "${@:3}" >"$work/out" 2>"$work/errors" || status=$?
	check_equal "status of ${*:3}" "$1" $status
	check_equal "lines of ${*:3}" 1 "$(wc -l <"$work/errors")"
	grep -q -e "$2" "$work/errors" || fail "${*:3}: $(cat "$work/errors")"
}
echo '{"version":1,' >"$work/half.json"
said 2 "half.json:[12]:[0-9]*: no JSON: " --from "$work/half.json" --report "$work/no.html"
said 2 'lab.json:1:1: not of version 1, or without "cases": it is what mirror-nft compare --json prints$' \
	--from "$work/lab.json" --report "$work/no.html"
said 2 'one.json:1:1: not of version 1, or without "cells": it is what tests/lab/run --json prints$' \
	--from "$work/one.json" --lab "$work/one.json" --report "$work/no.html"
said 1 'nowhere.json: cannot be read: No such file or directory$' --from "$work/nowhere.json" --report "$work/no.html"
said 2 '--from is for a page, add --report FILE.html$' --from "$work/one.json"
said 2 '--lab is for a page, add --report FILE.html$' --lab "$work/lab.json"
[ ! -e "$work/no.html" ] || fail "a page in spite of an error"
said 1 'nowhere/no.html: cannot be written: No such file or directory$' --from "$work/one.json" --report "$work/nowhere/no.html"
cp "$work/one.html" "$work/full.html"
mkdir "$work/full.html.new"
said 1 'full.html: cannot be written: Is a directory$' --from "$work/two.json" --report "$work/full.html"
cmp "$work/one.html" "$work/full.html" || fail "the old page is gone"
