#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Definition files: the way from -f to the ruleset, every mistake of them in one run
# and in the order of their lines, with nothing on standard output.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

work=$(mktemp -d)
defer rm -rf "$work"
mkdir "$work/folder"
bad=0

verdict() { # NAME WHY: right if WHY is empty
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2"
		bad=1
	fi
}

# Standard input goes on to the tool.
expect() { # NAME STATUS OUT-FILE ERR-FILE ARGUMENT...
	local name=$1 want=$2 out=$3 err=$4 status=0
	shift 4
	(cd "$work" && "$mirror_nft" "$@") >"$work/out" 2>"$work/err" || status=$?
	[ "$status" = "$want" ] || { verdict "$name" "exit status $status instead of $want" && return; }
	verdict "$name" "$(diff "$out" "$work/out"; diff "$err" "$work/err")"
}

empty=$work/empty
: >"$empty"
echo 192.0.2.1 >"$work/folder/customers.txt"
cat >"$work/folder/web.yaml" <<'END'
mirrors:
  web:
    from: lo:egress
    match: |
      tcp port 80
      and not host 192.0.2.9
    hosts: {file: customers.txt}
    except: [198.51.100.0/24]
    to: [mir0]
END
"$mirror_nft" generate --name web --from lo:egress --match 'tcp port 80 and not host 192.0.2.9' \
	--hosts 192.0.2.1 --except 198.51.100.0/24 --to mir0 >"$work/expected"
expect 'a file says what options say' 0 "$work/expected" "$empty" \
	generate -f folder/web.yaml </dev/null
cp "$work/folder/customers.txt" "$work"
expect 'standard input says it as well' 0 "$work/expected" "$empty" \
	generate -f - <"$work/folder/web.yaml"

cat >"$work/wrong.yaml" <<'END'
mirrors:
  a/b: {from: lo, to: mir0}
  web:
    from: [lo:up, 'l*o']
    match: >
      tcp port 80
      and foo
    to: [{vxlan: {remote: 224.0.0.1, id: 7}}, 'gretap,remote=192.0.2.1,kye=3']
    hosts: [10.0.0.1/8, {file: folder/wrong.txt}]
    sample: 2/3
    limit: 5 apples/second
    colour: red
    path: nft
    path: tc
devices:
  mir0: {kind: tap}
END
printf '10.0.0.1\nnobody\n' >"$work/folder/wrong.txt"
cat >"$work/expected" <<'END'
mirror-nft: wrong.yaml:2:3: name 'a/b' has the character '/', use letters, digits, '.', '_' and '-' (not first)
mirror-nft: wrong.yaml:4:15: 'up' is no direction, say ingress or egress, or nothing for both
mirror-nft: wrong.yaml:4:21: '*' stands for any rest of a name, so it can only be the last character, as in 'veth*'
mirror-nft: wrong.yaml:7:11: 'foo' is no known service, see services(5)
mirror-nft: wrong.yaml:8:27: '224.0.0.1' is a multicast address, remote is the address of one host
mirror-nft: wrong.yaml:8:72: 'kye' is no key of gretap, it has remote, key, local, ttl
mirror-nft: wrong.yaml:9:13: '10.0.0.1/8' has bits behind its prefix, 10.0.0.0/8 would be right
mirror-nft: wrong.yaml:10:13: '2/3' is no sample, say 1/N: 1/10 for one frame of ten, '1/10 flows' for one flow of ten
mirror-nft: wrong.yaml:11:14: 'apples' is no unit, say packets, bytes, kbytes, mbytes, kbit, mbit or gbit
mirror-nft: wrong.yaml:12:5: 'colour' is no key of a mirror, it has from, match, to, hosts, except, sample, limit and path
mirror-nft: wrong.yaml:14:5: 'path' is given twice, in line 13 already
mirror-nft: wrong.yaml:16:16: 'tap' is no kind of device, say veth, dummy, ifb, vxlan, gretap, erspan or geneve
mirror-nft: folder/wrong.txt:2:1: 'nobody' is no address, give one or a prefix, as in 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32
END
expect 'all mistakes are told in order' 2 "$empty" "$work/expected" generate -f wrong.yaml </dev/null

cat >"$work/expected" <<'END'
mirror-nft: folder/web.yaml:2:3: mirror 'web' is defined in standard input:2:3 already, give it another name
END
expect 'a mirror in two files' 2 "$empty" "$work/expected" \
	generate -f - -f folder/web.yaml <"$work/folder/web.yaml"

echo 'devices: {mir0: {kind: veth}}' >"$work/devices.yaml"
cat >"$work/expected" <<'END'
mirror-nft: devices.yaml:1:1: there is no mirror, a definition is as in mirrors: {web: {from: [eth1], to: [mir0]}}
END
expect 'devices alone are nothing to do' 2 "$empty" "$work/expected" generate -f devices.yaml </dev/null

printf 'mirrors:\n\tweb:\n' >"$work/tab.yaml"
cat >"$work/expected" <<'END'
mirror-nft: tab.yaml:2:1: YAML: found character that cannot start any token while scanning for the next token: YAML is indented with spaces, never with tabs
END
expect 'a tab is no indentation' 2 "$empty" "$work/expected" generate -f tab.yaml </dev/null

echo 'devices: {mir0: {kind: dummy}}' >"$work/other.yaml"
cat >"$work/expected" <<'END'
mirror-nft: other.yaml:1:11: device 'mir0' is another one in devices.yaml:1:11, one of the two needs another name
END
expect 'a device that is two' 2 "$empty" "$work/expected" \
	generate -f folder/web.yaml -f devices.yaml -f other.yaml </dev/null

# A folder is its files *.yaml in the order of their names, whatever else lies there.
mkdir -p "$work/etc/more.d" "$work/none"
echo 'devices: {mir1: {kind: dummy}}' >"$work/etc/10-devices.yaml"
echo 'mirrors: {b: {from: lo:egress, to: mir1}}' >"$work/etc/20 b.yaml"
echo 'mirrors: {a: {from: lo:ingress, to: mir1}}' >"$work/etc/30.yaml"
for other in .40.yaml 50.yaml~ 60.yaml.dpkg-new 70.yml .yaml more.d/80.yaml; do echo "mirrors: {x: {}}" >"$work/etc/$other"; done
cat "$work/etc/10-devices.yaml" >"$work/both.yaml"
printf 'mirrors:\n  b: {from: lo:egress, to: mir1}\n  a: {from: lo:ingress, to: mir1}\n' >>"$work/both.yaml"
"$mirror_nft" generate -f "$work/both.yaml" >"$work/expected"
expect 'a folder says what one file says' 0 "$work/expected" "$empty" generate -f etc </dev/null
expect 'so it does with a slash' 0 "$work/expected" "$empty" generate -f etc/ </dev/null

mkdir "$work/etc/90.yaml"
sed -i 's/ingress/up/' "$work/etc/30.yaml"
sed -i 's/egress/down/' "$work/etc/20 b.yaml"
cat >"$work/expected" <<'END'
mirror-nft: etc/20 b.yaml:1:24: 'down' is no direction, say ingress or egress, or nothing for both
mirror-nft: etc/30.yaml:1:24: 'up' is no direction, say ingress or egress, or nothing for both
mirror-nft: -f:1:1: cannot read 'etc/90.yaml': Is a directory
END
expect 'mistakes in the files of a folder' 2 "$empty" "$work/expected" generate -f etc </dev/null

cat >"$work/expected" <<'END'
mirror-nft: -f:1:1: cannot read 'none': Is a directory without a file *.yaml
END
expect 'a folder without a definition' 2 "$empty" "$work/expected" generate -f none </dev/null
exit $bad
