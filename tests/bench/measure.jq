# SPDX-License-Identifier: GPL-2.0-only
# The samples of one side: all of them, the median and the quartiles.
($samples | [splits(" +") | select(. != "") | tonumber]) as $all
| ($all | sort) as $sorted | ($all | length) as $n
| {kind: "measure", case: $case, curve: $curve, x: $x, side: $side, unit: $unit,
   median: $sorted[$n / 2 | floor],
   low: $sorted[$n / 4 | floor], high: $sorted[$n - 1 - ($n / 4 | floor)],
   samples: $all}
