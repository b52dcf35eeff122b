#!/bin/bash
# Makes coreaudit-VERSION-linux-x86_64.tar.gz of what the build made: a Java run time of the modules that are needed, the
# jars, what the JVM learned in a training run (the AOT caches), launcher, units, rules, manual, licences, checksums.
#
#   assemble.sh VERSION TIMESTAMP SBOM OUT [CACHES]
#
#   TIMESTAMP   of the files: the same sources give the same bytes
#   SBOM        CycloneDX, of the jars; the Java run time is added
#   OUT         the folder for it all
#   CACHES      a folder with agent.aot and commands.aot that were made before, of the same jars: a training run counts and
#               times what happens in threads, so two of them never learn quite the same
set -euo pipefail

version=$1 timestamp=$2 sbom=$3 out=$4 caches=${5:-}
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
agent=$top/agent

# What the jars use at run time. jdeps asks for java.desktop and java.sql besides: parts of Logback, picocli and Chronicle
# that are never called. jdk.net: the kernel's view of sockets.
MODULES=java.base,java.logging,java.management,java.naming,java.security.jgss,java.security.sasl,java.xml,jdk.management,jdk.net,jdk.unsupported

say() { printf 'assemble: %s\n' "$*" >&2; }

# A failure on the way must not leave a tarball that looks finished.
mkdir -p "$out"
out=$(cd "$out" && pwd)
name=coreaudit-$version
tarball=$out/$name-linux-x86_64.tar.gz
rm -f "$tarball" "$tarball.sha256"

if [[ $(uname -m) != x86_64 ]]; then
  say "makes the tarball on x86_64 only: nothing made on $(uname -m)"
  exit 0
fi

jdk=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if [[ -x $home/bin/jlink ]] && grep -qs '^JAVA_VERSION="25[."]' "$home/release"; then
    jdk=$home
    break
  fi
done
if [[ -z $jdk ]]; then
  say "needs a JDK 25 with jlink and found none in JAVA_HOME or /usr/lib/jvm (temurin-25-jdk, java-25-openjdk-jmods)"
  exit 3
fi

stage=$out/$name
rm -rf "$stage"
mkdir -p "$stage"/{lib/native,man/man5,man/man8,completion,etc/coreaudit,systemd,docs}

# The run time, made anew when the JDK or what is asked of it changed.
link=(--add-modules "$MODULES" --strip-debug --no-man-pages --no-header-files --compress zip-6)
runtime=$out/runtime-$({ cat "$jdk/release"; echo "${link[*]}"; } | sha256sum | cut -c1-16)
if [[ ! -d $runtime ]]; then
  rm -rf "$out"/runtime-*
  "$jdk/bin/jlink" "${link[@]}" --output "$runtime.new"
  mv "$runtime.new" "$runtime"
fi
cp -a "$runtime" "$stage/lib/runtime"

# The program.
cp -a "$agent/src/main/dist/bin" "$stage/bin"
cp "$agent"/src/main/dist/lib/* "$agent"/target/lib/*.jar "$stage/lib/"
cp "$agent/target/coreaudit-agent-$version.jar" "$stage/lib/"
cp "$agent/target/native/com/sun/jna/linux-x86-64/libjnidispatch.so" "$stage/lib/native/"

# What goes with it.
cp "$agent"/src/main/dist/man/*.5 "$stage/man/man5/"
cp "$agent"/src/main/dist/man/*.8 "$stage/man/man8/"
cp "$agent"/src/main/dist/completion/* "$stage/completion/"
cp "$agent/src/main/dist/etc/coreaudit.yaml" "$stage/etc/coreaudit/"
cp -a "$agent/src/main/dist/etc/audit" "$stage/etc/audit"
cp -a "$top/rules" "$stage/rules"
cp -a "$top"/systemd/. "$stage/systemd/"
cp -a "$top/src/openshift" "$stage/openshift"
cp -a "$top/src/monitoring" "$stage/monitoring"
cp "$top"/src/docs/*.md "$top/src/main/resources/io/coreaudit/format/ecs.schema.json" "$stage/docs/"
cp "$top"/{LICENSE,*.md} "$here"/{NOTICE,install.sh,uninstall.sh} "$stage/"
# What they say of each other's places, as it is here.
find "$stage" \( -name '*.md' -o -path "$stage/openshift/*" \) -type f -exec sed -i -E \
  -e 's,\bsrc/(docs|openshift|monitoring)\b,\1,g' -e 's,\bagent/src/main/dist/,,g' \
  -e 's,\]\(\.\./\.\./,](../,g' -e 's,\.\./main/resources/io/coreaudit/format/,,g' {} +
cp -a "$here/licenses" "$stage/licenses"
cp -a "$runtime/legal" "$stage/licenses/java-runtime"
java_version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$jdk/release")
sed "0,/^  \"components\" : \[/s//&\n    {\n      \"type\" : \"platform\",\n      \"bom-ref\" : \"java-runtime\",\n      \"name\" : \"OpenJDK\",\n      \"version\" : \"$java_version\",\n      \"licenses\" : [ { \"license\" : { \"name\" : \"GPL-2.0-only WITH Classpath-exception-2.0\" } } ]\n    },/" \
  "$sbom" > "$stage/sbom.cdx.json"

# Modes and times of all, before the JVM looks at the jars: its cache holds for a jar of that time and length only.
chmod -R u=rwX,go=rX "$stage"
find "$stage" -exec touch -h -d "$timestamp" {} +
# The time that image-based hosts (ostree) give every file: the cache is good there too.
touch -d @0 "$stage"/lib/*.jar

if [[ -n $caches ]]; then
  cp "$caches"/{agent,commands}.aot "$stage/lib/"
else
  # As the launcher does it, from the place where it lies.
  . "$stage/lib/launch.sh"
  java=$stage/lib/runtime/bin/java options=$stage/lib/java.options native=$stage/lib/native
  paths=$(LC_ALL=C; class_path "$stage"/lib/*.jar)
  # The same jars, flags and run time: what was learned of them holds.
  learned=$out/learned-$(cd "$stage" && { sha256sum lib/*.jar lib/java.options; echo "$runtime"; } | sha256sum | cut -c1-16)
  if [[ ! -d $learned ]]; then
    rm -rf "$out"/learned-*
    mkdir "$learned.new"
    for kind in agent commands; do
      say "training for $kind.aot"
      if ! program "-XX:AOTCacheOutput=$learned.new/$kind.aot" train "$kind" < /dev/null > "$out/train-$kind.log" 2>&1 ||
        [[ ! -s $learned.new/$kind.aot ]]; then
        say "training failed; $out/train-$kind.log says why"
        exit 1
      fi
    done
    mv "$learned.new" "$learned"
  fi
  cp "$learned"/*.aot "$stage/lib/"
fi
chmod 644 "$stage"/lib/*.aot
(cd "$stage" && find . -type f ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum > SHA256SUMS)
touch -d "$timestamp" "$stage"/lib/*.aot "$stage/SHA256SUMS" "$stage/lib" "$stage"

tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner -C "$out" "$name" | gzip -n > "$tarball.new"
mv "$tarball.new" "$tarball"
(cd "$out" && sha256sum "${tarball##*/}" > "${tarball##*/}.sha256")
say "$(du -m "$tarball" | cut -f1) MB: $tarball"
