#!/bin/bash
# The large numbers of the path of one event: src/verify.sh --full=spool. About three quarters of an hour, as root, on a
# quiet machine with the kernel's audit and the packages of src/verify.sh.
set -eu
cd "$(dirname "$0")/../.."
bench=src/bench failed=()
part() { local name=$1; shift; echo; echo "== $name: $*"; if ! "$@"; then failed+=("$name"); fi; }
part tests mvn -B -ntp verify -Dcoreaudit.full=spool -Dfuzz.skip=true -DskipUnitTests=true
./coreaudit --version
part 'cold starts' $bench/cold_starts.py
part 'one generator' $bench/compare.py --generators 1
part 'two generators' $bench/compare.py --generators 2
part '500 a second' $bench/compare.py --opens 5000 --rate 500 --rounds 5 --only coreaudit,auditd
part footprint $bench/footprint.py
part soak $bench/soak.py
echo
if [ ${#failed[@]} -gt 0 ]; then echo "full spool: failed: ${failed[*]}"; exit 1; fi
echo "full spool: all parts passed"
