# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which cases there are: lines "GROUP/NAME<tab>FILE", a vm case once for each
# of its kernels. Sourced by the runner, with $tests set.

# shellcheck disable=SC2154
: "$tests"
groups=(unit golden cli static netns vm)

# What the first lines of a case say under KEY. No program is started for it: in a guest
# that is emulated, hundreds of them are minutes.
header() { # FILE KEY
	local line number
	for ((number = 0; number < 20; number++)); do
		IFS= read -r line || return 0
		[[ $line = "# $2:"* ]] || continue
		line=${line#"# $2:"}
		echo "${line#"${line%%[! ]*}"}"
		return
	done <"$1"
}

case_name() { local name=${1##*/} && echo "${name%.sh}"; } # FILE

files_of() { # GROUP
	case $1 in
	unit) find "$tests/unit/build" -maxdepth 1 -type f -executable 2>/dev/null || true ;;
	vm) find "$tests/vm/selftest" "$tests"/vm/cases/*.sh -maxdepth 0 2>/dev/null || true ;;
	netns) find "$tests/lib/selftest.sh" "$tests"/netns/*.sh -maxdepth 0 2>/dev/null || true ;;
	*) find "$tests/$1" -maxdepth 1 -name '*.sh' 2>/dev/null || true ;;
	esac | sort
}

# The selftest comes first: where it fails, what the guests say is worth little.
# Then what may take longest, so that at the end no processor waits for another.
vm_cases() { # FILE...
	local file kernel kernels limit
	for file; do
		[ "${file##*/}" != selftest ] || printf 'vm/selftest\t%s\n' "$file"
	done
	for file; do
		[ "${file##*/}" != selftest ] || continue
		kernels=$(header "$file" kernel)
		limit=$(header "$file" time-limit)
		if [ -n "$(header "$file" guests)" ]; then
			printf '%d\tvm/%s\t%s\n' "${limit:-120}" "$(case_name "$file")" "$file"
			continue
		fi
		for kernel in ${kernels:-bookworm}; do
			printf '%d\tvm/%s@%s\t%s\n' "${limit:-120}" \
				"$(case_name "$file")" "${kernel%,}" "$file"
		done
	done | sort -s -r -n -k 1,1 | cut -f 2-
}

all_cases() {
	local group file files
	for group in "${groups[@]}"; do
		mapfile -t files < <(files_of "$group")
		if [ "$group" = vm ]; then
			vm_cases "${files[@]}"
			continue
		fi
		for file in "${files[@]}"; do
			printf '%s/%s\t%s\n' "$group" "$(case_name "$file")" "$file"
		done
	done
}

# Patterns are meant here: netns/tunnel-*.
# shellcheck disable=SC2053
matches() { # ID FILE WANTED
	[[ $1 == $3 || ${1%@*} == $3 || ${1%%/*} == $3 || ${1#*/} == $3 ]] || [ "$2" -ef "$3" ] || [ "$2" -ef "$3.sh" ]
}

# Those that the words name, or all; in the order of the words.
select_cases() { # WORD...: reads all, writes some
	local id file want found line lines
	[ $# -gt 0 ] || { cat; return; }
	mapfile -t lines
	for want; do
		found=no
		[[ " ${groups[*]} " != *" $want "* ]] || found=yes
		for line in "${lines[@]}"; do
			IFS=$'\t' read -r id file <<<"$line"
			! matches "$id" "$file" "${want%.sh}" || { echo "$line" && found=yes; }
		done
		[ $found = yes ] || { echo "run: no such group or case: $want" >&2 && return 2; }
	done | awk '!seen[$0]++'
}
