#!/bin/bash
# What the shipped form takes: its start with 750 mounted secrets there, its memory and its rest. About half an hour, as
# root, on a quiet machine, with the tarball made (mvn package).
set -eu
cd "$(dirname "$0")/../.."
bench=src/bench
. $bench/parts.sh
tarball=$(ls src/dist/target/coreaudit-*-linux-x86_64.tar.gz)
shipped=$(mktemp -d)
trap 'rm -rf "$shipped"' EXIT
tar -x -C "$shipped" --strip-components 1 -f "$tarball"
export COREAUDIT=$shipped/bin/coreaudit
part start $bench/cold_starts.py --mounts 750 --most-bound-s 0.7 --most-ready-s 2
part footprint $bench/footprint.py --idle-seconds 600 --most-idle-mb 120 --most-load-mb 150 --most-idle-percent 0.2
finish "shipped form"
