#!/bin/bash
# The large numbers of rules and watches: src/verify.sh --full=watch. Within an hour, as root, on a quiet machine with the
# kernel's audit and the packages of src/verify.sh. Every part has bounds and fails when one is missed.
set -eu
cd "$(dirname "$0")/../.."
bench=src/bench
. $bench/parts.sh
part tests mvn -B -ntp verify -Dcoreaudit.full=watch -Dfuzz.skip=true -DskipUnitTests=true \
  -Dit.test='io.coreaudit.rule.*IT,io.coreaudit.mount.*IT,EtcdIT,PodmanIT,EvasionIT,VirtualMachineIT,SecretsIT,SecretNumbersIT,SwapIT,DriftIT,DeafIT' -Dfailsafe.failIfNoSpecifiedTests=false
cat agent/target/etcd-events.txt || failed+=('etcd events')
./coreaudit --version
part 'syscall tax' $bench/watch_tax.py
part 'mount to watched' $bench/mount_to_watched.py
part 'idle' $bench/idle_wakes.py
finish "full watch"
