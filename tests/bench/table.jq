# SPDX-License-Identifier: GPL-2.0-only
# bench.json as tables for people: the ratios with their goals, then what was measured.
def width($n): . + (" " * ([$n - length, 0] | max));
def left($n): (" " * ([$n - length, 0] | max)) + .;
def digits($n): (. * pow(10; $n) | round) as $whole
	| ($whole % pow(10; $n) | tostring) as $rest
	| "\($whole / pow(10; $n) | floor)." + ("0" * ($n - ($rest | length))) + $rest;
def short: if . == null then "-" elif . >= 100 then round | tostring elif . >= 10 then digits(1) else digits(2) end;
def goal: if .goal == null then "" elif .goal.least then "at least \(.goal.least)" else "at most \(.goal.most)" end;
def verdict: if .met == null then "" elif .met then "met" else "missed" end;
def rows: (map(map(length)) | transpose | map(max)) as $wide
	| .[] | [., $wide] | transpose | to_entries
	| map(.key as $column | .value as [$text, $most]
	      | $text | if $column < 2 then width($most) else left($most) end)
	| join("  ") | sub(" +$"; "");

"\(.cpu), \(.cpus) CPUs, Linux \(.kernel), load \(.load)",
"\(.tool), \(.nft), \(.tc); \(.pairs) pairs, medians, and the middle half of them",
(if .short then "in small: proves that it runs, the numbers are worth nothing" else empty end),
"",
([["CASE", "WHAT", "RATIO", "SPREAD", "GOAL", ""]]
 + [.records[] | select(.kind == "ratio")
    | [.case, .what, (.median | short), "\(.low | short)..\(.high | short)", goal, verdict]] | rows),
"",
([["CASE", "SIDE", "AT", "MEDIAN", "SPREAD", "UNIT"]]
 + [.records[] | select(.kind == "measure")
    | [.case, .side, (.x // "" | tostring), (.median | short), "\(.low | short)..\(.high | short)", .unit]] | rows)
