#!/bin/bash
# The large numbers of delivery: src/verify.sh --full=delivery. A million events to each kind of receiver, thirty rounds of
# faults, a receiver that is away for an hour of 2,000 events a second, six sinks two of which are dead. About an hour, as
# root, on a quiet machine with the packages of src/verify.sh; 25 GB below the folder for temporary files.
set -eu
cd "$(dirname "$0")/../.."
. src/bench/parts.sh
it() {
  mvn -B -ntp verify -Dcoreaudit.full=delivery -Dfuzz.skip=true -DskipUnitTests=true -Dit.test="$1" \
    -Dfailsafe.failIfNoSpecifiedTests=false
}
part 'syslog and RELP' it SyslogPeerIT
part HTTP it HttpSinksIT
part faults it ChaosIT
part 'an hour away' it HourAwayIT
part 'six sinks' it SixSinksIT
finish "full delivery"
