# SPDX-License-Identifier: GPL-2.0-only
# Lines SIDE X MEDIAN LOW HIGH into a picture (SVG); title, unit and about by -v.

function ten(value) { return log(value) / log(10) }
function floor_(value,   whole) { whole = int(value); return whole > value ? whole - 1 : whole }
function ceiling(value) { return -floor_(-value) }
function across(x) { return left + (ten(x) - x0) / (x1 - x0) * wide }
function up(y) { return top + high - (ten(y) - y0) / (y1 - y0) * high }
function text(value) { gsub(/&/, "\\&amp;", value); gsub(/</, "\\&lt;", value); return value }
function label(power) { return power < 0 || power > 6 ? sprintf("%g", 10 ^ power) : sprintf("%d", 10 ^ power) }

$3 > 0 {
	if (!($1 in points)) side[++sides] = $1
	n = ++points[$1]
	px[$1, n] = $2; py[$1, n] = $3; pl[$1, n] = $4 > 0 ? $4 : $3; ph[$1, n] = $5
	if (!all++ || $2 < least_x) least_x = $2
	if ($2 > most_x) most_x = $2
	if (all == 1 || pl[$1, n] < least_y) least_y = pl[$1, n]
	if ($5 > most_y) most_y = $5
}

END {
	# Nothing above zero has a place on such an axis, and the axis no end.
	if (!all) exit 1
	split("#1f77b4 #d62728 #2ca02c #9467bd #ff7f0e #8c564b #17becf #7f7f7f", colour, " ")
	left = 70; top = 50; wide = 480; high = 320
	x0 = floor_(ten(least_x)); x1 = ceiling(ten(most_x)); if (x1 == x0) x1++
	y0 = floor_(ten(least_y)); y1 = ceiling(ten(most_y)); if (y1 == y0) y1++
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"420\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<!-- SPDX-License-Identifier: GPL-2.0-only -->"
	print "<rect width=\"800\" height=\"420\" fill=\"white\"/>"
	printf "<text x=\"%d\" y=\"20\" font-size=\"15\">%s, %s</text>\n", left, text(title), text(unit)
	printf "<text x=\"%d\" y=\"38\" fill=\"#555\">%s</text>\n", left, text(about)
	for (i = x0; i <= x1; i++) {
		printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", across(10 ^ i), across(10 ^ i), top, top + high
		printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", across(10 ^ i), top + high + 16, label(i)
	}
	for (i = y0; i <= y1; i++) {
		printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", left, left + wide, up(10 ^ i), up(10 ^ i)
		printf "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", left - 6, up(10 ^ i) + 4, label(i)
	}
	for (s = 1; s <= sides; s++) {
		name = side[s]; line = ""
		for (n = 1; n <= points[name]; n++) {
			x = across(px[name, n]); y = up(py[name, n])
			line = line sprintf("%.1f,%.1f ", x, y)
			printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"3\" stroke-opacity=\"0.4\"/>\n", x, x, up(pl[name, n]), up(ph[name, n]), colour[s]
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y, colour[s]
		}
		printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", line, colour[s]
		printf "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", left + wide + 14, top + 14 + 18 * s, colour[s], text(name)
	}
	print "</svg>"
}
