#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth sensors command:curl command:jq
#
# Debian's Prometheus reads `status --prometheus`: promtool finds no fault, node_exporter
# hands all of it on from a file written as docs/prometheus.md says, and a Prometheus that
# scrapes it raises the alert about a target that is down.
# shellcheck source-path=SCRIPTDIR source=../sensor/sensor.bash
. "$(dirname "$0")/../sensor/sensor.bash"
quiet_namespace
here=$(dirname "$0")
cable p0 p1
apply --name web --from p0 --match 'tcp port 80' --to mir0 >/dev/null 2>&1
apply --name all --from p0:egress --to mir1 --limit '1 packets/minute' >/dev/null 2>&1
send p0 --count 3
expect_received mir0-tap 3 282

# --- promtool ---

"$mirror_nft" status --prometheus >"$work/metrics"
in_root - promtool check metrics <"$work/metrics" >"$work/said" 2>&1 || fail "promtool: $(cat "$work/said")"
check_equal 'what promtool says' '' "$(cat "$work/said")"
# It would have said so.
! sed 's/mirror_nft_matched_packets_total/mirror_nft_matched_packets/' "$work/metrics" |
	in_root - promtool check metrics >"$work/said" 2>&1 || fail 'promtool takes a counter without _total'
cp "$here/../../docs/prometheus-alerts.yaml" "$here/../sensor/alerts_test.yaml" "$work"
in_root - promtool check rules /tmp/case/prometheus-alerts.yaml >"$work/said" 2>&1 || fail "$(cat "$work/said")"
in_root - promtool test rules /tmp/case/alerts_test.yaml >"$work/said" 2>&1 || fail "$(cat "$work/said")"
rules=$(grep -c -- '- alert:' "$work/prometheus-alerts.yaml")
check_equal 'alerts with a test in which they come' "$rules" \
	"$(grep -B 1 'exp_alerts:' "$work/alerts_test.yaml" | grep -o 'MirrorNft.*' | sort -u | wc -l)"
check_equal 'alerts on the page' "$rules" "$(grep -c '^| MirrorNft' "$here/../../docs/prometheus.md")"

while read -r metric; do
	grep -q "^| \`$metric\`" "$here/../../docs/prometheus.md" || fail "the page does not say what $metric is"
done < <(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$work/metrics")

# --- node_exporter ---

# What the timer of the page does, in another folder.
mkdir "$work/textfile" "$work/bin"
ln -s "$(realpath "$mirror_nft")" "$work/bin/mirror-nft"
command=$(sed -n '/^ExecStart=/,/[^\\]$/p' "$here/../../docs/prometheus.md" | sed 's/^ExecStart=//; s/\\$//' |
	tr -d '\n\t' | sed "s#/var/lib/prometheus/node-exporter#$work/textfile#")
[[ $command = *mirror-nft.prom* ]] || fail "no command on the page: $command"
write_metrics() { PATH=$work/bin:$PATH eval "$command"; }
write_metrics
check_equal 'files there' mirror-nft.prom "$(ls -A "$work/textfile")"

in_root - prometheus-node-exporter --web.listen-address=127.0.0.1:9100 \
	--collector.disable-defaults --collector.textfile \
	--collector.textfile.directory=/tmp/case/textfile >"$work/exporter.log" 2>&1 &
defer kill $!
scrape() { curl -sf http://127.0.0.1:9100/metrics >"$work/scraped"; }
wait_until 10 scrape || fail "no metrics: $(cat "$work/exporter.log")"
grep -qx 'node_textfile_scrape_error 0' "$work/scraped" || fail "$(cat "$work/exporter.log")"
diff <(grep '^mirror_nft' "$work/metrics" | tr -s ' ' | LC_ALL=C sort) \
	<(grep '^mirror_nft' "$work/scraped" | sed 's/device="\([^"]*\)",direction="\([^"]*\)",mirror="\([^"]*\)"/mirror="\3",device="\1",direction="\2"/
		s/device="\([^"]*\)",mirror="\([^"]*\)"/mirror="\2",device="\1"/' | LC_ALL=C sort) >&2 ||
	fail 'node_exporter hands on something else'
diff <(grep '^# HELP mirror_nft' "$work/metrics" | LC_ALL=C sort) \
	<(grep '^# HELP mirror_nft' "$work/scraped" | LC_ALL=C sort) >&2 || fail 'other explanations'
# It would have said so.
head -c -7 "$work/metrics" >"$work/textfile/mirror-nft.prom"
scrape
grep -qx 'node_textfile_scrape_error 1' "$work/scraped" || fail 'node_exporter takes half a file'
write_metrics

# --- Prometheus itself ---

cat >"$work/prometheus.yml" <<-END
	global: {scrape_interval: 1s, evaluation_interval: 1s}
	rule_files: [/tmp/case/prometheus-alerts.yaml]
	scrape_configs:
	  - job_name: node
	    static_configs: [{targets: ['127.0.0.1:9100']}]
END
in_root - promtool check config /tmp/case/prometheus.yml >"$work/said" 2>&1 || fail "$(cat "$work/said")"
in_root - prometheus --config.file=/tmp/case/prometheus.yml --storage.tsdb.path=/tmp/case/tsdb \
	--web.listen-address=127.0.0.1:9090 >"$work/prometheus.log" 2>&1 &
defer kill $!
ask() { curl -sf -G http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" | jq -r "$2"; }
matched() { [ "$(ask 'mirror_nft_matched_packets_total{mirror="web"}' '.data.result[0].value[1]')" = 3 ]; }
wait_until 20 matched || fail "Prometheus has no count: $(tail -n 5 "$work/prometheus.log")"
alerts() { curl -sf http://127.0.0.1:9090/api/v1/alerts | jq -r '.data.alerts[] | .labels.alertname + " " + (.labels.device // "")' | sort; }
check_equal 'alerts at first' '' "$(alerts)"
ip link set mir0-tap down
write_metrics
raised() { [ "$(alerts)" = 'MirrorNftProblems 
MirrorNftTargetDown mir0' ]; }
wait_until 20 raised || fail "alerts with a tap down: $(alerts)"
ip link set mir0-tap up
wait_until 5 _runs mir0
write_metrics
quiet() { [ -z "$(alerts)" ]; }
wait_until 20 quiet || fail "alerts with it up again: $(alerts)"
echo "ok node_exporter hands on $(grep -c '^mirror_nft' "$work/metrics") rows, Prometheus raises the alert and takes it back"
