#!/bin/bash
# Formats every Java file with google-java-format; --check only says which are not.
# usage: src/format.sh [--check] [JAR]     JAR: google-java-format-*-all-deps.jar; Maven passes its own
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(--replace)
if [ "${1:-}" = --check ]; then mode=(--dry-run --set-exit-if-changed); shift; fi
jar=${1:-target/tools/google-java-format.jar}
java=java
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if [ -x "$home/bin/java" ] && grep -qs '^JAVA_VERSION="25' "$home/release"; then java=$home/bin/java; break; fi
done
# Sources of the project alone: a worktree or a build folder below is not ours to touch.
find native/src src agent/src -name '*.java' -not -path '*/target/*' > target/java-files
if ! "$java" -jar "$jar" "${mode[@]}" @target/java-files; then
  echo "format: the files above are not formatted; src/format.sh mends them" >&2
  exit 1
fi
