#!/bin/bash
# jmh.sh [JMH ARGUMENTS]      runs the benchmarks of src/jmh, e.g. jmh.sh 'EncoderBench' -f 1 -wi 5 -i 5 -prof gc
# MAIN=CLASS jmh.sh [ARGUMENTS]      runs a program of src/jmh that is no JMH benchmark
set -eu
cd "$(dirname "$0")/../.."
mvn -q -B -ntp test-compile -pl native,src
paths=$(mktemp); trap 'rm -f "$paths"' EXIT
mvn -q -B -ntp test-compile dependency:build-classpath -pl native,src -Dmdep.outputFile="$paths" > /dev/null
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25' "$home/release" && java=$home/bin/java && break; done
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  --add-opens=java.base/java.lang.reflect=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
  --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED -Dchronicle.analytics.disable=true \
  -cp "src/target/test-classes:src/target/classes:native/target/classes:$(cat "$paths")" "${MAIN:-org.openjdk.jmh.Main}" "$@"
