#!/bin/bash
# The large numbers of delivery: src/verify.sh --full=delivery. A million events to each kind of receiver, thirty rounds of
# faults, a receiver that is away for an hour of 2,000 events a second, six sinks two of which are dead, brokers that are
# away. About an hour, four at most, as root, on a quiet machine with the packages of src/verify.sh; at most 15 GB below
# TMPDIR, which are gone afterwards. The figures of all parts stand together at the end. A part that fails, hangs, is
# skipped or says no figure fails the whole. Arguments are passed on to Maven.
set -eu
cd "$(dirname "$0")/../.."
. src/bench/parts.sh
needed_gb=15
arguments=("$@")
dir=$(mktemp -d --tmpdir coreaudit-delivery.XXXXXX)

# What a part that was cut off left: its processes are gone, their mounts and files are not.
clean() {
  local mount
  grep -o " $dir/[^ ]*" /proc/mounts | while read -r mount; do umount -l "$mount"; done || true
  rm -rf "$dir"
}
running=
trap 'clean' EXIT
trap '[ -z "$running" ] || { kill "$running"; wait "$running" || true; }; exit 130' INT TERM

free_gb=$(df --output=avail -BG "$dir" | tail -n 1 | tr -dc 0-9)
if [ "$free_gb" -lt "$needed_gb" ]; then
  echo "full delivery: $free_gb GB are free in ${dir%/*}, and $needed_gb are needed; TMPDIR names another place" >&2
  exit 3
fi

# it MINUTES TEST: runs it, at most so long; CI=true, for what is skipped has not passed.
it() {
  local status=0
  CI=true timeout --kill-after=30s "${1}m" mvn -B -ntp verify -Dcoreaudit.full=delivery -Dfuzz.skip=true -Ddist.skip=true \
    -DskipUnitTests=true -Dit.test="$2" -Dfailsafe.failIfNoSpecifiedTests=false -DargLine="-Djava.io.tmpdir=$dir" \
    "${arguments[@]}" > >(tee "$dir/$2.log") 2>&1 &
  running=$!
  wait "$running" || status=$?
  running=
  [ "$status" -ne 124 ] || echo "$2: not done in $1 minutes"
  grep "^$2 " "$dir/$2.log" >> "$dir/figures" || { echo "$2: no figure"; status=1; }
  return "$status"
}
part 'syslog and RELP' it 60 SyslogPeerIT
part Kafka it 30 KafkaIT
part HTTP it 20 HttpSinksIT
part faults it 35 ChaosIT
part 'an hour away' it 65 HourAwayIT
part 'six sinks' it 15 SixSinksIT
part 'brokers away' it 10 KafkaAwayIT
echo
cat "$dir/figures" || true
finish "full delivery"
