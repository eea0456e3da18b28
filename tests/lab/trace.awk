# SPDX-License-Identifier: GPL-2.0-only
#
# What a kernel died of, from its console: a line with the word for it, one with the
# function that it was in, and then those that had called it, innermost first. Guesses
# of the unwinder ("? name") and the watchdog's own interrupt are left out.

{ sub(/\r$/, ""); sub(/^\[[ 0-9.]*\] /, "") }

!what && /soft lockup|hung task|blocked for more than|rcu.*stall/ { what = "locks up" }
!what && /stack guard page|stack overflow|^BUG: |Oops|general protection|double fault|^WARNING: / { what = "panics" }
!what && /^Kernel panic/ { what = "panics" }
!what { next }

/^Kernel panic/ && count { exit }
/<IRQ>/ { interrupt = 1 }
/<\/IRQ>/ { interrupt = 0; next }
interrupt { next }
/^RIP: 0010:/ && !count { sub(/^RIP: 0010:/, ""); take($1) }
/^RIP: 0033:/ { exit }
/^Call Trace:/ { calls = 1; next }
calls && $1 ~ /^[a-zA-Z_][a-zA-Z0-9_.]*\+0x/ { take($1) }
calls && /^Modules linked in/ { exit }

function take(name) {
	sub(/\+0x.*/, "", name)
	names[++count] = name
}

END {
	print what ? what : "hangs"
	for (i = 1; i <= count; i++) print names[i]
}
