# SPDX-License-Identifier: GPL-2.0-only
# Two sides, pair by pair: the ratios' median and quartiles, and whether a goal is met.
# Times that are shorter than a tick of the kernel's clock can be 0 and make no pair.
def numbers_of: [splits(" +") | select(. != "") | tonumber];
($a | numbers_of) as $over | ($b | numbers_of) as $under
| if ($over | length) != ($under | length) then error("\($over | length) and \($under | length) samples") else . end
| [range($over | length) | select($under[.] > 0) | $over[.] / $under[.]] | . as $all | sort as $sorted | length as $n
| $sorted[$n / 2 | floor] as $median
| {kind: "ratio", case: $case, what: $what,
   median: $median, low: $sorted[$n / 4 | floor], high: $sorted[$n - 1 - ($n / 4 | floor)]}
| .over = $ARGS.named.over | .under = $ARGS.named.under | .pairs = $n
| if $sense == "" or $n == 0 then . else . + {goal: {($sense): $goal},
   met: (if $sense == "least" then $median >= $goal else $median <= $goal end)} end
