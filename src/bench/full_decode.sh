#!/bin/bash
# The large numbers of reading logs offline: src/verify.sh --full=decode. CPU and memory of `coreaudit decode` beside laurel
# and ausearch over a hundred thousand and a million events, formats ecs and records. About a quarter of an hour, on a quiet
# machine with the packages of src/verify.sh; 1.5 GB below TMPDIR. Bounds of ECS are what src/docs/performance.md has
# measured of 100 thousand events, and a fifth; records may take no more than ausearch. The aims of src/docs/next.md are lower.
set -eu
cd "$(dirname "$0")/../.."
bench=src/bench
. $bench/parts.sh
./coreaudit --version
part '100 thousand, ecs' timeout 15m $bench/decode.py --most 'laurel=0.58,ausearch -i=0.19' --most-mb 128
part 'a million, ecs' timeout 30m $bench/decode.py --events 1000000 --rounds 1 --most 'laurel=0.58,ausearch -i=0.19' --most-mb 128
part '100 thousand, records' timeout 15m $bench/decode.py --format records --most 'ausearch -i=1' --most-mb 128
finish "full decode"
