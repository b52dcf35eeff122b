#!/bin/bash
# The large numbers of the path of one event: src/verify.sh --full=spool. About three quarters of an hour, as root, on a
# quiet machine with the kernel's audit and the packages of src/verify.sh.
set -eu
cd "$(dirname "$0")/../.."
bench=src/bench
. $bench/parts.sh
part tests mvn -B -ntp verify -Dcoreaudit.full=spool -Dfuzz.skip=true -DskipUnitTests=true \
  -Dit.test='io.coreaudit.spool.*IT,OverrunIT,KillIT,ReceiverIT,EpsilonIT,FootprintIT,StopIT,KernelLossIT,AwayIT' -Dfailsafe.failIfNoSpecifiedTests=false
./coreaudit --version
part 'cold starts' $bench/cold_starts.py --most-bound-s 0.7 --most-ready-s 2.5
part 'one generator' $bench/compare.py --generators 1 --most netlink_sink=2.2,auditd=0.30,laurel=0.15
part 'two generators' $bench/compare.py --generators 2 --most netlink_sink=2.2,auditd=0.30,laurel=0.15
part '500 a second' $bench/compare.py --opens 5000 --rate 500 --rounds 5 --only coreaudit,auditd --most auditd=0.45
part footprint $bench/footprint.py --most-idle-mb 135 --most-load-mb 160
part soak $bench/soak.py
finish "full spool"
