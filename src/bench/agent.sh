#!/bin/bash
# agent.sh FILE OPENS GENERATORS [PER_SECOND [WARM_OPENS]]
# The whole path: starts the agent on a configuration of its own (watch on FILE's folder, spool, one TCP sink with
# ECS to tcp_sink), warms it with WARM_OPENS opens (default 300000) in three bursts, each until it rests again (its compiler
# goes on for some seconds on two busy cores), then GENERATORS processes open FILE OPENS times each; prints CPU per event of the whole process (and of its threads with THREADS=1), resident memory, and events at the receiver of those generated.
# EXTRA: more lines of configuration; CGROUP: the directory of the cgroup that the openers are in.
# Leaves the kernel's audit as it was (the agent runs with rules.at_stop=remove).
set -eu
file=$1 opens=$2 gens=$3 rate=${4:-0} warm=${5:-300000}
here=$(cd "$(dirname "$0")" && pwd); top=$here/../..
make -s -C "$here"
dir=$(mktemp -d); port=${SINK_PORT:-19500} http=${HTTP_PORT:-19471}
cat > "$dir/coreaudit.yaml" <<YAML
state: { dir: $dir/state }
run: { dir: $dir/run }
watch: { paths: [$(dirname "$file")] }
rules: { at_stop: remove }
http: { listen: 127.0.0.1:$http }
sinks: [{ name: bench, type: tcp, address: 127.0.0.1:$port, format: ecs, tls: off }]
${EXTRA:-}
YAML
chmod 600 "$dir/coreaudit.yaml"
"$here/tcp_sink" "$port" "$dir/out" > "$dir/sink" & sink=$!
"${COREAUDIT:-$top/coreaudit}" run -c "$dir/coreaudit.yaml" 2> "$dir/log" & agent=$!
finish() { kill "$agent" "$sink" 2> /dev/null || true; wait "$agent" "$sink" 2> /dev/null || true; [ -n "${KEEP:-}" ] || rm -rf "$dir"; }
trap finish EXIT
ready() { python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)' "http://127.0.0.1:$http/readyz" 2> /dev/null; }
for _ in $(seq 300); do ready && break; sleep 0.1; done
ready || { echo "agent.sh: not ready" >&2; cat "$dir/log" >&2; exit 1; }
lines() { wc -l < "$dir/out"; }
ticks() { awk '{print $14+$15}' "/proc/$agent/stat"; }
# Until nothing arrives any more and the agent takes less than 2 % of a core.
settle() { local a=-1 b c=-100 d; while b=$(lines) d=$(ticks); [ "$a" != "$b" ] || [ $((d - c)) -gt 3 ]; do a=$b c=$d; sleep 1.5; done; }
load() { local pids=(); for _ in $(seq "$2"); do { [ -z "${CGROUP:-}" ] || echo "$BASHPID" > "$CGROUP/cgroup.procs"; exec "$here/open_load" "$file" "$1" "$3" > /dev/null; } & pids+=($!); done; wait "${pids[@]}"; }
# NAME USER SYSTEM of each kind of thread, in ticks; threads of one name together.
threads() { local t; for t in "/proc/$agent"/task/*; do sed 's/^[0-9]* (\(.*\)) . /\1\t/' "$t/stat" 2> /dev/null; done | awk -F'\t' '{ split($2, f, " "); u[$1] += f[11]; s[$1] += f[12] } END { for (n in u) print n "\t" u[n] "\t" s[n] }'; }
[ "$warm" = 0 ] || for _ in 1 2 3; do load $((warm / 3)) 1 0; settle; done
before=$(lines) t0=$(ticks); threads > "$dir/threads0"
load "$opens" "$gens" "$rate"; settle
t1=$(ticks); threads > "$dir/threads1"
received=$(tail -n +$((before + 1)) "$dir/out" | grep -c "\"path\":\"$file\"" || true)
gaps=$(grep -c 'coreaudit.gap' "$dir/out" || true)
rss=$(awk '/VmRSS/{print $2}' "/proc/$agent/status") hwm=$(awk '/VmHWM/{print $2}' "/proc/$agent/status")
awk -v c=$((t1 - t0)) -v n=$((opens * gens)) -v r="$received" -v g="$gaps" -v s="$rss" -v h="$hwm" 'BEGIN {
  printf "coreaudit events=%d received=%d gaps=%d cpu_us_per_event=%.1f rss_mb=%.0f hwm_mb=%.0f\n", n, r, g, c * 1e4 / n, s / 1024, h / 1024 }'
[ -z "${THREADS:-}" ] || awk -F'\t' -v n=$((opens * gens)) 'NR == FNR { u[$1] = $2; s[$1] = $3; next } $2 + $3 > u[$1] + s[$1] {
  printf "  thread %-16s user_us_per_event=%.2f system_us_per_event=%.2f\n", $1, ($2 - u[$1]) * 1e4 / n, ($3 - s[$1]) * 1e4 / n }' "$dir/threads0" "$dir/threads1"
