#!/bin/bash
# Ten minutes of coverage-guided fuzzing for each target of the path of an event, two at a time: src/verify.sh --full=fuzz.
# About an hour. FUZZ_TARGETS names others, FUZZ_DURATION another time. What is found lies in src/target/fuzz, as a file
# that fails the target again; what the fuzzer learned stays there, and the next run begins with it.
set -eu
cd "$(dirname "$0")/../.."
. src/bench/parts.sh
targets=${FUZZ_TARGETS:-DecodedLogFuzzTest,SecretsFuzzTest,TextPipelineFuzzTest,EcsEncoderFuzzTest,RecordsEncoderFuzzTest,RecordsValueFuzzTest,ClaimsFuzzTest}
export JAZZER_MAX_DURATION=${FUZZ_DURATION:-10m}
reports=src/target/surefire-reports
start=$(mktemp)
trap 'rm -f "$start"' EXIT

# Whether each target ran, and as long as it was to: a name that no class has is no error to Maven, and without its agent
# a target takes its seeds alone.
check() {
  local target report seconds missing=0 least=${JAZZER_MAX_DURATION%[smh]}
  case $JAZZER_MAX_DURATION in *m) least=$((least * 60)) ;; *h) least=$((least * 3600)) ;; esac
  for target in ${targets//,/ }; do
    report=$(find "$reports" -name "TEST-*.$target.xml" -newer "$start" 2>/dev/null)
    if [ -z "$report" ]; then echo "$target: did not run; is there a class of that name?"; missing=1; continue; fi
    seconds=$(sed -n 's/,//g; s/^<testsuite .* time="\([0-9]*\).*/\1/p' "$report")
    if [ "${seconds:-0}" -lt "$least" ]; then echo "$target: $seconds s, and not $least s of fuzzing: $report"; missing=1; fi
  done
  return $missing
}

part fuzz mvn -B -ntp -pl src -am verify -Dtest="$targets" -Dsurefire.failIfNoSpecifiedTests=false \
  -DskipUnitTests=true -DskipITs=true
part check check
finish "full fuzz"
